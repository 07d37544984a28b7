"""The fields of a Copilot manifest, and what becomes of each.

https://aws.github.io/copilot-cli/docs/manifest/lb-web-service/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from cli.importers.compose.fields import PROCESSORS, words_field
from cli.importers.confidential import want_secret
from cli.importers.container_settings import carry_disk
from cli.importers.copilot.http import HTTP
from cli.importers.copilot.scaling import set_count, set_schedule
from cli.importers.draft import Draft
from cli.importers.ecs.container_fields import carry_secret, origin_of
from cli.importers.foreign_values import mapping, number, text, whole
from cli.importers.mappings import Table, apply_table, carry_truth, left_out, section
from cli.importers.sizes import docker_command, docker_times, set_check, set_size
from cli.importers.variables import set_variable
from config.models.settings import LogRetentionDays
from config.source.node import Node

_DAYS: tuple[int, ...] = get_args(LogRetentionDays)

OF_NO_ACCOUNT = "arn:aws:secretsmanager:::secret:"


def _port(draft: Draft, node: Node, setting: str) -> None:
    draft.set("port", whole(node, setting))
    draft.carried(node, setting, "port")


def _image_check(draft: Draft, node: Node, setting: str) -> None:
    its = mapping(node, setting)
    if "command" in its:
        command = docker_command(its["command"], setting)
        set_check(draft, node, setting, command, **docker_times(its, setting))


def _platform(draft: Draft, node: Node, setting: str) -> None:
    written = text(node.fields.get("architecture", node), setting)
    processor = PROCESSORS.get(written.rpartition("/")[2].lower())
    if processor:
        draft.set("architecture", processor)
        draft.carried(node, setting, f"architecture: {processor}")
    else:
        draft.left_out(node, setting, "Fargate runs Linux here, on arm64 or x86_64: build such an image")


def _variables(draft: Draft, node: Node, setting: str) -> None:
    for name, value in mapping(node, setting).items():
        if value.fields:
            draft.to_do(
                value, f"{setting}.{name}", f"it is an output of a template: write its value as `variables.{name}`"
            )
        else:
            set_variable(draft, value, f"{setting}.{name}", name, text(value, f"{setting}.{name}"))


def _secrets(draft: Draft, node: Node, setting: str) -> None:
    for name, value in mapping(node, setting).items():
        where = f"{setting}.{name}"
        of = value.fields.get("secretsmanager")
        if of is not None and not text(of, where).startswith("arn:"):
            _by_name(draft, value, where, name, text(of, where))
        elif of is not None or not value.fields:
            carry_secret(draft, value, where, name, text(of or value, where))
        else:
            want_secret(draft, value, where, name)
            draft.to_do(value, where, "it is an output of a template: look its value up, and store that")


def _by_name(draft: Draft, node: Node, setting: str, variable: str, reference: str) -> None:
    """Read a secret by a name such as demo/test/mysql, or one value of its JSON: demo/test/mysql:password::."""
    name, _, rest = reference.partition(":")
    key = rest.partition(":")[0]
    if "<environment>" in name:
        origin = origin_of(f"{OF_NO_ACCOUNT}{name}" + (f":{rest}" if key else "")).replace(OF_NO_ACCOUNT, "")
        want_secret(draft, node, setting, variable, origin=origin)
        return
    draft.set(f"secrets.{variable}", {"secret": name, **({"key": key} if key else {})})
    draft.carried(node, setting, f"secrets.{variable}")


def _logging(draft: Draft, node: Node, setting: str) -> None:
    days = node.fields.get("retention")
    if days is not None:
        asked = whole(days, f"{setting}.retention")
        taken = next((one for one in _DAYS if one >= asked), _DAYS[-1])
        draft.set("logs.retention_days", taken)
        draft.carried(days, f"{setting}.retention", f"logs.retention_days: {taken}")
    for name, its in node.fields.items():
        if name != "retention":
            draft.left_out(
                its, f"{setting}.{name}", "the platform's own log router is in every task; see docs/logging.md"
            )


def _sidecars(draft: Draft, node: Node, setting: str) -> None:
    for name, its in mapping(node, setting).items():
        draft.to_do(its, f"{setting}.{name}", f"write it below `sidecars: {{{name}: …}}`, or make it a service")


def _publish(draft: Draft, node: Node, setting: str) -> None:
    draft.to_do(node, setting, "name topics that exist under `permissions.sns`, or send to a queue of `queues:`")


def _subscribe(draft: Draft, node: Node, setting: str) -> None:
    draft.set("queues.events", {})
    draft.to_do(
        node,
        setting,
        "`queues: {events: {}}` is made, its address in QUEUE_EVENTS_URL; topics send to it by a subscription of yours",
    )


def _deployment(draft: Draft, node: Node, setting: str) -> None:
    rolling = node.fields.get("rolling")
    if rolling is not None and rolling.content == "recreate" and draft.get("scaling.max_tasks", 1) == 1:
        draft.set("scaling", {"singleton": True})
        draft.changed(
            rolling, f"{setting}.rolling", "`scaling: {singleton: true}`: one task, which a deploy stops first"
        )
    else:
        draft.left_out(node, setting, "every deploy is rolling, and rolled back when it fails")


_IMAGE: Table = {
    "port": _port,
    "healthcheck": _image_check,
    "credentials": left_out("push the image to the platform's registry: no task pulls from a private one"),
    "depends_on": left_out("the platform's containers start before the service's"),
    "labels": left_out("labels are for tools on one machine; tags come from environments/"),
}


def _image(draft: Draft, node: Node, setting: str) -> None:
    """Take all but the image itself, which may be that of another service."""
    own = {name: its for name, its in mapping(node, setting).items() if name not in ("build", "location")}
    apply_table(_IMAGE, draft, own, below=f"{setting}.")


def _tracing(draft: Draft, node: Node, setting: str) -> None:
    """Take Copilot's own collector, which listens where ours does; `awsxray` is the only value that it knows."""
    draft.set("tracing", {})
    draft.carried(node, setting, "tracing: {}")


_STORAGE: Table = {
    "ephemeral": carry_disk,
    "readonly_fs": carry_truth("read_only_root"),
    "volumes": left_out("write `volumes: {files: {path: /files}}`, an EFS of its own, and copy the files there"),
}
COPILOT: Table = {
    "image": _image,
    "http": section(HTTP),
    "platform": _platform,
    "count": set_count,
    "exec": carry_truth("exec"),
    "command": words_field("command"),
    "entrypoint": words_field("entrypoint"),
    "variables": _variables,
    "secrets": _secrets,
    "logging": _logging,
    "sidecars": _sidecars,
    "publish": _publish,
    "subscribe": _subscribe,
    "deployment": _deployment,
    "env_file": left_out("write what the file holds as `variables:` and `secrets:`"),
    "network": left_out("tasks are in private subnets, and reach what `calls:` and `egress_ports:` name"),
    "storage": section(_STORAGE),
    "observability": section({"tracing": _tracing}),
    "taskdef_overrides": left_out("what the file does not have is not set; docs/reference/service.md has every field"),
    "nlb": left_out("no network load balancer: what comes from outside is HTTP, by `kind: public-web`"),
    "alb": left_out("read as `http:` by newer manifests: write `http:` there"),
}
SCHEDULED: Table = {
    "on": set_schedule,
    "retries": left_out("`schedule.retries` repeats starts that failed, not runs: let the job try again itself"),
    "timeout": left_out("an alert says that a job ran too long; nothing ends it"),
}


def apply_manifest(draft: Draft, fields: Mapping[str, Node], *, job: bool, below: str = "") -> None:
    """Take every field of a manifest, or of its overrides in one environment."""
    sizes = {name: fields[name] for name in ("cpu", "memory") if name in fields}
    if sizes:
        cpu, memory = (number(sizes[name], name) if name in sizes else 0 for name in ("cpu", "memory"))
        setting = ", ".join(f"{below}{name}" for name in sizes)
        set_size(draft, next(iter(sizes.values())), setting, cpu=cpu, memory_mib=memory)
    # How it is deployed depends on how many there are.
    rest = sorted((name for name in fields if name not in sizes), key=lambda name: name == "deployment")
    apply_table({**COPILOT, **(SCHEDULED if job else {})}, draft, {name: fields[name] for name in rest}, below=below)
