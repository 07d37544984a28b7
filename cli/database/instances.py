"""A service's database in AWS: the instance that it uses, and one that was restored beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from cli.errors import CommandError, UsageError
from cli.session import Session
from cli.state.changed_state import RESTORED_TAG
from config.diagnostics.suggestions import did_you_mean
from config.models.data.database import Database
from config.models.service.relations import database_owner

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

AVAILABLE = frozenset({"available", "storage-optimization"})
FAILED = frozenset(
    {"failed", "incompatible-parameters", "incompatible-restore", "incompatible-network", "storage-full"}
)
STOPPED = frozenset({"stopped", "stopping"})
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 15.0
MOST_SECONDS = 6 * 3600.0

Instance = Mapping[str, Any]
"""One of `DBInstances`, as DescribeDBInstances answers."""


@dataclass(frozen=True)
class ServiceDatabase:
    """The database of one service in one environment."""

    session: Session
    service: str
    settings: Database

    @property
    def name(self) -> str:
        """The identifier of the instance that the service uses."""
        return self.session.environment.qualify(self.service)

    @property
    def restored_name(self) -> str:
        """The identifier of the instance that is restored beside it."""
        return f"{self.name}-restored"

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"database-{self.service}"

    @cached_property
    def rds(self) -> RDSClient:
        """The RDS client of the environment's region."""
        return boto3.client("rds", region_name=self.session.environment.region)

    def find(self, identifier: str) -> Instance | None:
        """Return the instance of this identifier; None if there is none."""
        try:
            return self.rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        except self.rds.exceptions.DBInstanceNotFoundFault:
            return None

    def own(self) -> Instance:
        """Return the instance that the service uses."""
        if found := self.find(self.name):
            return found
        deploy = self.session.command(f"deploy {self.session.name} {self.stack}")
        raise CommandError(f"there is no database {self.name} in {self.session.target.description}", fix=deploy)

    def restored(self) -> Instance | None:
        """Return the instance that was restored beside it; an error if the name is another database's."""
        found = self.find(self.restored_name)
        if found and RESTORED_TAG not in tags_of(found):
            raise CommandError(
                f"{self.restored_name} exists and is no restored copy: it has no tag {RESTORED_TAG}",
                fix="rename that database: this is the name of what is restored",
            )
        return found

    def refuse_stopped(self, instance: Instance) -> None:
        """Refuse an instance that office hours or a person have stopped: RDS changes none that is."""
        if (status := instance["DBInstanceStatus"]) in STOPPED:
            identifier = instance["DBInstanceIdentifier"]
            raise CommandError(
                f"{identifier} is {status}",
                fix=f"start it, and repeat this: aws rds start-db-instance --db-instance-identifier {identifier}",
            )

    def wait(self, identifier: str, until: Callable[[Instance], bool] = lambda _: True) -> Instance:
        """Wait until the instance is available, and this is so; says each new status."""
        deadline, told, pause = time.monotonic() + MOST_SECONDS, "", FIRST_PAUSE_SECONDS
        while True:
            found = self.find(identifier)
            status = found["DBInstanceStatus"] if found else "not there yet"
            if found and status in AVAILABLE and until(found):
                return found
            if found:
                self.refuse_stopped(found)
            if status in FAILED:
                raise CommandError(f"{identifier} is {status}", fix="RDS' events say why: see it in the console of RDS")
            if time.monotonic() > deadline:
                raise CommandError(f"{identifier} is still {status}", fix="run the same command again: it goes on")
            if status not in (told, "available"):
                self.session.say(f"{identifier}: {status}")
                told = status
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


def has_managed_password(instance: Instance) -> bool:
    """Return whether RDS has made the password, and its secret can be read."""
    return bool(instance.get("MasterUserSecret", {}).get("SecretStatus") == "active")


def tags_of(instance: Instance) -> dict[str, str]:
    """Return the instance's tags."""
    return {tag["Key"]: tag["Value"] for tag in instance.get("TagList", [])}


def database_of(session: Session, service: str) -> ServiceDatabase:
    """Return the database that a service uses, its own or another's."""
    services = session.deployment.services
    owned = {one.name: one.own_database for one in services if one.own_database}
    owners = {one.name: owner for one in services if (owner := database_owner(one, services)) in owned}
    if service not in owners:
        raise UsageError(
            f"{service} has no database in {session.name}",
            allowed=", ".join(sorted(owners)) or "no service has `database:` in its file yet",
            fix=did_you_mean(service, sorted(owners)),
        )
    return ServiceDatabase(session, owners[service], owned[owners[service]])
