"""The function that restarts services, on the embedded AWS: from the rotation by RDS to the tasks that are gone."""

from __future__ import annotations

import time
from typing import Any

import pytest

from local_aws.endpoint import Endpoint
from rollouts.restart import restart
from tests.local_aws.supplement.conftest import Aws


def run_a_task(aws: Aws, task_definition: str) -> str:
    """Run one of the service's tasks, which lasts for an hour unless a deployment replaces it."""
    path = f"ecs/next-task?cluster={aws.name}&family=service:orders&code=0&seconds=3600"
    assert Endpoint(port=aws.port, pid=0).request("POST", f"/moto-api/groundwork/{path}")[0] == 200
    vpc = aws("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    place = {
        "subnets": [aws("ec2").describe_subnets(Filters=of_vpc)["Subnets"][0]["SubnetId"]],
        "securityGroups": [aws("ec2").describe_security_groups(Filters=of_vpc)["SecurityGroups"][0]["GroupId"]],
    }
    (task,) = aws("ecs").run_task(
        cluster=aws.name,
        taskDefinition=task_definition,
        group="service:orders",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": place},
    )["tasks"]
    arn: str = task["taskArn"]
    return arn


def test_a_password_that_rds_rotates_restarts_its_service_once(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollouts.restart.boto3.client", aws)
    ecs, rds = aws("ecs"), aws("rds")
    created = rds.create_db_instance(
        DBInstanceIdentifier=aws.name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="app",
        ManageMasterUserPassword=True,
    )
    secret = created["DBInstance"]["MasterUserSecret"]["SecretArn"]
    definition: dict[str, Any] = {
        "name": "orders",
        "image": "app:1",
        "secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": f"{secret}:password::"}],
    }
    task_definition = ecs.register_task_definition(
        family=aws.name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[definition],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_cluster(clusterName=aws.name)
    ecs.create_service(cluster=aws.name, serviceName="orders", taskDefinition=task_definition, desiredCount=1)
    task = run_a_task(aws, task_definition)

    def started() -> Any:
        return restart({"do": "restart", "cluster": aws.name})["started"]

    def revision() -> Any:
        return ecs.describe_services(cluster=aws.name, services=["orders"])["services"][0]["deployments"][0]["id"]

    before = revision()
    assert started() == []
    time.sleep(0.01)  # what happens at one moment has no order
    rds.modify_db_instance(DBInstanceIdentifier=aws.name, RotateMasterUserPassword=True, ApplyImmediately=True)
    assert started() == ["orders"]
    assert revision() != before
    (old,) = ecs.describe_tasks(cluster=aws.name, tasks=[task])["tasks"]
    assert (old["lastStatus"], old["stopCode"]) == ("STOPPED", "ServiceSchedulerInitiated")
    run_a_task(aws, task_definition)
    assert started() == []
