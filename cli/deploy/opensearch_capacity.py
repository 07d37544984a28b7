"""OpenSearch compute units (OCUs) that the environments of one account and region may use together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.loader.platform import Deployment
from config.models.deploy_target import DeployTarget
from config.models.environment.central_logging import EncryptionKey
from config.models.environment.environment import Environment

USD_AN_HOUR = 0.264
"""An OCU's price assumed for eu-west-1: 0.24 is read for us-east-1, with the usual 10 % for Europe."""
HOURS_A_MONTH = 730
FIELDS = "logging.max_indexing_ocu and logging.max_search_ocu"


@dataclass(frozen=True)
class Ceiling:
    """The most OCUs for indexing and for search."""

    indexing: int
    search: int

    @property
    def monthly_usd(self) -> int:
        """The monthly cost in USD when all of it runs all the time, without storage."""
        return round((self.indexing + self.search) * USD_AN_HOUR * HOURS_A_MONTH)

    def is_lower_than(self, other: Ceiling) -> bool:
        """Return whether it allows less of either kind."""
        return self.indexing < other.indexing or self.search < other.search

    def __str__(self) -> str:
        return f"{self.indexing} OCU for indexing and {self.search} for search"


AWS_DEFAULT = Ceiling(10, 10)
"""https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scaling.html"""


@dataclass(frozen=True)
class Wanted:
    """The OCUs that the environments of one account and region ask for; the larger value where they differ."""

    by_environment: Mapping[str, Ceiling]
    least: int
    """What the first collection under each encryption key takes, of each kind."""

    @property
    def ceiling(self) -> Ceiling:
        """The ceiling to be set."""
        asked = self.by_environment.values()
        return Ceiling(max(one.indexing for one in asked), max(one.search for one in asked))

    @property
    def remarks(self) -> list[str]:
        """Return what a person should know of the ceiling."""
        found = []
        names = ", ".join(sorted(self.by_environment))
        if len(self.by_environment) > 1:
            each = "; ".join(f"{name} {ceiling}" for name, ceiling in sorted(self.by_environment.items()))
            found.append(f"{names} share the account and region, so the larger values hold: {each}.")
        if min(self.ceiling.indexing, self.ceiling.search) < self.least:
            found.append(
                f"Too low: with the encryption keys of {names}, collections take {self.least} OCU of each kind from "
                f"the start. Write at least {self.least} for {FIELDS}, or encryption_key: aws-owned."
            )
        return found


def wanted_ceiling(deployments: Iterable[Deployment], place: DeployTarget) -> Wanted | None:
    """Return the ceiling of the place's account and region; None where no log of the place goes to OpenSearch."""
    found = [
        environment
        for deployment in deployments
        if (environment := deployment.environment).account_id == place.account_id
        if environment.region == place.region
        if deployment.searched
    ]
    if place.name not in [environment.name for environment in found]:
        return None
    return Wanted(
        {one.name: Ceiling(one.logging.max_indexing_ocu, one.logging.max_search_ocu) for one in found},
        _least(found),
    )


def _least(environments: list[Environment]) -> int:
    """Two with a standby and one without, for each key: collections of different keys share nothing."""
    by_key: dict[str, int] = {}
    for one in environments:
        key = one.name if one.logging.encryption_key is EncryptionKey.ENVIRONMENT else ""
        by_key[key] = max(by_key.get(key, 0), 2 if one.logging.standby_replicas else 1)
    return sum(by_key.values())
