"""Sign-in to Grafana, and the way that it takes out of the VPC."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.environment.environment import Environment
from config.models.nat import Nat
from config.source.located import Located
from config.source.problem import Problem


def sign_in_conflicts(environment: Located[Environment]) -> Iterator[Problem]:
    """Report an identity provider that Grafana asks over the internet, where there is no way to it."""
    settings = environment.settings
    oidc = settings.monitoring.grafana.oidc
    if oidc and settings.network.nat is Nat.NONE:
        yield environment.problem(
            "monitoring.grafana.oidc",
            message=f"monitoring.grafana.oidc: with nat: none Grafana does not reach {oidc.issuer}",
            conflicts_with=environment.place("network.nat"),
            allowed="no oidc, or nat: single, instance or per-zone",
            fix="remove it, or write nat: single below network",
        )
