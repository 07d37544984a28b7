"""What all environments share: the one registry that images are promoted from, unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError, Problem
from config.place import Place

SHARED = "shared"
FILE = Path("environments/shared.yaml")


def shared_place(environments: Sequence[Environment]) -> Place:
    """The account and region of the registry, under the name `shared`; the environments must agree on both."""
    accounts = sorted({environment.registry_account for environment in environments})
    regions = sorted({environment.region for environment in environments})
    problems = []
    if len(accounts) > 1:
        problems.append(
            Problem(
                file=FILE,
                message="the environments lie in different accounts, and none is named for the images they share",
                value=", ".join(accounts),
                fix=f'add registry_account_id: "{accounts[0]}" (or another account) to {FILE}',
            )
        )
    if len(regions) > 1:
        problems.append(
            Problem(
                file=FILE,
                message="the environments lie in different regions, and images are pulled from their own",
                value=", ".join(regions),
                fix=f"write region: in {FILE} alone",
            )
        )
    if problems:
        raise ConfigError(problems)
    first = environments[0]
    return Place(
        name=SHARED,
        organization=first.organization,
        account_id=accounts[0],
        region=regions[0],
        tags=dict(sorted(set.intersection(*(set(environment.tags.items()) for environment in environments)))),
    )
