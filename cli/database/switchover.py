"""The second step of a restore: the restored instance takes the name, the place and the service of the old one.

Both instances change their names, and Terraform's state learns by which resource id the database is known now. An
address stays what it was, nothing is destroyed, and the code asks for no change afterwards (docs/adr).
"""

from __future__ import annotations

import copy
import json
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.database.instances import RESTORED_TAG, Instance, ServiceDatabase, has_managed_password, tags_of
from cli.deploy.run import Run
from cli.errors import CommandError
from cli.options import confirm
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, terraform

KIND = "aws_db_instance"


def switch_over(run: Run, database: ServiceDatabase, *, yes: bool) -> str | None:
    """Let the restored instance take the place; return the new name of the old one, None if it had been renamed before.

    Each step is looked up in AWS, so that a run that was killed goes on where it was.
    """
    (stack,) = run.program.select([database.stack])
    run.refuse_abandoned_locks([stack])
    restored, own, old = database.restored(), database.find(database.name), None
    if restored is None and (own is None or not _is_pending(run, stack, own)):
        raise CommandError(
            f"nothing is restored: there is no {database.restored_name}",
            fix=database.session.command(f"database restore {database.session.name} {database.service} --at TIME"),
        )
    if restored is not None:
        _refuse_unready(database, restored, own)
        if own is not None:
            old = f"{database.name}-until-{datetime.now(UTC):%Y%m%d-%H%M%S}"
            confirm(
                f"{database.name} becomes {old} and is kept, {restored['DBInstanceIdentifier']} "
                f"({tags_of(restored)[RESTORED_TAG]}) becomes {database.name}: "
                f"{database.service} has no database for some minutes. In {database.session.target.description}?",
                yes,
            )
            _rename(database, database.name, old)
        _rename(database, database.restored_name, database.name)
    its = database.wait(database.name)
    _point_state_at(run, stack, its)
    return old


def _is_pending(run: Run, stack: SynthesizedStack, own: Instance) -> bool:
    """Return whether the instance has its name already, and the state does not know it yet."""
    return RESTORED_TAG in tags_of(own) and (KIND, own["DbiResourceId"]) not in {
        known for state in run.states if state.key == stack.state_key for known in state.managed_ids
    }


def _refuse_unready(database: ServiceDatabase, restored: Instance, own: Instance | None) -> None:
    for instance in (restored, *([own] if own else [])):
        database.refuse_stopped(instance)
    if restored["DBInstanceStatus"] != "available" or not has_managed_password(restored):
        raise CommandError(
            f"{database.restored_name} is not ready: it is {restored['DBInstanceStatus']}",
            fix=f"repeat `groundwork database restore {database.session.name} {database.service}` as it was begun: "
            "it waits, and ends the work",
        )
    if own is not None and own.get("KmsKeyId") != restored.get("KmsKeyId"):
        raise CommandError(
            f"{database.restored_name} is encrypted with another key than {database.name}: "
            "Terraform would destroy it, and make an empty one",
            fix="restore from a snapshot that is copied with the key of the environment",
        )


def _rename(database: ServiceDatabase, now: str, then: str) -> None:
    database.session.say(f"{now} becomes {then}")
    database.rds.modify_db_instance(DBInstanceIdentifier=now, NewDBInstanceIdentifier=then, ApplyImmediately=True)
    database.wait(then)


def _point_state_at(run: Run, stack: SynthesizedStack, instance: Instance) -> None:
    """Write into the stack's state by which resource id the provider finds the instance from here on.

    Terraform compares lineage and serial as it takes the state. What else differs it reads from AWS by itself.
    https://developer.hashicorp.com/terraform/cli/commands/state/push
    """
    environment = run.session.terraform.environment
    initialize(stack.directory, environment)
    pulled = terraform(stack.directory, ["state", "pull"], environment, output=subprocess.PIPE)
    try:
        state = json.loads(pulled.stdout)
    except ValueError as error:
        raise CommandError(f"{stack.id}: its state cannot be read\n{pulled.stdout}") from error
    changed = with_instance(state, instance["DbiResourceId"])
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
            fix="run the same command again: both names are right already",
        )


def with_instance(state: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """Return the state with the one database instance in it known by this resource id."""
    changed = copy.deepcopy(state)
    found = [entry for entry in changed.get("resources", []) if entry["mode"] == "managed" and entry["type"] == KIND]
    instances = [instance for entry in found for instance in entry["instances"]]
    if len(instances) != 1:
        raise CommandError(f"the state knows {len(instances)} database instances, and not one")
    instances[0]["attributes"].update(id=resource_id, resource_id=resource_id)
    return changed
