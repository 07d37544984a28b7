"""The places that a service's secrets come from in one environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from config.models.environment.environment import Environment
from config.models.service.aws.secrets import PLATFORM_KEY, Secret
from config.models.service.service import Service


class SecretStore(StrEnum):
    """A service of AWS that keeps secrets, by IAM's name."""

    SECRETS_MANAGER = "secretsmanager"
    PARAMETER_STORE = "ssm"


@dataclass(frozen=True)
class SecretSource:
    """The place of one variable's value: in `store` under `place`, a name of this account or an ARN."""

    variable: str
    store: SecretStore
    place: str
    region: str
    account: str
    key: str | None = None
    kms_key: str | None = None
    owner: str | None = None
    """The service under whose name `groundwork secret set` stores it; None for what somebody else made."""
    name: str | None = None
    """Its name there."""
    sidecar: str | None = None
    """The container that it is for; None for the service's own."""

    def is_in(self, environment: Environment) -> bool:
        """Tell whether the environment's own account and region hold it, and so can be asked for it."""
        return (self.region, self.account) == (environment.region, environment.account_id)

    def set_by(self, environment: Environment) -> str:
        """Return the command that stores it; what somebody else made is theirs to store."""
        if self.owner:
            return f"groundwork secret set {environment.name} {self.owner} {self.name}"
        if self.store is SecretStore.PARAMETER_STORE:
            return f"aws ssm put-parameter --type SecureString --name {self.place} --value file://value.txt"
        return f"aws secretsmanager create-secret --name {self.place} --secret-string file://value.txt"

    @property
    def field(self) -> str:
        """The place in the service's file that names it."""
        return f"sidecars.{self.sidecar}.secrets.{self.variable}" if self.sidecar else f"secrets.{self.variable}"

    @property
    def arn(self) -> str | None:
        """Its ARN; None of a secret that is named, whose ARN ends with six characters that AWS makes up."""
        if self.place.startswith("arn:"):
            return self.place
        if self.store is SecretStore.SECRETS_MANAGER:
            return None
        return f"arn:aws:ssm:{self.region}:{self.account}:parameter/{self.place.removeprefix('/')}"


def secret_sources(environment: Environment, service: Service) -> Sequence[SecretSource]:
    """List where the value of each variable under a service's `secrets:`, and its sidecars', comes from."""
    held: dict[str | None, Mapping[str, Secret]] = {None: service.secrets}
    held |= {name: its.secrets for name, its in sorted(service.sidecars.items())}
    return [
        replace(_source(environment, service, variable, its), sidecar=sidecar)
        for sidecar, secrets in held.items()
        for variable, its in sorted(secrets.items())
    ]


def _source(environment: Environment, service: Service, variable: str, its: Secret) -> SecretSource:
    owner = (its.of or service.written_as) if its.name else None
    place = environment.secret_name(owner, its.name) if owner and its.name else its.secret or its.parameter or ""
    parts = place.split(":")
    region, account = parts[3:5] if place.startswith("arn:") else (environment.region, environment.account_id)
    # modules/encryption_key.py gives it this alias.
    kms_key = f"alias/{environment.qualify('data')}" if its.kms_key == PLATFORM_KEY else its.kms_key
    return SecretSource(
        variable=variable,
        store=SecretStore.PARAMETER_STORE if its.parameter else SecretStore.SECRETS_MANAGER,
        place=place,
        region=region,
        account=account,
        key=its.key,
        kms_key=kms_key,
        owner=owner,
        name=its.name,
    )
