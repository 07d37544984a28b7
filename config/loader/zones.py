"""The domains of environments that lie in one another."""

from __future__ import annotations

from collections.abc import Mapping

from config.models.environment.edge import ZoneBelow
from config.models.environment.environment import Environment
from config.source.located import Located


def with_zones(environments: Mapping[str, Located[Environment]]) -> dict[str, Located[Environment]]:
    """Return the environments, each with those whose domains lie directly below its own, and the one above."""
    every = [environment.settings for environment in environments.values()]
    above = {settings.name: _above(settings, every) for settings in every}
    found = {}
    for name, environment in environments.items():
        parent = above[name]
        fields = {
            "zones_below": tuple(
                ZoneBelow(
                    environment=settings.name,
                    domain=settings.domain,
                    zone_id=settings.edge.zone_id,
                    name_servers=settings.edge.name_servers,
                )
                for settings in every
                if (its := above[settings.name]) and its.name == name
            ),
            "zone_above": parent.name if parent and parent.edge.create_zone else None,
        }
        found[name] = Located(environment.settings.model_copy(update=fields), environment.node)
    return found


def _above(settings: Environment, every: list[Environment]) -> Environment | None:
    over = [other for other in every if settings.domain.endswith(f".{other.domain}")]
    return max(over, key=lambda other: len(other.domain), default=None)
