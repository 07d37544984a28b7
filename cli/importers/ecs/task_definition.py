"""An ECS task definition as a service: its main container, its size, and what stands beside it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

import re
from pathlib import Path

from cli.importers.container_settings import carry_disk, said
from cli.importers.draft import Draft, Import
from cli.importers.ecs.container_fields import CONTAINER
from cli.importers.ecs.sidecars import draft_sidecar
from cli.importers.foreign_values import items, mapping, number, read_foreign, refused, text
from cli.importers.mappings import Table, apply_table, left_out, section
from cli.importers.names import RULE, our_name
from cli.importers.relations import settle_kind, share_images
from cli.importers.sizes import set_size
from config.source.node import Node

# What AWS answers beside what somebody wrote.
_ANSWERED = frozenset(
    {
        *("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt"),
        *("registeredBy", "deregisteredAt", "deleteRequestedAt", "enableFaultInjection"),
    }
)
# Containers that do for their task what the platform does for every task.
_OF_THE_PLATFORM = (
    (re.compile(r"fluent-?bit|fluentd|log-?router", re.IGNORECASE), "the platform's own log router is in every task"),
    (re.compile(r"ecs-exporter|cloudwatch-agent", re.IGNORECASE), "Prometheus reads every task's own figures already"),
    (
        re.compile(r"envoy|appmesh|service-connect", re.IGNORECASE),
        "names of app.local answer with the tasks' addresses",
    ),
)


def _processor(draft: Draft, node: Node, setting: str) -> None:
    its = mapping(node, setting)
    if "operatingSystemFamily" in its and text(its["operatingSystemFamily"], setting) != "LINUX":
        draft.to_do(node, setting, "Fargate runs Linux here: build a Linux image")
    if "cpuArchitecture" in its and text(its["cpuArchitecture"], setting) == "ARM64":
        draft.fields.pop("architecture", None)
        draft.carried(node, setting, "architecture: arm64, the default")
    else:
        draft.carried(node, setting, "architecture: x86_64")


def _role(draft: Draft, node: Node, setting: str) -> None:
    draft.to_do(
        node,
        setting,
        "the task gets a role of its own without rights: write what its code may do as `permissions:`, or the role's "
        "managed policies by ARN under `permissions.policies`",
    )


def _volumes(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        efs = "efsVolumeConfiguration" in entry.fields
        if efs:
            draft.to_do(
                entry, setting, "write `volumes: {files: {path: /files}}`, an EFS of its own, and copy the files there"
            )
        else:
            draft.left_out(entry, setting, "a task's disk ends with the task: keep files in `buckets: {files: {}}`")


TASK: Table = {
    "runtimePlatform": _processor,
    "taskRoleArn": _role,
    "volumes": _volumes,
    "executionRoleArn": left_out("each service has one of its own, which may pull its image and read its secrets"),
    "networkMode": left_out("awsvpc, as always on Fargate"),
    "requiresCompatibilities": left_out("Fargate, always"),
    "ephemeralStorage": section({"sizeInGiB": carry_disk}),
    "placementConstraints": left_out("ECS places tasks over the zones by itself"),
    "pidMode": left_out("containers of a task do not see each other's processes"),
    "ipcMode": left_out("containers of a task share no memory"),
    "proxyConfiguration": left_out("names of app.local answer with the addresses of the tasks"),
    "inferenceAccelerators": left_out("Fargate has none"),
    "tags": left_out("tags come from environments/"),
}


def import_task_definition(root: Path, file: Path) -> Import:
    """Draft the service of a task definition's file, as a person wrote it or as AWS answered."""
    document = read_foreign(root, file)
    fields = document.fields
    node = next((fields[name] for name in ("taskDefinition", "TaskDefinition") if name in fields), document)
    found = Import()
    draft = draft_of(found, node, name=None)
    share_images([(draft, image_of(node))])
    port = draft.fields.pop("port", None)
    settle_kind(draft, node, port=port, known_by=None, outside=False, callers=[], before=[])
    if port:
        draft.to_do(
            node, "portMappings", "whether the internet reaches it is not in here: then write `kind: public-web`"
        )
    return found


def draft_of(found: Import, node: Node, *, name: str | None) -> Draft:
    """Draft the service that a task definition describes, without its kind."""
    fields = mapping(node, "taskDefinition")
    if "containerDefinitions" not in fields or not (
        containers := items(fields["containerDefinitions"], "containerDefinitions")
    ):
        raise refused(node, "containerDefinitions", "an ECS task definition, with one container at least")
    main = _main(containers)
    family = text(fields["family"], "family") if "family" in fields else _name(main)
    draft = Draft(our_name(name or family, [other.name for other in found.drafts]), node)
    found.drafts.append(draft)
    if draft.name != (name or family):
        draft.changed(fields.get("family", node), "family", f"it is called {draft.name}: {RULE}")
    draft.set("architecture", "x86_64")  # what ECS takes it to be
    if "runtimePlatform" not in fields:
        draft.changed(node, "runtimePlatform", "`architecture: x86_64`, ECS' default; arm64 is ours")
    _size(draft, node)
    taken = {"family", "containerDefinitions", "cpu", "memory", *_ANSWERED}
    apply_table(TASK, draft, said((key, its) for key, its in fields.items() if key not in taken))
    where = f"containerDefinitions[{_name(main)}]."
    own = said((key, its) for key, its in main.fields.items() if key not in ("name", "image"))
    apply_table(CONTAINER, draft, own, below=where)
    for container in containers:
        if container is not main:
            _beside(draft, container)
    return draft


def image_of(definition: Node) -> tuple[Node, str, bool]:
    """Return the image of the main container, as `share_images` takes it."""
    main = _main(items(definition.fields["containerDefinitions"], "containerDefinitions"))
    image = main.fields.get("image", main)
    return image, text(image, "image"), False


def _main(containers: tuple[Node, ...]) -> Node:
    """Return the container that the others are beside: an essential one, one that listens first."""
    own = [one for one in containers if not _by_platform(one)] or list(containers)
    essential = [one for one in own if "essential" not in one.fields or one.fields["essential"].content is True]
    listening = [one for one in essential if "portMappings" in one.fields and one.fields["portMappings"].content]
    return (listening or essential or own)[0]


def _name(container: Node) -> str:
    return text(container.fields["name"], "name") if "name" in container.fields else "main"


def _by_platform(container: Node) -> str | None:
    if "firelensConfiguration" in container.fields:
        return _OF_THE_PLATFORM[0][1]
    image = container.fields.get("image")
    words = f"{_name(container)} {image.content if image else ''}"
    return next((why for pattern, why in _OF_THE_PLATFORM if pattern.search(words)), None)


def _beside(draft: Draft, container: Node) -> None:
    why = _by_platform(container)
    setting = f"containerDefinitions[{_name(container)}]"
    if why:
        draft.left_out(container, setting, why)
    else:
        draft_sidecar(draft, container, name=_name(container), setting=setting)


def _size(draft: Draft, node: Node) -> None:
    sizes = {name: node.fields[name] for name in ("cpu", "memory") if name in node.fields and node.fields[name].content}
    if not sizes:
        return
    cpu = _quantity(sizes["cpu"], "cpu", r"vcpu") if "cpu" in sizes else 0
    memory = _quantity(sizes["memory"], "memory", r"gb") if "memory" in sizes else 0
    set_size(draft, next(iter(sizes.values())), ", ".join(sizes), cpu=cpu, memory_mib=memory)


def _quantity(node: Node, setting: str, unit: str) -> float:
    """Return units of cpu or MiB, which may be written as 1 vCPU or 2 GB."""
    if isinstance(node.content, str) and (
        found := re.fullmatch(rf"\s*([0-9.]+)\s*{unit}\s*", node.content, re.IGNORECASE)
    ):
        return float(found[1]) * 1024
    return number(node, setting)
