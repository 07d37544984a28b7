"""The logins of a service's database: for each role a secret with a password that AWS makes up."""

from __future__ import annotations

from constructs import Construct

from config.models.data.database import Database
from config.models.data.login import EXPORTER_ROLE, Login
from config.models.environment.environment import Environment
from modules.data.database_login import DatabaseLogin
from modules.data.generated_secret import GeneratedSecret
from modules.data.postgres import Postgres
from modules.encryption_key import EncryptionKey


class DatabaseLogins(Construct):
    """Exposes `secrets` by role, `master`, the login of what makes the roles, and each service's by `of`.

    Nothing else may read the password of the master user (docs/adr/0036).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: str,
        environment: Environment,
        encryption_key: EncryptionKey,
        postgres: Postgres,
        settings: Database,
    ) -> None:
        super().__init__(scope, id_)
        self._postgres, self._key, self._region = postgres, encryption_key, environment.region
        self._version = settings.password_version
        roles = [*(login.role for login in Login), *([EXPORTER_ROLE] if settings.exporter else [])]
        self.secrets = {
            role: GeneratedSecret(
                self,
                role,
                # No service's own secret can have this name: it holds an underscore.
                name=environment.secret_name(service, role),
                environment=environment,
                encryption_key=encryption_key,
                description=f"The database of {service} in {environment.name}: the login of {role}",
                version=self._version,
                username=role,
            )
            for role in roles
        }
        self.master = DatabaseLogin(
            postgres=postgres,
            secret_arn=postgres.secret_arn,
            encryption_key=encryption_key,
            region=environment.region,
            password_version=self._version,
            passwords={f"{role.upper()}_PASSWORD": secret.arn for role, secret in self.secrets.items()},
        )

    def of(self, login: Login) -> DatabaseLogin:
        """Return a service's login, with that of the exporter if there is one."""
        exporter = self._of_role(EXPORTER_ROLE) if EXPORTER_ROLE in self.secrets else None
        return self._of_role(login.role, exporter=exporter)

    def _of_role(self, role: str, *, exporter: DatabaseLogin | None = None) -> DatabaseLogin:
        return DatabaseLogin(
            postgres=self._postgres,
            secret_arn=self.secrets[role].arn,
            encryption_key=self._key,
            region=self._region,
            password_version=self._version,
            exporter=exporter,
        )
