"""A certificate that waits for its domain: what has to be delegated, and where to."""

from __future__ import annotations

import re
from collections.abc import Iterable

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.domain.foreign_records import foreign_advice
from config.models.environment.environment import Environment

WAITING = "aws_acm_certificate_validation"
"""The resource that ends when AWS has issued the certificate."""

TTL_SECONDS = 172_800
"""Two days, as delegations have it."""

FOREIGN = re.compile(rf"{WAITING}\.domain-")
"""The address of that resource where the domain is not the environment's own: modules/edge/foreign_host.py."""

# AWS needs a few minutes also where all is well; Terraform prints this every ten seconds.
_ONE_MINUTE = re.compile(rf"{WAITING}\..*: Still creating\.\.\. \[0?1m0?0s elapsed\]")


class Delegation:
    """Says what a person must do about an environment's domain, where the platform has made its zone."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def notice(self, line: str) -> str | None:
        """Return what to say about a line of Terraform's output: once, after a minute of waiting."""
        if not _ONE_MINUTE.search(line):
            return None
        advice = foreign_advice(self._environment) if FOREIGN.search(line) else self._advice()
        return f"{advice}\nThis deploy then goes on by itself; should it end before, run it again (docs/edge.md)."

    def explain(self, errors: Iterable[str]) -> str | None:
        """Explain why the certificate was not issued, if that is what failed."""
        waiting = [error for error in errors if WAITING in error]
        if not waiting:
            return None
        foreign = [error for error in waiting if FOREIGN.search(error)]
        advice = [foreign_advice(self._environment)] if foreign else []
        advice += [self._advice()] if len(foreign) < len(waiting) else []
        return "\n".join([*advice, "Then run the same command again: it goes on from here (docs/edge.md)."])

    def _advice(self) -> str:
        domain = self._environment.domain
        if zone := self._environment.edge.zone_id:
            return (
                f"The certificate for {domain} is issued once the internet finds the domain's zone. "
                f"Check whether zone {zone} is the one that answers for it."
            )
        servers = name_servers(self._environment)
        if above := self._environment.zone_above:
            return (
                f"The certificate for {domain} is issued once the internet finds the domain's zone. Write into "
                f"environments/{self._environment.name}.yaml\n"
                f"  edge: {{name_servers: [{', '.join(servers) or '...'}]}}\n"
                f"and deploy {above}-edge: its zone then delegates to them. Where that is not the zone that answers "
                "yet, enter them as NS records in the one that does."
            )
        records = [f"  {domain}. {TTL_SECONDS} IN NS {server}." for server in servers]
        return "\n".join(
            [
                f"The certificate for {domain} is issued once the internet finds the domain's zone. "
                f"Enter at its registrar, or in the zone above it,",
                *(records or ["  an NS record for each of the name servers of its zone in Route 53"]),
            ]
        )


def name_servers(environment: Environment) -> list[str]:
    """Return those of the zone that the platform has made for the domain; none where that cannot be found out."""
    route53 = boto3.client("route53", region_name=environment.region)
    try:
        found = route53.list_hosted_zones_by_name(DNSName=environment.domain)["HostedZones"]
        for zone in found:
            if zone["Name"] == f"{environment.domain}." and not zone["Config"]["PrivateZone"]:
                servers: list[str] = route53.get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]
                return servers
    except (BotoCoreError, ClientError):
        return []  # this is advice: what it cannot find out must not end a deploy
    return []
