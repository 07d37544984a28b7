"""A task that was run by itself ends, with the exit code that a test asked for, and leaves nothing behind."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    directory = tmp_path_factory.mktemp("aws") / "state"
    try:
        yield launcher.start(directory=Path(directory))
    finally:
        launcher.stop(directory=Path(directory))


def client(endpoint: Endpoint, service: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def run(endpoint: Endpoint) -> tuple[str, Any]:
    ecs, ec2 = client(endpoint, "ecs"), client(endpoint, "ec2")
    ecs.create_cluster(clusterName="dev")
    ecs.register_task_definition(
        family="dev-migrate",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "migrate", "image": "example/migrate"}],
    )
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    answer = ecs.run_task(
        cluster="dev",
        taskDefinition="dev-migrate",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}},
    )
    return answer["tasks"][0]["taskArn"], ecs


def test_a_task_ends_well_and_gives_its_network_interface_back(endpoint: Endpoint) -> None:
    arn, ecs = run(endpoint)
    task = ecs.describe_tasks(cluster="dev", tasks=[arn])["tasks"][0]
    assert task["lastStatus"] == "STOPPED"
    assert task["containers"][0]["exitCode"] == 0
    assert client(endpoint, "ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_test_can_make_the_next_task_fail_and_only_that_one(endpoint: Endpoint) -> None:
    control = f"{endpoint.url}/moto-api/groundwork/ecs/next-task?cluster=dev&family=dev-migrate&code=3"
    with urllib.request.urlopen(urllib.request.Request(control, method="POST")) as answer:
        assert json.load(answer) == {"status": "ok"}
    codes = []
    for _ in range(2):
        arn, ecs = run(endpoint)
        codes.append(ecs.describe_tasks(cluster="dev", tasks=[arn])["tasks"][0]["containers"][0]["exitCode"])
    assert codes == [3, 0]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ecs/next-task?cluster=dev&family=dev-migrate", "ecs/next-task lacks 'code'"),
        ("ecs/next-task?cluster=dev&family=dev-migrate&code=many", "invalid literal for int() with base 10: 'many'"),
        ("ecs/crash-next-deployment", "ecs/crash-next-deployment lacks 'cluster'"),
        ("ecs/fail-next-deployment?cluster=dev", "ecs/fail-next-deployment lacks 'service'"),
        ("lambda/limit", "lambda/limit lacks 'seconds'"),
        ("registry", "Expecting value"),
    ],
)
def test_a_wrong_question_of_a_test_is_answered_and_is_no_fault_of_the_server(
    endpoint: Endpoint, path: str, said: str
) -> None:
    status, body = endpoint.request("POST", f"/moto-api/groundwork/{path}")
    assert status == 400
    assert said in body.decode()


def test_a_task_may_take_its_time_and_is_listed_as_what_it_is(endpoint: Endpoint) -> None:
    path = "/moto-api/groundwork/ecs/next-task?cluster=dev&family=dev-migrate&code=0&seconds=2"
    assert endpoint.request("POST", path)[0] == 200
    arn, ecs = run(endpoint)
    for _ in range(8):  # moto itself would have ended it by now
        assert ecs.describe_tasks(cluster="dev", tasks=[arn])["tasks"][0]["lastStatus"] == "RUNNING"
    assert arn in ecs.list_tasks(cluster="dev")["taskArns"]
    time.sleep(2)
    assert arn not in ecs.list_tasks(cluster="dev")["taskArns"]
    assert arn in ecs.list_tasks(cluster="dev", family="dev-migrate", desiredStatus="STOPPED")["taskArns"]
    assert ecs.list_tasks(cluster="dev", serviceName="orders", desiredStatus="STOPPED")["taskArns"] == []


def test_one_token_starts_one_task(endpoint: Endpoint) -> None:
    run(endpoint)
    ecs, ec2 = client(endpoint, "ecs"), client(endpoint, "ec2")
    network = {
        "awsvpcConfiguration": {"subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]], "securityGroups": []}
    }

    def start(token: str) -> str:
        answer = ecs.run_task(
            cluster="dev",
            taskDefinition="dev-migrate",
            launchType="FARGATE",
            clientToken=token,
            networkConfiguration=network,
        )
        return str(answer["tasks"][0]["taskArn"])

    assert start("a") == start("a") != start("b")
