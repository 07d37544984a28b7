"""The fields of a container in an ECS task definition, and what becomes of each.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

import json
import re
import shlex

from cli.importers.compose.fields import words_field
from cli.importers.confidential import want_secret
from cli.importers.container_settings import carry_ecs_ulimits, carry_user, linux_parameters
from cli.importers.draft import Draft
from cli.importers.foreign_values import items, mapping, text, whole, words
from cli.importers.mappings import Table, carry_number, carry_truth, left_out
from cli.importers.sizes import set_check
from cli.importers.variables import set_variable
from config.models.service.container.ports import is_port_name
from config.models.service.target_group import LONGEST_STOP_S, SHORTEST_STOP_S
from config.source.node import Node

_DRIVERS = {
    "awsfirelens": "the platform's own log router",
    "awslogs": "`logs: {destination: cloudwatch}`, or what the environment says",
}
_TIMES = {"interval_s": "interval", "timeout_s": "timeout", "unhealthy_threshold": "retries", "grace_s": "startPeriod"}


_STORED = r"(arn:aws[a-z-]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+)"


def carry_secret(draft: Draft, node: Node, setting: str, variable: str, reference: str) -> None:
    """Let a variable read a secret where it is stored; what differs by environment is stored anew, by a command."""
    if stored := stored_in(reference):
        draft.set(f"secrets.{variable}", stored)
        draft.carried(node, setting, f"secrets.{variable}")
    else:
        want_secret(draft, node, setting, variable, origin=origin_of(reference))


def stored_in(reference: str) -> dict[str, str] | None:
    """Return our words for what `valueFrom` names, by its name in the environment's own account."""
    if "<environment>" in reference:
        return None
    if found := re.fullmatch(rf"{_STORED}-[A-Za-z0-9]{{6}}(?::([^:]*)::)?", reference):
        return {"secret": found[1].rpartition(":")[2], **({"key": found[2]} if found[2] else {})}
    if found := re.fullmatch(
        r"(?:arn:aws:ssm:[^:]+:[^:]+:parameter)?(/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)", reference
    ):
        return {"parameter": found[1]}
    return None


def origin_of(reference: str) -> str:
    """Return the command that prints a stored secret, by what `valueFrom` names."""
    found = re.fullmatch(rf"{_STORED}(?::([^:]*):([^:]*):([^:]*))?", reference)
    if found:
        get = f"aws secretsmanager get-secret-value --secret-id {shlex.quote(found[1])}"
        value = f"{get} --query SecretString --output text"
        return f"{value} | jq -r {shlex.quote(f'.[{json.dumps(found[2])}]')}" if found[2] else value
    name = reference.partition(":parameter")[2] if reference.startswith("arn:") else reference
    quoted = f'"{name}"' if "<environment>" in name else shlex.quote(name)
    return f"aws ssm get-parameter --with-decryption --name {quoted} --query Parameter.Value --output text"


def _environment(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        its = mapping(entry, setting)
        if "name" in its:
            name = text(its["name"], setting)
            value = text(its["value"], f"{setting}.{name}") if "value" in its else ""
            set_variable(draft, entry, f"{setting}.{name}", name, value)


def _secrets(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        its = mapping(entry, setting)
        if "name" in its and "valueFrom" in its:
            name = text(its["name"], setting)
            carry_secret(draft, entry, f"{setting}.{name}", name, text(its["valueFrom"], setting))


def _health_check(draft: Draft, node: Node, setting: str) -> None:
    its = mapping(node, setting)
    if "command" in its:
        times = {ours: whole(its[theirs], f"{setting}.{theirs}") for ours, theirs in _TIMES.items() if theirs in its}
        set_check(draft, node, setting, words(its["command"], setting), **times)


def _logs(draft: Draft, node: Node, setting: str) -> None:
    driver = text(its["logDriver"], setting) if "logDriver" in (its := mapping(node, setting)) else ""
    draft.changed(
        node, setting, f"every log goes where the environment says: {_DRIVERS.get(driver, 'see docs/logging.md')}"
    )


def _ports(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        its = mapping(entry, setting)
        port = whole(its["containerPort"], setting) if "containerPort" in its else None
        if "protocol" in its and text(its["protocol"], setting) == "udp":
            draft.left_out(entry, setting, "no UDP: the load balancer and `calls:` carry TCP")
        elif draft.get("port") is None and port:
            draft.set("port", port)
            draft.carried(entry, setting, f"port: {port}")
        elif port:
            named = text(its["name"], setting) if "name" in its else ""
            name = named if is_port_name(named) else f"port-{port}"
            draft.set(f"ports.{name}", port)
            draft.carried(entry, setting, f"ports.{name}: {port}")


def _essential(draft: Draft, node: Node, setting: str) -> None:
    del draft, node, setting  # the main container always is


_NO_DISK = "a task's disk ends with the task: keep files in `buckets: {files: {}}`, rows in `database: {}`"
_SIZE = left_out("a task has one size, its cpu and memory_mib, for all its containers")
_IMAGE = "set it in the image, by {} in its Dockerfile"
_MOMENTS = "the platform's containers start before the service's, and stop after it"
_NETWORK = "each task has an address of its own; names come from the VPC's DNS"
_PRIVILEGE = "Fargate gives no container more rights; the program must do without"
CONTAINER: Table = {
    "essential": _essential,
    "command": words_field("command"),
    "entryPoint": words_field("entrypoint"),
    "environment": _environment,
    "secrets": _secrets,
    "healthCheck": _health_check,
    "logConfiguration": _logs,
    "portMappings": _ports,
    "cpu": _SIZE,
    "memory": _SIZE,
    "memoryReservation": _SIZE,
    "environmentFiles": left_out("write what the file holds as `variables:` and `secrets:`"),
    "mountPoints": left_out(_NO_DISK),
    "volumesFrom": left_out(_NO_DISK),
    "dependsOn": left_out(f"{_MOMENTS}; a sidecar with a `health_check:` too"),
    "startTimeout": left_out(_MOMENTS),
    "stopTimeout": carry_number("stop_timeout_s", whole, least=SHORTEST_STOP_S, most=LONGEST_STOP_S),
    "user": carry_user,
    "workingDirectory": left_out(_IMAGE.format("WORKDIR")),
    "readonlyRootFilesystem": carry_truth("read_only_root"),
    "linuxParameters": linux_parameters,
    "ulimits": carry_ecs_ulimits,
    "systemControls": left_out(_PRIVILEGE),
    "privileged": left_out(_PRIVILEGE),
    "dockerSecurityOptions": left_out(_PRIVILEGE),
    "dockerLabels": left_out("labels are for tools on one machine; tags come from environments/"),
    "hostname": left_out(_NETWORK),
    "extraHosts": left_out(_NETWORK),
    "dnsServers": left_out(_NETWORK),
    "dnsSearchDomains": left_out(_NETWORK),
    "links": left_out(_NETWORK),
    "disableNetworking": left_out(_NETWORK),
    "interactive": left_out("a shell in a task is `exec: true`"),
    "pseudoTerminal": left_out("a shell in a task is `exec: true`"),
    "repositoryCredentials": left_out("push the image to the platform's registry: no task pulls from a private one"),
    "resourceRequirements": left_out("Fargate has no GPU"),
    "firelensConfiguration": left_out("the platform's own log router is in every task"),
    "restartPolicy": left_out("ECS replaces the task when its container ends"),
    "versionConsistency": left_out("a release names one image for ever"),
    "credentialSpecs": left_out("there are no Windows domains"),
}
