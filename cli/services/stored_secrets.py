"""The secrets that services name, and those that Secrets Manager has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from cli.errors import UsageError
from cli.session import Session
from config.models.environment.environment import UNRELEASED
from config.models.environment.platform_service import ALERTMANAGER, GRAFANA, alertmanager, grafana
from config.models.environment.secret_sources import SecretSource, SecretStore, secret_sources
from config.models.service.service import Service

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRETS = "secrets"
"""The stack tag of what belongs to no stack: a secret outlives every deploy."""


def with_secrets(session: Session) -> tuple[Service, ...]:
    """Return everything that may name secrets: the services, Alertmanager with its receivers, and Grafana."""
    environment = session.environment
    return (*session.deployment.services, alertmanager(environment, UNRELEASED), grafana(environment, UNRELEASED))


def sources_of(session: Session, service: str) -> list[SecretSource]:
    """Return where each secret of a service comes from."""
    services = {found.name: found for found in with_secrets(session)}
    if service not in services:
        raise UsageError(f"there is no service_configs/{service}.yaml", allowed=", ".join(sorted(services)))
    return list(secret_sources(session.environment, services[service]))


def own_names(session: Session, service: str) -> dict[str, list[str]]:
    """Return the secrets that are stored for a service, each with the variables it fills."""
    names: dict[str, list[str]] = {}
    for source in sources_of(session, service):
        if source.owner == service and source.name:
            names.setdefault(source.name, []).append(source.variable)
    return names


def file_of(service: str) -> str:
    """Name the place where a person writes the secrets of a service."""
    of_the_platform = {ALERTMANAGER: "monitoring.receivers", GRAFANA: "monitoring.grafana.oidc"}
    if service in of_the_platform:
        return f"{of_the_platform[service]} in environments/"
    return f"service_configs/{service}.yaml"


def client(session: Session) -> SecretsManagerClient:
    """Secrets Manager of the environment's region."""
    return boto3.client("secretsmanager", region_name=session.environment.region)


def exists(secrets: SecretsManagerClient, name: str) -> bool:
    """Return whether a value can be read under the name, or ARN."""
    try:
        return "DeletedDate" not in secrets.describe_secret(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return False


def is_stored(session: Session, source: SecretSource) -> bool | None:
    """Tell whether there is a value; None where another account or region has it, which is not asked."""
    if not source.is_in(session.environment):
        return None
    if source.store is SecretStore.SECRETS_MANAGER:
        return exists(client(session), source.place)
    name = source.place.partition(":parameter")[2] or source.place
    ssm = boto3.client("ssm", region_name=session.environment.region)
    found = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}])
    return bool(found["Parameters"])


def store(secrets: SecretsManagerClient, name: str, value: str, tags: dict[str, str]) -> bool:
    """Store the value; whether the secret had to be created."""
    if exists(secrets, name):
        secrets.put_secret_value(SecretId=name, SecretString=value)
        return False
    secrets.create_secret(
        Name=name, SecretString=value, Tags=[{"Key": key, "Value": text} for key, text in tags.items()]
    )
    return True
