"""`Nothing is left` can be asked of the embedded AWS, and its answer is neither too long nor too short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from local_aws.inventory import resources


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    try:
        yield launcher.start(directory=tmp_path)
    finally:
        launcher.stop(directory=tmp_path)


def _client(endpoint: Endpoint, service: str) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-1")
    return session.client(service, endpoint_url=endpoint.url)  # type: ignore[call-overload]


def _listed(endpoint: Endpoint) -> list[str]:
    return [f"{one.service} {one.type}" for one in resources(endpoint)]


def test_what_every_account_has_is_not_listed(endpoint: Endpoint) -> None:
    assert _client(endpoint, "ec2").describe_vpcs()["Vpcs"]
    volume = {"AvailabilityZone": "eu-west-1a", "Size": 1, "Encrypted": True}  # with a key of Amazon's
    id_ = _client(endpoint, "ec2").create_volume(**volume)["VolumeId"]
    _client(endpoint, "ec2").delete_volume(VolumeId=id_)
    assert _client(endpoint, "iam").list_policies()["Policies"]
    assert _client(endpoint, "kms").list_aliases()["Aliases"]
    assert _client(endpoint, "ssm").get_parameters_by_path(Path="/aws/service/global-infrastructure/regions")
    assert _listed(endpoint) == []


def test_what_somebody_made_is_listed_until_it_is_deleted(endpoint: Endpoint) -> None:
    ec2, ecs, rds = (_client(endpoint, service) for service in ("ec2", "ecs", "rds"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    instance = ec2.run_instances(
        ImageId=ec2.describe_images()["Images"][0]["ImageId"], MinCount=1, MaxCount=1, SubnetId=subnet
    )["Instances"][0]["InstanceId"]
    ecs.create_cluster(clusterName="main")
    definition = ecs.register_task_definition(
        family="orders", containerDefinitions=[{"name": "app", "image": "app", "memory": 128}]
    )["taskDefinition"]["taskDefinitionArn"]
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="16.4",
        MasterUsername="postgres",
        MasterUserPassword="long enough",
    )
    made = _listed(endpoint)
    for one in ("ec2 VPC", "ec2 Subnet", "ec2 Instance", "ecs Cluster", "ecs TaskDefinition", "rds DBInstance"):
        assert one in made

    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    ecs.deregister_task_definition(taskDefinition=definition)
    ecs.delete_cluster(cluster="main")
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert _listed(endpoint) == []


def test_what_the_supplement_keeps_is_listed_too(endpoint: Endpoint) -> None:
    logs = _client(endpoint, "logs")
    id_ = logs.put_query_definition(name="errors", queryString="fields a")["queryDefinitionId"]
    (query,) = resources(endpoint)
    assert (query.service, query.id, str(query)) == ("logs", id_, f"logs query_definitions {id_}")
    logs.delete_query_definition(queryDefinitionId=id_)
    assert _listed(endpoint) == []
