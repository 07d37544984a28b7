"""Let a stack's state know a resource that a command has made in the place of another."""

from __future__ import annotations

import copy
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from cli.deploy.run import Run
from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, read_json, terraform

RESTORED_TAG = "groundwork:restored"
"""Says of a resource what it was restored from, until it takes the place of the one before and is deployed."""


def point_state_at(
    run: Run, stack: SynthesizedStack, kind: str, attributes: dict[str, str], *, name: str | None = None
) -> None:
    """Write into the stack's state by which attributes the provider finds its one resource of a type from here on.

    Of several it is the one with this `Name` tag.

    Terraform compares lineage and serial as it takes the state. What else differs it reads from AWS by itself.
    https://developer.hashicorp.com/terraform/cli/commands/state/push
    """
    environment = run.session.terraform.environment
    initialize(stack.directory, run.session.terraform)
    pulled = terraform(stack.directory, ["state", "pull"], environment, output=subprocess.PIPE)
    try:
        state = read_json(pulled.stdout)
    except ValueError as error:
        raise CommandError(f"{stack.id}: its state cannot be read\n{pulled.stdout}") from error
    changed = with_attributes(state, kind, attributes, name=name)
    if changed == state:
        return
    with tempfile.TemporaryDirectory(prefix="groundwork-state-") as folder:
        file = Path(folder) / "state.json"
        file.write_text(json.dumps({**changed, "serial": state["serial"] + 1}))
        options = [f"-lock-timeout={run.lock_timeout_seconds}s", str(file)]
        done = terraform(stack.directory, ["state", "push", *options], environment, output=subprocess.PIPE)
    run.forget_states()
    if done.returncode != 0:
        raise CommandError(
            f"{stack.id}: its state cannot be written\n{done.stdout.strip()}",
            fix="run the same command again: it goes on from here",
        )


def with_attributes(
    state: dict[str, Any], kind: str, attributes: dict[str, str], *, name: str | None = None
) -> dict[str, Any]:
    """Return the state with its one resource of this type, and of this `Name` tag, known by these attributes."""
    changed = copy.deepcopy(state)
    attributes_of(changed, kind, name=name).update(attributes)
    return changed


def attributes_of(state: dict[str, Any], kind: str, *, name: str | None = None) -> dict[str, Any]:
    """Return the attributes of the one resource of this type, and of this `Name` tag, in a state."""
    found = [entry for entry in state.get("resources", []) if entry["mode"] == "managed" and entry["type"] == kind]
    instances = [
        instance
        for entry in found
        for instance in entry["instances"]
        if name is None or instance["attributes"]["tags"].get("Name") == name
    ]
    if len(instances) != 1:
        raise CommandError(f"the state knows {len(instances)} resources {kind}, and not one")
    attributes: dict[str, Any] = instances[0]["attributes"]
    return attributes
