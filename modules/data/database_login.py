"""A login at a service's database: what a task is told of it, and the right to read its password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.data.database import Database, Part
from modules.data.postgres import DATABASE, Postgres
from modules.data.secret_policy import read_secret
from modules.encryption_key import EncryptionKey
from modules.network.acl_rules import POSTGRES
from modules.policy import policy

PLAIN, SECRET = (Part.HOST, Part.PORT, Part.NAME, Part.JDBC_URL), (Part.USER, Part.PASSWORD)


@dataclass(frozen=True, kw_only=True)
class DatabaseLogin:
    """A secret with the user and the password of one role, and the database that they are for.

    `password_version` stands in a task's variables, so that another password makes other tasks. `passwords` are secrets
    of more logins, by the variable that holds each, for the one-off that makes the roles; `exporter` is the login of
    the database's exporter.
    """

    postgres: Postgres
    secret_arn: str
    encryption_key: EncryptionKey
    region: str
    password_version: int
    passwords: Mapping[str, str] = field(default_factory=dict)
    exporter: DatabaseLogin | None = None

    @property
    def is_for_code(self) -> bool:
        """Tell whether a task's code may read the secret again; the agent that starts the task alone reads master's."""
        return not self.passwords

    def variables_for(self, settings: Database | None) -> dict[str, str]:
        """Return what a service's container finds set, under its own names too."""
        told = {
            "DATABASE_HOST": self.postgres.instance.address,
            "DATABASE_PORT": str(POSTGRES),
            "DATABASE_NAME": DATABASE,
            "DATABASE_SECRET_ARN": self.secret_arn,
            "DATABASE_PASSWORD_VERSION": str(self.password_version),
        }
        return told | self._named(settings, PLAIN)

    def secrets_for(self, settings: Database | None) -> dict[str, str]:
        """Return what ECS reads from Secrets Manager, by variable."""
        told = {"DATABASE_USER": self._told[Part.USER], "DATABASE_PASSWORD": self._told[Part.PASSWORD]}
        more = {variable: f"{arn}:password::" for variable, arn in self.passwords.items()}
        return told | more | self._named(settings, SECRET)

    def grant(self, role: IamRole, *, scope: Construct, id_: str) -> IamRolePolicy:
        """Let the role read this login's password and no other; `scope` lies in the role's stack."""
        arns = [self.secret_arn, *self.passwords.values()]
        rights = [read_secret(arn, key_arn=self.encryption_key.arn, region=self.region) for arn in arns]
        return IamRolePolicy(
            scope,
            id_,
            role=role.id,
            name="database-login",
            policy=policy(*(right for its in rights for right in its)),
        )

    @property
    def _told(self) -> dict[Part, str]:
        address = self.postgres.instance.address
        return {
            Part.HOST: address,
            Part.PORT: str(POSTGRES),
            Part.NAME: DATABASE,
            Part.JDBC_URL: f"jdbc:postgresql://{address}:{POSTGRES}/{DATABASE}?sslmode=require",
            Part.USER: f"{self.secret_arn}:username::",
            Part.PASSWORD: f"{self.secret_arn}:password::",
        }

    def _named(self, settings: Database | None, parts: tuple[Part, ...]) -> dict[str, str]:
        own = settings.variables if settings else {}
        return {name: self._told[part] for name, part in own.items() if part in parts}
