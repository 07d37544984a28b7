"""Expected usage of services that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import Environment
from config.source.located import Located
from config.source.problem import Problem


def unknown_usage(environment: Located[Environment], services: Sequence[str]) -> Iterator[Problem]:
    """Report every service in `usage.services` that has no file."""
    for name in environment.settings.usage.services:
        if name not in services:
            yield environment.problem(
                f"usage.services.{name}",
                message=f"usage.services: there is no service {name}",
                allowed=", ".join(sorted(services)) or "nothing: there is no service",
                fix=did_you_mean(name, sorted(services)) or "correct the name, or remove it",
            )
