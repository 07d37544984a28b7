"""`groundwork service addresses`: what a partner lets in, the addresses from which services call outside."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
from rich.console import Console

from cli.options import Environment, Local
from cli.root import ROOT
from cli.session import open_session
from config.models.environment.environment import Environment as EnvironmentSettings


def addresses(environment: Environment, local: Local = False) -> None:
    """Show the public addresses that an environment's services call from: those of its NAT gateways or instances."""
    session = open_session(ROOT, environment, Console(), local=local)
    if not session.environment.network.nat_zones:
        session.say("With nat: none nothing calls outside.")
        return
    found = sorted(nat_addresses(session.environment))
    for name, address in found:
        session.say(f"{address}  {name}")
    if not found:
        session.say(f"None yet: groundwork deploy {environment} network")


def nat_addresses(environment: EnvironmentSettings) -> Iterator[tuple[str, str]]:
    """Find the elastic addresses of the NAT, each with its name."""
    ec2 = boto3.client("ec2", region_name=environment.region)
    names = [f"{environment.qualify('network')}-nat-*"]
    for address in ec2.describe_addresses(Filters=[{"Name": "tag:Name", "Values": names}])["Addresses"]:
        name = next(tag["Value"] for tag in address["Tags"] if tag["Key"] == "Name")
        yield name, address["PublicIp"]
