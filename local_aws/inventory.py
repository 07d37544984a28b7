"""Inventory of a local AWS beyond what every account has: for `nothing is left` as a fact."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local_aws.endpoint import Endpoint


@dataclass(frozen=True, order=True)
class Resource:
    """One resource, by moto's names: `ec2 VPC vpc-123`."""

    service: str
    type: str
    id: str
    region: str

    def __str__(self) -> str:
        return f"{self.service} {self.type} {self.id}"


def resources(endpoint: Endpoint) -> list[Resource]:
    """Every resource that somebody created there and that is not deleted."""
    _, body = endpoint.request("GET", "/moto-api/groundwork/inventory")
    return sorted(Resource(**one) for one in json.loads(body))
