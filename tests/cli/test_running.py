"""`groundwork services`, `service open` and `service exec`: what runs, where it is, and a way in."""

from __future__ import annotations

import os
import re
import webbrowser
from typing import Any

import boto3
import pytest

from cli.services.exec_tasks import EnterableContainer, enterable_container
from local_aws.endpoint import Endpoint
from tests.cli.commands import Groundwork, groundwork_in
from tests.synthesis import Checkout

TASKS = "arn:aws:ecs:eu-west-1:123456789012:task/dev"


@pytest.fixture
def aws(endpoint: Endpoint, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An account as AWS opens it; a function that returns its clients."""
    endpoint.request("POST", "/moto-api/reset")
    for name, value in endpoint.environment({}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr("cli.services.running.root", lambda: checkout.root)
    return lambda service: boto3.Session().client(service, region_name="eu-west-1")


@pytest.fixture
def groundwork(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    return groundwork_in(checkout.root, monkeypatch, capsys)


def a_task(name: str, *, agent: str | None = "RUNNING", container: str = "orders", runtime: str = "abc-123") -> Any:
    """What ECS says of a task of one container, with the state of its agent."""
    agents = [{"name": "ExecuteCommandAgent", "lastStatus": agent}] if agent else []
    its = {"name": container, "runtimeId": runtime, "managedAgents": agents}
    return {"taskArn": f"{TASKS}/{name}", "containers": [its]}


def run_orders(aws: Any) -> None:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="dev")
    container = {"name": "orders", "image": "a/b:1", "memory": 128}
    ecs.register_task_definition(family="dev-orders", containerDefinitions=[container])
    ecs.create_service(cluster="dev", serviceName="orders", taskDefinition="dev-orders", desiredCount=2)


def test_a_table_of_eighty_columns_says_what_runs(aws: Any, groundwork: Groundwork, checkout: Checkout) -> None:
    checkout.write("service_configs/draft.yaml", "kind: internal\nhealth_check: none\nport: 8080\n")
    checkout.write("service_configs/report.yaml", "kind: scheduled-job\nschedule: {expression: rate(1 day)}\n")
    run_orders(aws)
    aws("rds").create_db_instance(
        DBInstanceIdentifier="dev-orders", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20
    )
    ended = groundwork("services", "dev")
    assert ended.code == 0, ended.err
    table = re.search(r"^service .*", ended.out, re.DOTALL | re.MULTILINE)
    assert table
    lines = table[0].splitlines()
    assert max(map(len, lines)) <= 80
    rows = {cells[0]: cells[1:] for line in lines if (cells := line.split())}
    assert rows["orders"][:2] == ["2/2", "available"]
    assert re.fullmatch(r"\d\d \w+ \d\d:\d\d orders.app.local:80", " ".join(rows["orders"][2:]))
    assert len(lines) == 1 + 5, "a line for each, none of them broken"
    assert rows["storefront"] == ["not", "deployed", "-", "-", "shop.dev.example.com"]
    assert rows["draft"] == ["no", "release", "-", "-", "draft.app.local:8080"]
    assert rows["report"] == ["-", "-", "-", "-"]


def test_open_prints_a_public_address_and_shows_it(
    aws: Any, groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", shown.append)
    ended = groundwork("service", "open", "dev", "storefront")
    assert (ended.code, shown) == (0, ["https://shop.dev.example.com"])
    assert ended.out.splitlines()[-1] == shown[0]
    refused = groundwork("service", "open", "dev", "orders")
    assert refused.code == 2
    assert "orders is internal: nobody reaches it from outside" in refused.err


def test_exec_goes_into_a_task_that_runs_and_lets_people_in(
    aws: Any, groundwork: Groundwork, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = groundwork("service", "exec", "dev", "orders")
    assert refused.code == 2
    assert "write `exec: true` in service_configs/orders.yaml, and deploy" in refused.err

    orders = (checkout.root / "service_configs/orders.yaml").read_text()
    checkout.write("service_configs/orders.yaml", f"{orders}exec: true\n")
    monkeypatch.setattr("cli.services.running.shutil.which", lambda _: None)
    assert "aws and session-manager-plugin not found" in groundwork("service", "exec", "dev", "orders").err

    monkeypatch.setattr("cli.services.running.shutil.which", lambda program: f"/bin/{program}")
    run_orders(aws)
    assert "no task of orders runs in dev" in groundwork("service", "exec", "dev", "orders").err

    typed: list[list[str]] = []
    monkeypatch.setattr(os, "execvp", lambda _, words: typed.append(words))
    tasks = [a_task("0c5a80", agent="PENDING"), a_task("0c5a81")]
    monkeypatch.setattr("cli.services.running.running_tasks", lambda *_: tasks[:1])
    assert "no running task of orders may be entered yet" in groundwork("service", "exec", "dev", "orders").err
    monkeypatch.setattr("cli.services.running.running_tasks", lambda *_: tasks)
    groundwork("service", "exec", "dev", "orders", "--command", "psql")
    words = ["aws", "ecs", "execute-command", "--region", "eu-west-1", "--cluster", "dev", "--task", f"{TASKS}/0c5a81"]
    assert typed == [[*words, "--container", "orders", "--interactive", "--command", "psql"]]


def test_the_first_task_whose_agent_runs_in_the_container_is_entered() -> None:
    silent = [
        a_task("1", agent="PENDING"),
        a_task("2", agent=None),
        a_task("3", container="x"),
        a_task("4", runtime=""),
    ]
    assert enterable_container([], "orders") is None
    assert enterable_container(silent, "orders") is None
    found = enterable_container([*silent, a_task("5"), a_task("6")], "orders")
    assert found == EnterableContainer(f"{TASKS}/5", "abc-123")
