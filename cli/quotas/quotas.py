"""Compares what an environment's code needs with what AWS lets the account have, before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import explained
from cli.quotas.needs import Needs
from cli.terraform.tagged_resources import ENVIRONMENT_TAG
from config.models.deploy_target import DeployTarget

LOAD_BALANCING = "elasticloadbalancing"


@dataclass(frozen=True)
class Quota:
    """A number that AWS allows: by its code in Service Quotas, or by its name among the limits of load balancers."""

    what: str
    service: str
    code: str
    needed: Callable[[Needs], float]
    others: Callable[[Account], int] = lambda _: 0
    way_out: str = ""


QUOTAS = (
    Quota(
        "Elastic IP addresses",
        "ec2",
        "L-0263D0A3",
        lambda needs: needs.addresses,
        lambda account: account.addresses_of_others,
        "or choose `network.nat: single`",
    ),
    Quota(
        "VPCs",
        "vpc",
        "L-F678F1CE",
        lambda needs: needs.networks,
        lambda account: account.networks_of_others,
    ),
    Quota("interface endpoints of a VPC", "vpc", "L-29B6F2EB", lambda needs: needs.interface_endpoints),
    Quota("rules of a security group, in one direction", "vpc", "L-0EA8095F", lambda needs: needs.rules_of_a_group),
    Quota("vCPUs on Fargate while all is deployed", "fargate", "L-3032A538", lambda needs: needs.on_demand_vcpu),
    Quota("vCPUs on Fargate Spot while all is deployed", "fargate", "L-36FBB829", lambda needs: needs.spot_vcpu),
    Quota(
        "rules of a load balancer",
        LOAD_BALANCING,
        "rules-per-application-load-balancer",
        lambda needs: needs.rules_of_a_load_balancer,
    ),
    Quota(
        "target groups of a load balancer",
        LOAD_BALANCING,
        "target-groups-per-application-load-balancer",
        lambda needs: needs.target_groups_of_a_load_balancer,
        way_out="or let one service route to others by its own paths: AWS raises this one for nobody",
    ),
)
"""https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html"""


@dataclass(frozen=True)
class Account:
    """One account in one region, as an environment finds it."""

    place: DeployTarget

    @cached_property
    def addresses_of_others(self) -> int:
        """The addresses that are not this environment's own."""
        found = self._client("ec2").describe_addresses()["Addresses"]
        return sum(not self._is_own(address) for address in found)

    @cached_property
    def networks_of_others(self) -> int:
        """The VPCs that are not this environment's own, the default one among them."""
        pages = self._client("ec2").get_paginator("describe_vpcs").paginate()
        return sum(not self._is_own(vpc) for page in pages for vpc in page["Vpcs"])

    def allowed(self, quota: Quota) -> float | None:
        """Return what AWS allows, or None where it does not say."""
        if quota.service == LOAD_BALANCING:
            return self._limits_of_load_balancers.get(quota.code)
        asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
        return float(self._client("service-quotas").get_service_quota(**asked)["Quota"]["Value"])

    @cached_property
    def _limits_of_load_balancers(self) -> Mapping[str, float]:
        found = self._client("elbv2").describe_account_limits()["Limits"]
        return {limit["Name"]: float(limit["Max"]) for limit in found}

    def _is_own(self, resource: Mapping[str, Any]) -> bool:
        return {"Key": ENVIRONMENT_TAG, "Value": self.place.name} in resource.get("Tags", [])

    def _client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.place.region)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Comparison:
    """A quota, what is needed of it, and what others use of it already."""

    quota: Quota
    place: DeployTarget
    needed: float
    others: int
    allowed: float

    @property
    def is_short(self) -> bool:
        """Return whether a deploy would be refused."""
        return self.needed + self.others > self.allowed

    def __str__(self) -> str:
        used = f", {self.others} used by others" if self.others else ""
        return f"{self.quota.what}: {self.needed:g} needed{used}, {self.allowed:g} allowed"

    @property
    def fault(self) -> str:
        """The shortage in words, with the command that asks AWS for more."""
        where = f"account {self.place.account_id}, {self.place.region}"
        return f"{where}: {self}\n  fix: {'; '.join(filter(None, (self._request, self.quota.way_out)))}"

    @property
    def _request(self) -> str:
        if self.quota.service == LOAD_BALANCING:
            return "ask for more in the console: Service Quotas, Elastic Load Balancing"
        return (
            f"aws service-quotas request-service-quota-increase --service-code {self.quota.service} "
            f"--quota-code {self.quota.code} --desired-value {ceil(self.needed + self.others)} "
            f"--region {self.place.region}"
        )


def shortages(found: Iterable[Comparison | str]) -> list[str]:
    """Return in words what a deploy would be refused for."""
    return [compared.fault for compared in found if isinstance(compared, Comparison) and compared.is_short]


def compare(place: DeployTarget, needs: Needs) -> Iterator[Comparison | str]:
    """Yield each quota with what is needed of it, or why that cannot be said."""
    account = Account(place)
    for quota in QUOTAS:
        needed = quota.needed(needs)
        if not needed:
            continue
        try:
            allowed = account.allowed(quota)
            others = quota.others(account)
        except (BotoCoreError, ClientError) as error:
            right = "servicequotas:GetServiceQuota, elasticloadbalancing:DescribeAccountLimits, ec2:Describe*"
            told = explained(error, doing=f"read a quota ({quota.what})", right=right, account_id=place.account_id)
            yield str(told)
            continue
        if allowed is not None:
            yield Comparison(quota, place, needed, others, allowed)
