"""The second step of a restore: the restored instance takes the name, the place and the service of the old one.

Both instances change their names, and Terraform's state learns by which resource id the database is known now. An
address stays what it was, nothing is destroyed, and the code asks for no change afterwards (docs/adr).
"""

from __future__ import annotations

from datetime import UTC, datetime

from cli.database.instances import Instance, ServiceDatabase, has_managed_password, tags_of
from cli.deploy.run import Run
from cli.errors import CommandError
from cli.options import confirm
from cli.state.changed_state import RESTORED_TAG, point_state_at
from cli.terraform.synthesized import SynthesizedStack

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
    resource_id = its["DbiResourceId"]
    point_state_at(run, stack, KIND, {"id": resource_id, "resource_id": resource_id})
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
