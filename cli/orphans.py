"""Stacks that have left the program but not AWS: their state is all that is needed to destroy them.

cdktf destroys only what it synthesizes, so deleting a service's file would leave its stack behind for ever. An
empty Terraform configuration with the same backend and provider makes Terraform destroy what the state holds.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from cli.program import Program, SynthesizedStack
from cli.state import StateFile

DIRECTORY = Path("build/orphans")


def orphans(program: Program, states: list[StateFile]) -> list[StateFile]:
    """The states with resources whose stack the program no longer has."""
    keys = {stack.state.key for stack in program.stacks}
    return [state for state in states if state.resources and state.key not in keys]


def empty_code(template: dict[str, Any], *, key: str) -> dict[str, Any]:
    """A stack of the same backend, provider and nothing else."""
    terraform = copy.deepcopy(template["terraform"])
    terraform["backend"]["s3"]["key"] = key
    return {"terraform": terraform, "provider": copy.deepcopy(template["provider"])}


def write_empty_stack(root: Path, program: Program, orphan: StateFile) -> SynthesizedStack:
    """A directory in which Terraform destroys the orphan."""
    stack_id = f"{program.environment}-{orphan.stack}"
    directory = root / DIRECTORY / stack_id
    directory.mkdir(parents=True, exist_ok=True)
    code = empty_code(program.stacks[0].code, key=orphan.key)
    (directory / "cdk.tf.json").write_text(json.dumps(code, indent=2))
    return SynthesizedStack(id=stack_id, dependencies=(), directory=directory)


def find_stack(root: Path, program: Program, name: str) -> SynthesizedStack:
    """A stack of the program; of any other name, one that its state alone may know."""
    short = name.removeprefix(f"{program.environment}-")
    for stack in program.stacks:
        if stack.name == short:
            return stack
    return write_empty_stack(root, program, StateFile(f"{program.environment}/{short}.tfstate", {}))
