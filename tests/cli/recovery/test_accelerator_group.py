"""A VPC that had an accelerator can be destroyed: the security group that AWS leaves in it is taken away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.recovery.accelerator_group import EVERY_S, AcceleratorGroup
from cli.terraform.progress import Progress

VPC, GROUP = "vpc-0123456789abcdef0", "sg-0123456789abcdef0"
DELETING = "prod-network  aws_vpc.vpc_F8A9CFC2 (vpc/vpc): Destroying... [id=vpc-0123456789abcdef0]"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ec2() -> Iterator[Stubber]:
    """EC2, all of whose answers must be asked for."""
    client = boto3.Session("test", "test", region_name="eu-west-1").client("ec2")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watch(ec2: Stubber, clock: Clock) -> Iterator[AcceleratorGroup]:
    client: Any = ec2.client
    watch = AcceleratorGroup(client, "prod-network", VPC, clock)
    yield watch
    watch.close()


def found(ec2: Stubber, *groups: str) -> None:
    filters = [{"Name": "vpc-id", "Values": [VPC]}, {"Name": "group-name", "Values": ["GlobalAccelerator"]}]
    answer = {"SecurityGroups": [{"GroupId": group} for group in groups]}
    ec2.add_response("describe_security_groups", answer, {"Filters": filters})


def refused(ec2: Stubber, code: str) -> None:
    ec2.add_client_error("delete_security_group", code, f"it is {code}", expected_params={"GroupId": GROUP})


def told(watch: AcceleratorGroup, progress: Progress) -> list[str]:
    """What is said of one look at AWS."""
    assert not [*watch.look(progress)], "it is asked first"
    while watch._asked and not watch._asked.done():
        time.sleep(0.01)
    return [*watch.look(progress)]


@pytest.fixture
def progress() -> Progress:
    progress = Progress(["prod-edge", "prod-network"])
    progress.read(DELETING)
    return progress


def test_before_the_network_is_destroyed_nothing_is_asked(watch: AcceleratorGroup) -> None:
    progress = Progress(["prod-edge", "prod-network"])
    progress.read("prod-edge  aws_lb.edge (edge/edge): Destroying...")
    assert not [*watch.look(progress)]
    assert watch._asked is None


def test_a_group_in_use_is_tried_again_and_deleted_when_it_is_free(
    watch: AcceleratorGroup, ec2: Stubber, clock: Clock, progress: Progress
) -> None:
    found(ec2, GROUP)
    refused(ec2, "DependencyViolation")
    assert told(watch, progress) == []
    assert watch._asked is None
    assert not [*watch.look(progress)], "not due yet"
    clock.now += EVERY_S
    found(ec2, GROUP)
    ec2.add_response("delete_security_group", {}, {"GroupId": GROUP})
    assert told(watch, progress) == [
        f"prod-network: deleted the security group {GROUP}, which Global Accelerator had left in {VPC}"
    ]


def test_a_vpc_without_one_is_left_alone(watch: AcceleratorGroup, ec2: Stubber, progress: Progress) -> None:
    found(ec2)
    assert told(watch, progress) == []


def test_whoever_may_not_delete_it_is_told_once_and_how(
    watch: AcceleratorGroup, ec2: Stubber, clock: Clock, progress: Progress
) -> None:
    found(ec2, GROUP)
    refused(ec2, "UnauthorizedOperation")
    (text,) = told(watch, progress)
    assert f"fix: aws ec2 delete-security-group --group-id {GROUP}" in text
    clock.now += EVERY_S
    found(ec2, GROUP)
    refused(ec2, "UnauthorizedOperation")
    assert told(watch, progress) == []
