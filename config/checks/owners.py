"""Conflicts between the owners of services and the receivers of their alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def owner_conflicts(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Every receiver of an owner that no service has: it would never be told of anything."""
    owners = sorted({service.settings.owner for service in services if service.settings.owner})
    for name, receiver in environment.settings.monitoring.receivers.items():
        for number, owner in enumerate(receiver.owners):
            if owner not in owners:
                yield environment.problem(
                    f"monitoring.receivers.{name}.owners.{number}",
                    message=f"monitoring.receivers.{name}.owners: no service says `owner: {owner}`",
                    allowed=", ".join(owners) or "none yet; write `owner:` in the files of services first",
                    fix=did_you_mean(owner, owners) or f"add `owner: {owner}` to its services, or remove it here",
                )
