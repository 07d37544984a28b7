"""A service's database, and what the databases of an environment have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from config.models.data.login import Login
from config.models.data.password_rotation import PasswordRotation
from config.models.service_names import ServiceName, VariableName
from config.models.settings import LogRetentionDays, Mistake, Settings, in_words

InstanceClass = Annotated[
    str,
    StringConstraints(pattern=r"^db\.[a-z][a-z0-9]*\.(micro|small|medium|large|([1-9][0-9]*)?xlarge)$"),
    in_words("an RDS instance class such as db.t4g.medium"),
]
# What RDS takes for gp3 storage of PostgreSQL.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
StorageGib = Annotated[int, Field(ge=20, le=65_536)]
# 0 would switch automated backups off, and point-in-time recovery with them; 35 is what RDS takes.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
BackupRetentionDays = Annotated[int, Field(ge=1, le=35)]

# The variables that a service with a database finds set in its tasks.
INJECTED = frozenset(
    {
        "DATABASE_HOST",
        "DATABASE_NAME",
        "DATABASE_PASSWORD",
        "DATABASE_PASSWORD_VERSION",
        "DATABASE_PORT",
        "DATABASE_SECRET_ARN",
        "DATABASE_USER",
    }
)

_DEFAULTS_TO = "by default what the environment says under databases:"


class Databases(Settings):
    """The databases of an environment, unless a service's own `database:` says otherwise."""

    instance_class: InstanceClass = Field(default="db.t4g.medium", description="Processor and memory.")
    storage_gib: StorageGib = Field(default=20, description="Storage at the start; it never shrinks.")
    max_storage_gib: StorageGib = Field(default=200, description="RDS adds storage by itself up to here.")
    multi_az: bool = Field(default=True, description="A standby in a second zone takes over in about a minute.")
    backup_retention_days: BackupRetentionDays = Field(
        default=14, description="How far back the database can be restored, to any second."
    )
    deletion_protection: bool | None = Field(
        default=None, description="Refuse to delete a database; by default the environment's deletion_protection."
    )
    kept_when_deleted: bool = Field(
        default=True, description="A last snapshot is taken, and the backups stay until they expire."
    )
    log_retention_days: LogRetentionDays = Field(default=90, description="How long the database's log is kept.")
    password_rotation: PasswordRotation | None = Field(
        default=None,
        description="The weekly hour in which passwords change and services are restarted; by default tue 9, UTC, or "
        "one of office_hours.",
    )
    extended_support: bool = Field(
        default=False,
        description="Keeps a major version after its end of support, for a price per vCPU and hour; without it RDS "
        "upgrades the database by itself then.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a maximum of storage that RDS refuses: it must leave room to grow, or be the size itself.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        """
        least = -(-self.storage_gib * 11 // 10)
        if self.max_storage_gib != self.storage_gib and self.max_storage_gib < least:
            below = self.max_storage_gib < self.storage_gib
            yield Mistake(
                field="max_storage_gib",
                message=f"max_storage_gib {self.max_storage_gib} is {'' if below else 'less than 10 % '}"
                f"{'below' if below else 'above'} storage_gib {self.storage_gib}",
                allowed=f"storage_gib, {self.storage_gib}, which never grows, or at least {least}",
                fix=f"write max_storage_gib: {least}, or more",
                because=("storage_gib",),
            )


class Part(StrEnum):
    """A part of the way to a database, as a variable may hold it."""

    HOST = "host"
    PORT = "port"
    NAME = "name"
    USER = "user"
    PASSWORD = "password"  # noqa: S105 (what it is called, not what it is)
    JDBC_URL = "jdbc-url"
    URL = "url"


class Database(Settings):
    """A PostgreSQL database of one service, which alone may reach it; `{}` is one with the environment's sizes."""

    engine_version: Literal["15", "16", "17", "18"] = Field(
        default="17",
        description="PostgreSQL's major version, in quotes; a higher one upgrades, see docs/databases.md.",
    )
    instance_class: InstanceClass | None = Field(default=None, description=f"Processor and memory; {_DEFAULTS_TO}.")
    storage_gib: StorageGib | None = Field(default=None, description=f"Storage at the start; {_DEFAULTS_TO}.")
    max_storage_gib: StorageGib | None = Field(
        default=None, description=f"RDS adds storage by itself up to here; {_DEFAULTS_TO}."
    )
    multi_az: bool | None = Field(default=None, description=f"A standby in a second zone; {_DEFAULTS_TO}.")
    backup_retention_days: BackupRetentionDays | None = Field(
        default=None, description=f"How far back it can be restored; {_DEFAULTS_TO}."
    )
    deletion_protection: bool | None = Field(
        default=None, description=f"false is the first of the two steps to delete it; {_DEFAULTS_TO}."
    )
    of: ServiceName | None = Field(
        default=None, description="Uses the database of that service, with the same way in and the same variables."
    )
    login: Login | None = Field(
        default=None,
        description="data: reads and writes rows; schema: may change the tables too. By default schema for a one-off, "
        "and for the others data where a one-off with `before:` prepares the database, else schema.",
    )
    password_version: int = Field(
        default=1, ge=1, description="A greater number makes other passwords for it at the next deploy."
    )
    exporter: bool = Field(
        default=False,
        description="A small task reads its locks, transactions, queries and tables for Prometheus, with alerts and "
        "graphs of them.",
    )
    variables: dict[VariableName, Part] = Field(
        default_factory=dict,
        description="More variables that tell where it is, by a framework's own names: "
        "{DATABASE_URL: url}, {FLYWAY_URL: jdbc-url, FLYWAY_USER: user, FLYWAY_PASSWORD: password}.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse sizes beside `of:`, and a name that is set anyway."""
        sizes = sorted(self.model_fields_set - {"of", "login", "variables"})
        if self.of and sizes:
            yield Mistake(
                field=sizes[0],
                message=f"the database of {self.of} is sized in its own file",
                allowed="only `of:`, `login:` and `variables:`",
                fix=f"move it to {self.of}.yaml",
                because=("of",),
            )
        yield from (
            Mistake(
                field=f"variables.{name}",
                message=f"{name} is set to where the database is",
                fix="remove it, or call it something else",
            )
            for name in sorted(INJECTED & self.variables.keys())
        )

    @property
    def composed(self) -> tuple[str, ...]:
        """The variables that hold the password as a part of their text."""
        return tuple(sorted(name for name, part in self.variables.items() if part is Part.URL))

    def sized(self, databases: Databases) -> Databases:
        """Return the environment's settings with this database's own choices."""
        own = {name: getattr(self, name) for name in Databases.model_fields if getattr(self, name, None) is not None}
        return databases.model_copy(update=own)


def injected_mistakes(
    database: Database, variables: Mapping[str, str], secrets: Mapping[str, Any]
) -> Iterator[Mistake]:
    """Yield the variables and secrets that would hide where the database is."""
    for section, given in (("variables", variables), ("secrets", secrets)):
        for name in sorted((INJECTED | database.variables.keys()) & given.keys()):
            yield Mistake(
                field=f"{section}.{name}",
                message=f"{name} is set to where the database is",
                fix="remove it, or call it something else",
                because=("database",),
            )
