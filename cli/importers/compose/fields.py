"""The fields of a service in a compose file, and what becomes of each."""

from __future__ import annotations

from cli.importers.confidential import holds_secret, want_secret
from cli.importers.container_settings import (
    carry_compose_ulimits,
    carry_dropped,
    carry_tmpfs,
    carry_user,
)
from cli.importers.draft import Draft
from cli.importers.foreign_values import (
    items,
    mapping,
    mib,
    number,
    one_or_more,
    seconds,
    text,
    truth,
    whole,
    words,
)
from cli.importers.mappings import Handler, Table, apply_table, carry_number, carry_truth, left_out, section
from cli.importers.sizes import docker_command, docker_times, set_check, set_size
from cli.importers.variables import unset
from config.models.service.target_group import LONGEST_STOP_S, SHORTEST_STOP_S
from config.source.node import Node

PROCESSORS = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def words_field(path: str) -> Handler:
    """Carry a command over, unless it holds a secret."""

    def handle(draft: Draft, node: Node, setting: str) -> None:
        found = words(node, setting)
        if holds_secret(found):
            draft.to_do(
                node, setting, f"it may hold a secret: write `{path}` so that it reads a variable of `secrets:`"
            )
        elif waiting := [name for word in found for name in unset(word)]:
            draft.to_do(node, setting, f"{', '.join(waiting)} has no value here: write `{path}` with it")
        elif found:
            draft.set(path, found)
            draft.carried(node, setting, path)

    return handle


def _health_check(draft: Draft, node: Node, setting: str) -> None:
    its = mapping(node, setting)
    if "disable" in its and truth(its["disable"], f"{setting}.disable"):
        set_check(draft, node, setting, ["NONE"])
        return
    if "test" not in its:
        draft.left_out(node, setting, "it has no `test:`, and so nothing is asked")
        return
    command = docker_command(its["test"], setting)
    if holds_secret(command):
        draft.to_do(node, setting, "it may hold a secret: write `health_check.command` so that it reads a variable")
        return
    set_check(draft, node, setting, command, **docker_times(its, setting))


def _resources(draft: Draft, node: Node, setting: str) -> None:
    limits = node.fields.get("limits") or node.fields.get("reservations")
    if limits is None:
        return
    its = mapping(limits, setting)
    cpu = number(its["cpus"], f"{setting}.cpus") * 1024 if "cpus" in its else 0
    memory = mib(its["memory"], f"{setting}.memory") if "memory" in its else 0
    set_size(draft, limits, setting, cpu=cpu, memory_mib=memory)


def _replicas(draft: Draft, node: Node, setting: str) -> None:
    tasks = whole(node, setting)
    draft.set("scaling.min_tasks", tasks)
    draft.set("scaling.max_tasks", max(1, tasks))
    draft.carried(node, setting, f"scaling: {tasks} tasks; a higher max_tasks lets it grow by CPU and memory")


def _platform(draft: Draft, node: Node, setting: str) -> None:
    processor = PROCESSORS.get(text(node, setting).rpartition("/")[2].lower())
    if processor is None:
        draft.left_out(node, setting, "Fargate has arm64 and x86_64")
        return
    draft.set("architecture", processor)
    draft.carried(node, setting, f"architecture: {processor}")


def _volumes(draft: Draft, node: Node, setting: str) -> None:
    for entry in items(node, setting):
        source = entry.fields.get("source", entry)
        written = text(source, setting).partition(":")[0] if not source.fields else "a volume"
        if written.endswith("docker.sock"):
            why = "there is no Docker that a task could talk to; what needs it has no place here"
        elif written.startswith((".", "/", "~")):
            why = f"{written} is a folder of one machine: files that belong to the program go into its image"
        else:
            why = (
                "a task's disk ends with the task: keep files in `buckets: {files: {}}`, or on an EFS by `volumes:`; "
                "rows in `database: {}`"
            )
        draft.left_out(entry, setting, why)


def _stored_secrets(draft: Draft, node: Node, setting: str) -> None:
    for entry in one_or_more(node, setting):
        source = text(entry.fields.get("source", entry), setting)
        variable = "".join(one if one.isalnum() else "_" for one in source).upper()
        want_secret(draft, entry, setting, variable if not variable[:1].isdigit() else f"SECRET_{variable}")
        draft.to_do(entry, setting, f"read the variable {variable}: there is no file /run/secrets/{source}")


DEPLOY: Table = {
    "replicas": _replicas,
    "resources": _resources,
    "mode": left_out("ECS places tasks over the zones by itself"),
    "placement": left_out("ECS places tasks over the zones by itself"),
    "restart_policy": left_out("ECS replaces every task that ends, unless its kind is a job"),
    "update_config": left_out("every deploy is rolling, and rolled back when it fails"),
    "rollback_config": left_out("every deploy is rolling, and rolled back when it fails"),
    "endpoint_mode": left_out("names of app.local answer with the addresses of the tasks"),
    "labels": left_out("labels are for tools on one machine; tags come from environments/"),
}
_BY_CALLS = "the network is by `calls:`: a service reaches those that it names, and no other"
_PRIVILEGE = "Fargate gives no container more rights; the program must do without"
COMPOSE: Table = {
    "command": words_field("command"),
    "entrypoint": words_field("entrypoint"),
    "healthcheck": _health_check,
    "deploy": section(DEPLOY),
    "scale": _replicas,
    "mem_reservation": left_out("a task has one size, its memory_mib"),
    "platform": _platform,
    "volumes": _volumes,
    "secrets": _stored_secrets,
    "restart": left_out("ECS replaces every task that ends, unless its kind is a job"),
    "container_name": left_out("a task is found by its service's name"),
    "hostname": left_out("a task is found by its service's name"),
    "networks": left_out(_BY_CALLS),
    "network_mode": left_out(_BY_CALLS),
    "labels": left_out("labels are for tools on one machine; routes are `http:`, tags come from environments/"),
    "logging": left_out("logs go where the environment says under `logging:`; `logs:` changes it for one service"),
    "profiles": left_out("every service here runs; remove the file of one that is only for development"),
    "user": carry_user,
    "working_dir": left_out("set it in the image, by WORKDIR in its Dockerfile"),
    "stop_signal": left_out("set it in the image, by STOPSIGNAL in its Dockerfile; ECS waits, then kills"),
    "stop_grace_period": carry_number("stop_timeout_s", seconds, least=SHORTEST_STOP_S, most=LONGEST_STOP_S),
    "init": carry_truth("init_process"),
    "privileged": left_out(_PRIVILEGE),
    "cap_add": left_out(_PRIVILEGE),
    "cap_drop": carry_dropped,
    "security_opt": left_out(_PRIVILEGE),
    "sysctls": left_out(_PRIVILEGE),
    "devices": left_out(_PRIVILEGE),
    "read_only": carry_truth("read_only_root"),
    "tmpfs": carry_tmpfs,
    "shm_size": left_out("Fargate gives 64 MB at /dev/shm"),
    "ulimits": carry_compose_ulimits,
    "extra_hosts": left_out("names come from DNS; put the address into a variable"),
    "dns": left_out("names come from the VPC's DNS"),
    "dns_search": left_out("names come from the VPC's DNS, in full: <service>.app.local"),
    "configs": left_out("put the file into the image, or its content into a variable"),
    "develop": left_out("for development alone"),
    "tty": left_out("for development alone"),
    "stdin_open": left_out("for development alone"),
    "pull_policy": left_out("a task pulls its image when it starts"),
    "extends": left_out("its file is not there: copy what it says"),
    "ipc": left_out(_PRIVILEGE),
    "pid": left_out(_PRIVILEGE),
}
# Read by cli/importers/compose/project.py, from more than one service.
TOGETHER = frozenset({"environment", "image", "build", "ports", "expose", "depends_on", "links", "env_file"})


def apply_fields(draft: Draft, fields: dict[str, Node]) -> None:
    """Take every field of a service that says nothing about another one."""
    sizes = {name: fields[name] for name in ("cpus", "mem_limit") if name in fields}
    if sizes:
        cpu = number(sizes["cpus"], "cpus") * 1024 if "cpus" in sizes else 0
        memory = mib(sizes["mem_limit"], "mem_limit") if "mem_limit" in sizes else 0
        set_size(draft, next(iter(sizes.values())), ", ".join(sizes), cpu=cpu, memory_mib=memory)
    apply_table(COMPOSE, draft, {name: node for name, node in fields.items() if name not in TOGETHER | sizes.keys()})
