"""Egress without NAT: what services want from outside, and whether there is a way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.environment.environment import Environment
from config.models.environment.network import ENDPOINTS_OF_A_SHELL, InterfaceEndpoint
from config.models.nat import Nat
from config.models.service.aws.endpoints import asked_of_aws, endpoint_of
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

WORKSPACES = InterfaceEndpoint.APS_WORKSPACES


def missing_endpoints(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield a problem for each endpoint that a service needs without NAT, and that is not there."""
    network = environment.settings.network
    missing = ", ".join(sorted(ENDPOINTS_OF_A_SHELL - set(network.interface_endpoints)))
    service = next((service for service in services if service.settings.exec), None)
    if network.nat is Nat.NONE and missing and service:
        yield environment.problem(
            "network.interface_endpoints",
            "network.nat",
            message="network.interface_endpoints: with nat: none nobody opens a shell in a task of "
            f"{service.settings.name} without {missing}",
            conflicts_with=service.place("exec"),
            allowed=f"a list with {missing} in it, or another nat",
            fix=f"add {missing} to interface_endpoints, or choose nat: single",
        )


def missing_for_permissions(
    environment: Located[Environment], services: Sequence[Located[Service]]
) -> Iterator[Problem]:
    """Find the endpoints that the code of services needs, by what they may do in AWS."""
    network = environment.settings.network
    if network.nat is not Nat.NONE:
        return
    told: set[str] = set()
    for service in services:
        needed = {endpoint for used in asked_of_aws(service.settings) if (endpoint := endpoint_of(used))}
        known = needed & set(InterfaceEndpoint)
        section = service.place("permissions", "queues", "secrets")
        if missing := sorted(known - set(network.interface_endpoints) - told):
            told.update(missing)
            names = ", ".join(missing)
            yield environment.problem(
                "network.interface_endpoints",
                "network.nat",
                message=f"network.interface_endpoints: with nat: none {service.settings.name} does not reach what it "
                f"may use without {names}",
                conflicts_with=section,
                allowed=f"a list with {names} in it, or another nat",
                fix=f"add {names} to interface_endpoints, or choose nat: single",
            )
        if away := sorted(needed - known):
            yield service.problem(
                "permissions.statements",
                "permissions",
                message=f"permissions: with nat: none there is no way to {', '.join(away)}",
                conflicts_with=environment.place("network.nat"),
                allowed=f"services that an endpoint reaches: {', '.join(sorted(InterfaceEndpoint))}",
                fix="remove it, or choose nat: single",
            )


def unreachable(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield a problem for whatever services of an environment without NAT want from the internet."""
    here = environment.settings
    if here.network.nat is not Nat.NONE:
        return
    for service in services:
        if service.settings.public_image:
            yield service.problem(
                "image",
                message="image: with nat: none there is no way to a public registry",
                conflicts_with=environment.place("network.nat"),
                allowed="no `image:` but a release",
                fix=f"remove it, and push the image to {here.registry}/{service.settings.repository}",
            )
        for name in service.settings.sidecars:
            yield service.problem(
                f"sidecars.{name}.image",
                message=f"sidecars.{name}.image: with nat: none there is no way to a public registry",
                conflicts_with=environment.place("network.nat"),
                allowed="no sidecar there",
                fix="remove it, or choose nat: single",
            )
        if service.settings.egress_ports:
            yield service.problem(
                "egress_ports",
                message="egress_ports: with nat: none there is no way out",
                conflicts_with=environment.place("network.nat"),
                allowed="none there, or another nat",
                fix="remove it, or choose nat: single",
            )


def monitoring_unreachable(environment: Located[Environment]) -> Iterator[Problem]:
    """Report an identity provider, or a store of metrics, that there is no way to."""
    settings = environment.settings
    if settings.network.nat is not Nat.NONE:
        return
    if oidc := settings.monitoring.grafana.oidc:
        yield environment.problem(
            "monitoring.grafana.oidc",
            message=f"monitoring.grafana.oidc: with nat: none Grafana does not reach {oidc.issuer}",
            conflicts_with=environment.place("network.nat"),
            allowed="no oidc, or nat: single, instance or per-zone",
            fix="remove it, or write nat: single below network",
        )
    if settings.monitoring.remote_write and WORKSPACES not in settings.network.interface_endpoints:
        yield environment.problem(
            "network.interface_endpoints",
            "network.nat",
            message=f"network.interface_endpoints: with nat: none Prometheus does not reach its workspace without "
            f"{WORKSPACES}",
            conflicts_with=environment.place("monitoring.remote_write"),
            allowed=f"a list with {WORKSPACES} in it, or another nat",
            fix=f"add {WORKSPACES} to interface_endpoints, or choose nat: single",
        )
