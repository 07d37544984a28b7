"""Rules between the files about who delivers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def delivery_conflicts(
    environments: Sequence[tuple[Located[Environment], Sequence[Located[Service]]]],
) -> Iterator[Problem]:
    """One repository delivers all environments, and each repository of a service is that of one there is."""
    if not environments:
        return
    first, services = environments[0]
    for other, _ in environments[1:]:
        if other.settings.delivery != first.settings.delivery:
            yield other.problem(
                "delivery",
                message=f"delivery: not what environment {first.settings.name} says",
                conflicts_with=first.place("delivery"),
                allowed="one section for all environments",
                fix="write `delivery:` in environments/shared.yaml alone",
            )
    yield from _unknown_gates(first, [environment.settings.name for environment, _ in environments])
    yield from _provider_conflicts([environment for environment, _ in environments])
    repositories = sorted({service.settings.repository for service in services})
    for name in first.settings.delivery.services if first.settings.delivery else ():
        if name not in repositories:
            yield first.problem(
                f"delivery.services.{name}",
                message=f"delivery.services: no service runs an image of {name}",
                allowed=", ".join(repositories) or "there is no service yet",
                fix=did_you_mean(name, repositories) or f"remove it, or write service_configs/{name}.yaml",
            )


def _unknown_gates(first: Located[Environment], names: list[str]) -> Iterator[Problem]:
    """Refuse a gate before an environment that is not there: it would guard nothing."""
    delivery = first.settings.delivery
    for number, name in enumerate((delivery and delivery.gated_environments) or ()):
        if name not in names:
            yield first.problem(
                f"delivery.gated_environments.{number}",
                message=f"delivery.gated_environments: there is no environment {name}",
                allowed=", ".join(names),
                fix=did_you_mean(name, names) or f"remove it, or write environments/{name}.yaml",
            )


def _provider_conflicts(environments: Sequence[Located[Environment]]) -> Iterator[Problem]:
    """Refuse a second OIDC provider of GitHub in one account."""
    by_account: dict[str, list[Located[Environment]]] = {}
    for environment in environments:
        by_account.setdefault(environment.settings.account_id, []).append(environment)
    for account_id, its in by_account.items():
        settings = its[0].settings
        if not settings.delivery or len(its) == 1 or account_id == settings.registry_account:
            continue
        names = [environment.settings.name for environment in its]
        if settings.delivery.providers.get(account_id) not in names:
            yield its[1].problem(
                f"delivery.providers.{account_id}",
                "delivery",
                message=f"delivery.providers: {' and '.join(names)} share account {account_id}, "
                "which can have GitHub's OIDC provider once",
                allowed=", ".join(names),
                fix=f'add `providers: {{"{account_id}": {names[0]}}}` to delivery in environments/shared.yaml',
            )
