"""Rules between files: what each says is fine, and together they cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from config.checks.delivery import delivery_conflicts
from config.models.environment.environment import Environment
from config.models.environment.network import PRIVATE_RANGES
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def environment_conflicts(
    environments: Sequence[tuple[Located[Environment], Sequence[Located[Service]]]],
) -> Iterator[Problem]:
    """Every pair of environments that cannot exist together."""
    yield from _registry_conflicts([environment for environment, _ in environments])
    yield from delivery_conflicts(environments)
    for (one, its_services), (other, other_services) in combinations(environments, 2):
        a, b = one.settings, other.settings
        if a.network.cidr.overlaps(b.network.cidr):
            yield other.problem(
                "network.cidr",
                message=f"network.cidr: overlaps {a.network.cidr} of environment {a.name}",
                conflicts_with=one.place("network.cidr"),
                allowed="a range of its own for each environment, so that they can be connected",
                fix=f"write {_next_range(environments, b)}",
            )
        if a.state_bucket == b.state_bucket:
            yield other.problem(
                "state.bucket",
                message=f"state.bucket: environment {a.name} keeps its state in the same bucket",
                conflicts_with=one.place("state.bucket"),
                allowed="a bucket of its own for each environment",
                fix=f"remove it; the default is {b.bucket('terraform-state')}",
            )
        hosts = _hosts(b, other_services)
        if shared := sorted(_hosts(a, its_services).keys() & hosts.keys()):
            more = f" and {len(shared) - 1} more" if len(shared) > 1 else ""
            service = hosts[shared[0]]
            yield other.problem(
                "domain",
                message=f"domain: {shared[0]} ({service.node.file}){more} would also be in environment {a.name}",
                conflicts_with=one.place("domain"),
                allowed="each host in one environment",
                fix=f"write {b.name}.{a.domain}" if a.domain == b.domain else "choose another domain",
            )


def _registry_conflicts(environments: Sequence[Located[Environment]]) -> Iterator[Problem]:
    """Images are built once and promoted unchanged, so that all environments pull from one registry."""
    for other in environments[1:]:
        first, its, theirs = environments[0], environments[0].settings, other.settings
        if its.registry_account != theirs.registry_account:
            yield other.problem(
                "registry_account_id",
                "account_id",
                message=f"registry_account_id: environment {its.name} takes its images from account "
                f"{its.registry_account}",
                conflicts_with=first.place("registry_account_id", "account_id"),
                allowed="one account that holds the images of all environments",
                fix=f'add `registry_account_id: "{its.registry_account}"` (or another account) to '
                "environments/shared.yaml",
            )
        if its.image_region != theirs.image_region:
            yield other.problem(
                *("registry_region", "region"),
                message=f"registry_region: environment {its.name} pulls its images from {its.image_region}",
                conflicts_with=first.place("registry_region", "region"),
                allowed="one region that holds the images of all environments",
                fix=f"add `registry_region: {its.image_region}` to environments/shared.yaml",
            )
        if its.registry_unreleased_days != theirs.registry_unreleased_days:
            yield other.problem(
                "registry_unreleased_days",
                message=f"registry_unreleased_days: environment {its.name} keeps images for "
                f"{its.registry_unreleased_days} days in the registry that all environments share",
                conflicts_with=first.place("registry_unreleased_days"),
                allowed="one number for all environments",
                fix=f"write `registry_unreleased_days: {its.registry_unreleased_days}` in environments/shared.yaml "
                "alone",
            )


def size_conflicts(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Yield conflicts between a service's database and its environment's defaults that RDS would refuse."""
    for service in services:
        if not (database := service.settings.own_database):
            continue
        for mistake in environment.settings.database(database).mistakes():
            names = (mistake.field, *mistake.because)
            theirs = environment.place(*(f"databases.{name}" for name in names))
            yield service.problem(
                *(f"database.{name}" for name in names),
                "database",
                message=f"database: {mistake.message}",
                conflicts_with=None if theirs.missing else theirs,
                allowed=mistake.allowed or "sizes that go together",
                fix=f"{mistake.fix}, below `database:`",
            )


def _hosts(environment: Environment, services: Sequence[Located[Service]]) -> dict[str, Located[Service]]:
    return {
        host: service
        for service in services
        if (route := service.settings.route)
        for conditions in route.all_conditions
        for host in environment.hostnames([host for host in conditions.host if "." not in host])
        or ((f"*.{environment.domain}",) if conditions.is_for_any_host else ())
    }


def _next_range(
    environments: Sequence[tuple[Located[Environment], Sequence[Located[Service]]]], crowded: Environment
) -> str:
    """Return a range of the same size, in 10.0.0.0/8, that no environment uses."""
    used = [environment.settings.network.cidr for environment, _ in environments]
    size = crowded.network.cidr.prefixlen
    ten = next(private for private in PRIVATE_RANGES if private.prefixlen == 8)
    return str(next(free for free in ten.subnets(new_prefix=size) if not any(free.overlaps(cidr) for cidr in used)))
