"""Stacks that have left the program but not AWS: their state is all that is needed to destroy them.

cdktf destroys only what it synthesizes, so deleting a service's file would leave its stack behind for ever. An
empty Terraform configuration with the same backend and provider makes Terraform destroy what the state holds.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.state.state_file import SUFFIX, StateFile
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from config.models.preview import PREFIX

DIRECTORY = Path("build/orphans")
CROSS_STACK_READ = "cross-stack-reference-input-"
"""How CDKTF names the read of another stack's state; that stack's id follows."""
LOGGING, LOGS = "logging", "logs-"
"""The stack that all log collections need without reading it, and how theirs are called."""
NETWORK, NAT = "network", "nat"
"""The first stack, and that of NAT instances, which an environment with gateways does not have."""


def orphans(program: SynthesizedApp, states: list[StateFile]) -> list[StateFile]:
    """Return the states with resources whose stack the program no longer has, each before what it needs."""
    keys = {stack.state_key for stack in program.stacks}
    return in_destroy_order([state for state in states if state.resources and state.key not in keys])


def without_previews(orphans: list[StateFile]) -> list[StateFile]:
    """Those that have left the program; a preview has never been in it, and goes by `groundwork preview remove`."""
    return [state for state in orphans if not state.stack.startswith(PREFIX)]


def needs(state: StateFile) -> set[str]:
    """Return the stacks whose outputs it reads: none of them can be destroyed before it."""
    read = [name for name in state.data_names("terraform_remote_state") if name.startswith(CROSS_STACK_READ)]
    found = {name.removeprefix(CROSS_STACK_READ).partition("-")[2] for name in read}
    return found | ({LOGGING} if state.stack.startswith(LOGS) else set())


def without_logs(orphans: list[StateFile]) -> tuple[list[StateFile], list[StateFile]]:
    """Split orphans into those that may go and the logs of removed services, which stay until they are named."""
    kept = {state.stack for state in orphans if state.stack.startswith(LOGS)}
    while more := {name for state in orphans if state.stack in kept for name in needs(state)} - kept:
        kept |= more
    return [one for one in orphans if one.stack not in kept], [one for one in orphans if one.stack in kept]


def in_the_way(orphans: list[StateFile], names: Collection[str]) -> tuple[list[StateFile], list[StateFile]]:
    """Split orphans into those that must go before stacks of these names are deployed, and the others.

    A route table has one route to an address: EC2 refuses that of a gateway while a NAT instance's is there.
    """
    first = NAT if NETWORK in names else None
    return [one for one in orphans if one.stack == first], [one for one in orphans if one.stack != first]


def in_destroy_order(states: list[StateFile]) -> list[StateFile]:
    """Sort states so that each comes before what it needs."""
    ordered: list[StateFile] = []
    while len(ordered) < len(states):
        left = [state for state in states if state not in ordered]
        needed = set[str]().union(*(needs(state) for state in left))
        ordered += [state for state in left if state.stack not in needed] or left
    return ordered


def that_need(states: list[StateFile], names: Iterable[str]) -> list[StateFile]:
    """Return the states of these names, and those that need one of them."""
    wanted = set(names)
    while more := {state.stack for state in states if state.stack not in wanted and needs(state) & wanted}:
        wanted |= more
    return [state for state in states if state.stack in wanted]


def refuse_protected_orphan(orphan: StateFile) -> None:
    """AWS would refuse too, but only after everything else of the stack is gone."""
    if orphan.protected:
        raise CommandError(
            f"{orphan.stack} has been left as it is, for these are protected: {', '.join(orphan.protected)}",
            fix="put its file back with `deletion_protection: false`, deploy, and delete the file then",
        )


def empty_code(template: dict[str, Any], *, key: str) -> dict[str, Any]:
    """Return a stack of the same backend, provider and nothing else."""
    terraform = copy.deepcopy(template["terraform"])
    if "cloud" in terraform:
        terraform["cloud"]["workspaces"]["name"] = key.removesuffix(SUFFIX).replace("/", "-", 1)
    else:
        terraform["backend"]["s3"]["key"] = key
    return {"terraform": terraform, "provider": copy.deepcopy(template["provider"])}


def write_empty_stack(root: Path, program: SynthesizedApp, orphan: StateFile) -> SynthesizedStack:
    """Return a directory in which Terraform destroys the orphan."""
    stack_id = f"{program.environment}-{orphan.stack}"
    directory = root / DIRECTORY / stack_id
    directory.mkdir(parents=True, exist_ok=True)
    code = empty_code(program.stacks[0].code, key=orphan.key)
    (directory / "cdk.tf.json").write_text(json.dumps(code, indent=2))
    return SynthesizedStack(id=stack_id, dependencies=(), directory=directory)


def find_stack(root: Path, program: SynthesizedApp, name: str) -> SynthesizedStack:
    """Return a stack of the program; of any other name, one that its state alone may know."""
    short = program.stack_name(name)
    for stack in program.stacks:
        if stack.name == short:
            return stack
    return write_empty_stack(root, program, StateFile(f"{program.environment}/{short}.tfstate", {}))
