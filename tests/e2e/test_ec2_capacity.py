"""A cluster with instances, which no shipped environment has: applied, planned clean, destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.terraform_mirror import prepare_terraform
from local_aws import launcher
from local_aws.endpoint import REGION
from tests.e2e.embedded import Root
from tests.synthesis import Checkout

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

EC2 = "cluster:\n  ec2:\n    instance_type: t4g.small\n    zones: [b]\n    session_manager: true\n"
DEV = f'account_id: "123456789012"\ndomain: dev.example.com\nnetwork:\n  cidr: 10.10.0.0/16\n  nat: single\n{EC2}'


@pytest.fixture
def stacks(checkout: Checkout, tmp_path: Path) -> Iterator[tuple[Root, Root]]:
    """The network's and the cluster's, the first of them applied."""
    checkout.keep_services()
    checkout.write("environments/dev.yaml", DEV)
    directory = tmp_path / "aws"
    try:
        endpoint = launcher.start(directory=directory)
        out = checkout.synthesize(only="dev", embedded=True).out
        setup = prepare_terraform(tmp_path, endpoint.environment())
        environment = {**setup.environment, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        network, cluster = (Root(out / f"stacks/dev-{name}", endpoint, environment) for name in ("network", "cluster"))
        bucket = {"LocationConstraint": REGION}
        network.client("s3").create_bucket(Bucket="acme-dev-terraform-state", CreateBucketConfiguration=bucket)
        for stack in (network, cluster):
            stack.terraform("init")
        network.apply()
        yield network, cluster
    finally:
        launcher.stop(directory=directory)


def test_instances_join_the_cluster_and_nothing_is_left_when_it_goes(stacks: tuple[Root, Root]) -> None:
    network, cluster = stacks
    cluster.apply()
    assert cluster.plan()[0] == 0, cluster.plan()[1]

    (found,) = cluster.client("ecs").describe_clusters(clusters=["dev"])["clusters"]
    assert set(found["capacityProviders"]) == {"FARGATE", "FARGATE_SPOT", "dev-ec2"}
    (group,) = cluster.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    (instance,) = group["Instances"]
    assert instance["AvailabilityZone"] == f"{REGION}b"
    (described,) = cluster.client("ec2").describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"]
    tags = {tag["Key"]: tag["Value"] for tag in described["Instances"][0]["Tags"]}
    assert tags["groundwork:stack"] == "cluster"

    cluster.destroy()
    network.destroy()
    assert cluster.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    (described,) = cluster.client("ec2").describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"]
    assert described["Instances"][0]["State"]["Name"] == "terminated"
    assert cluster.client("ec2").describe_launch_templates()["LaunchTemplates"] == []
    assert cluster.client("iam").list_instance_profiles()["InstanceProfiles"] == []
