"""Resources whose making was interrupted while AWS went on: Terraform would destroy them, and make them again.

A database is made in ten minutes, and protected from its first second: Terraform never gets past it. Once AWS says that
it is ready, it is what was asked for. https://developer.hashicorp.com/terraform/cli/commands/untaint
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cli.deploy.run import Run
from cli.errors import CommandError
from cli.session import Session
from cli.state.state_file import StateFile
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import initialize, terraform

READY = frozenset({"available", "active", "storage-optimization"})
PENDING = frozenset(
    {"creating", "backing-up", "modifying", "provisioning", "pending", "configuring-enhanced-monitoring"}
)
POLL_SECONDS = 15.0
MOST_SECONDS = 3600.0

Attributes = Mapping[str, Any]


def _database(region: str, its: Attributes) -> Any:
    rds = boto3.client("rds", region_name=region)
    return rds.describe_db_instances(DBInstanceIdentifier=its["identifier"])["DBInstances"][0]["DBInstanceStatus"]


def _cache(region: str, its: Attributes) -> Any:
    caches = boto3.client("elasticache", region_name=region)
    return caches.describe_serverless_caches(ServerlessCacheName=its["name"])["ServerlessCaches"][0]["Status"]


def _load_balancer(region: str, its: Attributes) -> Any:
    elb = boto3.client("elbv2", region_name=region)
    return elb.describe_load_balancers(LoadBalancerArns=[its["arn"]])["LoadBalancers"][0]["State"]["Code"]


def _nat_gateway(region: str, its: Attributes) -> Any:
    ec2 = boto3.client("ec2", region_name=region)
    return ec2.describe_nat_gateways(NatGatewayIds=[its["id"]])["NatGateways"][0]["State"]


def _collection(region: str, its: Attributes) -> Any:
    collections = boto3.client("opensearchserverless", region_name=region)
    return collections.batch_get_collection(ids=[its["id"]])["collectionDetails"][0]["status"]


STATUS: Mapping[str, Callable[[str, Attributes], Any]] = {
    "aws_db_instance": _database,
    "aws_elasticache_serverless_cache": _cache,
    "aws_lb": _load_balancer,
    "aws_nat_gateway": _nat_gateway,
    "aws_opensearchserverless_collection": _collection,
}
"""How to ask for the state of what is made in minutes."""


@dataclass(frozen=True)
class HalfMade:
    """A resource that Terraform takes for broken and AWS for whole, or about to be."""

    stack: SynthesizedStack
    address: str
    attributes: Attributes
    region: str

    def status(self) -> str:
        """Return what AWS says of it, in small letters; nothing where it says that there is no such thing."""
        try:
            return str(STATUS[self.address.partition(".")[0]](self.region, self.attributes)).lower()
        except (ClientError, LookupError):
            return ""

    def line(self, status: str) -> str:
        """Return what happens to it, in words."""
        wait = "" if status in READY else ", once it is ready"
        return (
            f"{self.stack.id}: keeps {self.address}{wait}: its making was interrupted, and AWS says that it is {status}"
        )

    def heal(self, session: Session) -> None:
        """Wait until AWS is done, and let Terraform take it for whole."""
        deadline = time.monotonic() + MOST_SECONDS
        while (status := self.status()) in PENDING:
            if time.monotonic() > deadline:
                raise CommandError(f"{self.address} of {self.stack.id} is still {status}", fix="run it again later")
            time.sleep(POLL_SECONDS)
        if status not in READY:
            return  # it has failed after all: Terraform makes it again
        environment = session.terraform.environment
        initialize(self.stack.directory, session.terraform)
        done = terraform(self.stack.directory, ["untaint", self.address], environment, output=subprocess.PIPE)
        if done.returncode != 0:
            raise CommandError(f"{self.stack.id}: {self.address} cannot be kept\n{done.stdout}")


def find_half_made(run: Run, chosen: Sequence[SynthesizedStack]) -> Iterator[tuple[HalfMade, str]]:
    """Yield those of stacks whose last deploy did not end well, with AWS' word: what a person taints shall go."""
    states = {state.key: state for state in run.states}
    broken = [stack for stack in chosen if (state := states.get(stack.state_key)) and state.is_half_made]
    records = run.session.store.records
    ended_well = records.read(broken) if records and broken else {}
    for stack in broken:
        if stack.id not in ended_well:
            for address, attributes in _tainted(states[stack.state_key]):
                found = HalfMade(stack, address, attributes, run.session.place.region)
                if (status := found.status()) in READY | PENDING:
                    yield found, status


def _tainted(state: StateFile) -> Iterator[tuple[str, Attributes]]:
    for resource in state.content.get("resources", []):
        for instance in resource["instances"]:
            if instance.get("status") == "tainted" and resource["type"] in STATUS:
                yield f"{resource['type']}.{resource['name']}", instance["attributes"]
