"""Everything a person wrote, read once: the environments and the services in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.checks.application import application_conflicts
from config.checks.budgets import budget_conflicts
from config.checks.call_graph import graph_conflicts, in_dependency_order
from config.checks.conflicts import environment_conflicts, size_conflicts
from config.checks.edge import shared_domains, unknown_domains, waf_conflicts
from config.checks.egress_without_nat import (
    missing_endpoints,
    missing_for_permissions,
    monitoring_unreachable,
    unreachable,
)
from config.checks.limits import limit_conflicts
from config.checks.logs import log_conflicts
from config.checks.office_hours import heartbeat_conflicts
from config.checks.owners import owner_conflicts
from config.checks.permissions import foreign_policies
from config.checks.routes import public_metrics_conflicts, route_conflicts
from config.checks.secrets import secret_conflicts
from config.checks.storage import storage_conflicts
from config.checks.usage import unknown_usage
from config.checks.warnings import platform_warnings
from config.diagnostics.collector import ProblemCollector
from config.diagnostics.suggestions import did_you_mean
from config.loader.releases import ReleaseNodes, read_releases, unused_releases
from config.loader.saml_metadata import with_metadata
from config.loader.service_file import ServiceFile, read_service_file
from config.loader.settings_file import read_fields, validate, with_field
from config.loader.zones import with_zones
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.discovery import yaml_files
from config.source.located import Located
from config.source.merge import merge
from config.source.node import Node
from config.source.problem import Problem

ENVIRONMENTS, SERVICES = Path("environments"), Path("service_configs")
SHARED, RELEASES = "shared", "releases"


@dataclass(frozen=True)
class Deployment:
    """One environment and the services that run in it, each after those that it needs."""

    environment: Environment
    services: tuple[Service, ...]

    @property
    def searched(self) -> tuple[Service, ...]:
        """The services, jobs among them, whose logs go to a collection of OpenSearch Serverless each."""
        return tuple(one for one in self.services if self.environment.logging.is_searched(one))


@dataclass(frozen=True)
class WrittenDeployment:
    """A deployment beside its YAML, services sorted by name, for whoever shows where a value comes from."""

    environment: Located[Environment]
    services: tuple[Located[Service], ...]

    @property
    def deployment(self) -> Deployment:
        """The deployment without its places, its services in the order of their needs."""
        services = in_dependency_order([service.settings for service in self.services])
        return Deployment(self.environment.settings, services)

    @property
    def warnings(self) -> list[Problem]:
        """The doubts that stop no deploy, and are worth a line before it."""
        return list(platform_warnings(self.environment, self.services))


def load_platform(root: Path, only: str | None = None) -> tuple[Deployment, ...]:
    """Read environments/ and service_configs/ below root; `only` names a single environment.

    Every file is always checked, and everything wrong is raised as one ConfigError.
    """
    return tuple(written.deployment for written in read_platform(root, only))


def read_platform(root: Path, only: str | None = None) -> tuple[WrittenDeployment, ...]:
    """Read the platform with the position of every value."""
    findings = ProblemCollector()
    environment_files, strays = yaml_files(root, ENVIRONMENTS)
    service_files, more_strays = yaml_files(root, SERVICES, subfolders=frozenset({RELEASES}))
    findings.add([*strays, *more_strays])
    names = [file.stem for file in environment_files if file.stem != SHARED]
    findings.add(_choice(names, only))

    environments = _read_environments(root, names, findings)
    files = {file.stem: read_service_file(root, file, names, findings) for file in service_files}
    releases = read_releases(
        root,
        SERVICES / RELEASES,
        environments=names,
        services=list(files),
        findings=findings,
    )
    services = {name: _services(name, files, releases.get(name, {}), findings) for name in names}
    for name, environment in environments.items():
        findings.add(size_conflicts(environment, services[name]), environment=name)
        findings.add(limit_conflicts(environment, services[name]), environment=name)
        findings.add(log_conflicts(environment, services[name]), environment=name)
        findings.add(owner_conflicts(environment, services[name]))
        findings.add(public_metrics_conflicts(services[name]), environment=name)
        findings.add(unknown_domains(environment, services[name]), environment=name)
        findings.add(unreachable(environment, services[name]), environment=name)
        findings.add(missing_endpoints(environment, services[name]))
        findings.add(missing_for_permissions(environment, services[name]))
        findings.add(heartbeat_conflicts(environment))
        findings.add(monitoring_unreachable(environment))
        findings.add(foreign_policies(environment, services[name]))
        findings.add(unknown_usage(environment, list(files)), environment=name)
        findings.add(waf_conflicts(environment, services[name]), environment=name)
        findings.add(storage_conflicts(environment, services[name]), environment=name)
        broken = files.keys() - {written.settings.name for written in services[name]}
        findings.add(secret_conflicts(environment, services[name], broken=broken), environment=name)
    findings.add(environment_conflicts([(environment, services[name]) for name, environment in environments.items()]))
    findings.add(shared_domains(list(environments.values())))
    findings.add(budget_conflicts(list(environments.values())))
    findings.raise_if_any(names)
    return tuple(
        WrittenDeployment(environment, tuple(services[name]))
        for name, environment in environments.items()
        if only in (None, name)
    )


def _choice(names: Sequence[str], only: str | None) -> list[Problem]:
    if names and only in (None, *names):
        return []
    if names and only == SHARED:
        message = "shared is no environment: it is what all of them have in common"
        fix = f"name one of them, such as {names[0]}"
        return [Problem(file=ENVIRONMENTS, value=SHARED, message=message, allowed=", ".join(names), fix=fix)]
    example = f"write {ENVIRONMENTS}/{only or 'dev'}.yaml"
    return [
        Problem(
            file=ENVIRONMENTS,
            value=only or "nothing",
            message="there is no environment of this name" if names else "there is no environment",
            allowed=", ".join(names) or f"at least one file in {ENVIRONMENTS}/ beside {SHARED}.yaml",
            fix=(did_you_mean(only, names) if only else None) or example,
        )
    ]


def _read_environments(root: Path, names: Sequence[str], findings: ProblemCollector) -> dict[str, Located[Environment]]:
    shared_file = ENVIRONMENTS / f"{SHARED}.yaml"
    shared = None
    if (root / shared_file).exists():
        shared = read_fields(root, shared_file, Environment, findings, may_be_empty=True)
    environments = {}
    for name in names:
        file = ENVIRONMENTS / f"{name}.yaml"
        own = read_fields(root, file, Environment, findings)
        if own is None:
            continue
        node = merge(shared, own, at_over=True) if shared else own
        node = with_field(node, "name", Node(file, 1, name, name))
        environment = validate(Environment, node, findings)
        if environment:
            environments[name] = with_metadata(root, ENVIRONMENTS, Located(environment, node), findings)
    return with_zones(environments)


def _services(
    environment: str,
    files: Mapping[str, ServiceFile | None],
    releases: Mapping[str, ReleaseNodes],
    findings: ProblemCollector,
) -> list[Located[Service]]:
    services = []
    broken = []
    for name, file in files.items():
        service = None
        if file:
            node = file.for_environment(environment, releases)
            service = validate(Service, node, findings, environment=environment)
        if file and service:
            services.append(Located(service, node))
        else:
            broken.append(name)
    settings = [written.settings for written in services]
    findings.add(unused_releases(releases, settings), environment=environment)
    findings.add(route_conflicts(services), environment=environment)
    findings.add(application_conflicts(services, broken=broken), environment=environment)
    findings.add(graph_conflicts(services, broken=broken), environment=environment)
    return services
