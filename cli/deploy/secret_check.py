"""Check before a deploy that every secret that its tasks read has been stored."""

from __future__ import annotations

from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import UsageError
from cli.services.stored_secrets import is_stored, with_secrets
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from config.models.environment.platform_service import ALERTMANAGER
from config.models.environment.secret_sources import SecretSource, secret_sources


def refuse_missing_secrets(session: Session, stacks: Iterable[SynthesizedStack]) -> None:
    """Ask for every secret that the stacks' code names. Terraform would find it in the middle of the deploy."""
    missing = missing_secrets(session, stacks)
    if missing:
        environment = session.environment
        local = " --local" if session.local else ""
        lines = [
            line
            for service, source in missing
            for line in (
                f"  {service}: {source.variable}, from {source.place}",
                f"    fix: {source.set_by(environment)}{local if source.owner else ''}",
            )
        ]
        raise UsageError("\n".join(["Nothing has been deployed, for these secrets have no value:", *lines]))


def missing_secrets(session: Session, stacks: Iterable[SynthesizedStack]) -> list[tuple[str, SecretSource]]:
    """Return each that is known not to be there, with the service that reads it."""
    services = {_stack_of(service.name): service for service in with_secrets(session)}
    named = [
        (service.name, source)
        for stack in stacks
        if (service := services.get(stack.name))
        for source in secret_sources(session.environment, service)
        if source.place.removeprefix("/") in stack.text  # what has no release reads none
    ]

    def is_missing(source: SecretSource) -> bool:
        try:
            return is_stored(session, source) is False
        except (BotoCoreError, ClientError):
            return False  # who may not ask still deploys: Terraform says what it finds

    return [one for one in named if is_missing(one[1])]


def _stack_of(service: str) -> str:
    return "monitoring" if service == ALERTMANAGER else f"service-{service}"
