"""Services whose database has another password are restarted: those that need it, once, and never in mid-deploy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from rollouts.contract import RestartRequest
from rollouts.handler import handle
from rollouts.refusal import RolloutError
from rollouts.restart import restart
from tests.rollouts.stubs import NEW, TASK, a_deployment, now
from tests.rollouts.test_handler import Context

REQUEST: RestartRequest = {"do": "restart", "cluster": "dev"}
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-0123-AbCdEf"
LOGIN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:dev/orders/app_data-AbCdEf"
OWN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:dev/orders/token-AbCdEf"
SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/dev/orders"
ROTATED = now() - timedelta(minutes=10)
BEFORE, AFTER = ROTATED - timedelta(days=1), ROTATED + timedelta(minutes=1)


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stubber, Stubber]]:
    """ECS and Secrets Manager, all of whose answers must be asked for."""
    session = boto3.Session("test", "test", region_name="eu-west-1")
    clients: dict[str, Any] = {name: session.client(name) for name in ("ecs", "secretsmanager")}
    monkeypatch.setattr("rollouts.restart.boto3.client", clients.__getitem__)
    with Stubber(clients["ecs"]) as ecs, Stubber(clients["secretsmanager"]) as secrets:
        yield ecs, secrets
        ecs.assert_no_pending_responses()
        secrets.assert_no_pending_responses()


def found(ecs: Stubber, *names: str, running: int = 2, state: str = "COMPLETED") -> None:
    """ECS lists these services."""
    arns = [SERVICE.replace("orders", name) for name in names]
    ecs.add_response("list_services", {"serviceArns": arns}, {"cluster": "dev", "maxResults": 10})
    services = [
        {
            "serviceName": name,
            "taskDefinition": NEW.replace("orders", name),
            "runningCount": running,
            "deployments": [a_deployment("1", NEW, state)],
        }
        for name in names
    ]
    ecs.add_response("describe_services", {"services": services}, {"cluster": "dev", "services": arns})


def reads(ecs: Stubber, *values: str, service: str = "orders") -> None:
    """Its task definition hands these over."""
    secrets = [{"name": f"VARIABLE_{number}", "valueFrom": value} for number, value in enumerate(values)]
    definition = {"containerDefinitions": [{"name": service, "secrets": secrets}, {"name": "ecs-exporter"}]}
    ecs.add_response(
        "describe_task_definition", {"taskDefinition": definition}, {"taskDefinition": NEW.replace("orders", service)}
    )


def rotated(secrets: Stubber, moment: datetime | None = ROTATED) -> None:
    answer = {"ARN": SECRET} | ({"LastRotatedDate": moment} if moment else {})
    secrets.add_response("describe_secret", answer, {"SecretId": SECRET})


def made(secrets: Stubber, *ages: timedelta) -> None:
    """The login of a role has these versions, the newest first and current."""
    versions = [
        {
            "VersionId": str(number) * 32,
            "VersionStages": ["AWSPREVIOUS" if number else "AWSCURRENT"],
            "CreatedDate": now() - age,
        }
        for number, age in enumerate(ages)
    ]
    secrets.add_response("list_secret_version_ids", {"ARN": LOGIN, "Versions": versions[::-1]}, {"SecretId": LOGIN})


def began(ecs: Stubber, *moments: datetime, service: str = "orders") -> None:
    """The service's tasks began then."""
    tasks = [{"taskArn": f"{TASK}{number}", "createdAt": moment} for number, moment in enumerate(moments)]
    asked = {"cluster": "dev", "serviceName": service, "maxResults": 100}
    ecs.add_response("list_tasks", {"taskArns": [task["taskArn"] for task in tasks]}, asked)
    ecs.add_response("describe_tasks", {"tasks": tasks})


def deployed_since(ecs: Stubber, *ends: tuple[datetime, str, str], service: str = "orders") -> None:
    answer = [{"createdAt": at, "status": status, "statusReason": reason} for at, status, reason in ends]
    asked = {"cluster": "dev", "service": service, "createdAt": {"after": ROTATED}}
    ecs.add_response("list_service_deployments", {"serviceDeployments": answer}, asked)


def deployment_begins(ecs: Stubber, service: str = "orders") -> None:
    """Neither the number of its tasks nor its revision is another one."""
    asked = {"cluster": "dev", "service": service, "forceNewDeployment": True}
    ecs.add_response("update_service", {"service": {"serviceName": service}}, asked)


def test_a_service_with_a_task_from_before_the_rotation_is_deployed_again(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders")
    reads(ecs, f"{SECRET}:username::", f"{SECRET}:password::", f"{OWN}")
    rotated(secrets)
    began(ecs, AFTER, BEFORE)
    deployed_since(ecs)
    deployment_begins(ecs)
    assert handle(dict(REQUEST), Context()) == {"verdict": "restarted", "started": ["orders"], "under_way": []}


def test_a_task_from_before_the_password_of_a_role_is_replaced_once_the_database_knows_it(
    stubs: tuple[Stubber, Stubber],
) -> None:
    ecs, secrets = stubs
    found(ecs, "orders")
    reads(ecs, f"{LOGIN}:username::", f"{LOGIN}:password::", f"{OWN}")
    made(secrets, timedelta(minutes=11), timedelta(days=1))
    began(ecs, now() - timedelta(minutes=12))
    ecs.add_response("list_service_deployments", {"serviceDeployments": []})
    deployment_begins(ecs)
    assert restart(REQUEST)["started"] == ["orders"]


def test_a_password_that_may_not_be_set_yet_restarts_nothing(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders")
    reads(ecs, f"{LOGIN}:password::")
    made(secrets, timedelta(minutes=9), timedelta(days=1))
    assert restart(REQUEST)["started"] == []


def test_services_of_one_database_are_restarted_all(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders", "worker")
    for name in ("orders", "worker"):
        reads(ecs, f"{SECRET}:password::", service=name)
        began(ecs, BEFORE, service=name)
        deployed_since(ecs, service=name)
        deployment_begins(ecs, service=name)
    rotated(secrets)
    assert restart(REQUEST)["started"] == ["orders", "worker"]


def test_new_tasks_are_left_alone(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders")
    reads(ecs, f"{SECRET}:password::")
    rotated(secrets)
    began(ecs, AFTER, AFTER)
    assert restart(REQUEST) == {"verdict": "restarted", "started": [], "under_way": []}


def test_a_password_that_was_never_rotated_restarts_nothing(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders")
    reads(ecs, f"{SECRET}:password::")
    rotated(secrets, None)
    assert restart(REQUEST)["started"] == []


def test_secrets_that_rds_does_not_rotate_are_not_asked_for(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, _ = stubs
    found(ecs, "orders")
    reads(ecs, OWN, "arn:aws:ssm:eu-west-1:123456789012:parameter/dev/orders/token")
    assert restart(REQUEST)["started"] == []


def test_nothing_is_started_outside_office_hours(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, _ = stubs
    found(ecs, "orders", running=0)
    assert restart(REQUEST)["started"] == []


def test_a_deployment_that_is_under_way_is_not_disturbed(stubs: tuple[Stubber, Stubber]) -> None:
    ecs, secrets = stubs
    found(ecs, "orders", state="IN_PROGRESS")
    reads(ecs, f"{SECRET}:password::")
    rotated(secrets)
    began(ecs, BEFORE)
    assert restart(REQUEST) == {"verdict": "restarted", "started": [], "under_way": ["orders"]}


def test_a_restart_that_was_rolled_back_is_not_tried_again_and_again_and_says_why(
    stubs: tuple[Stubber, Stubber],
) -> None:
    ecs, secrets = stubs
    found(ecs, "orders", "worker")
    reads(ecs, f"{SECRET}:password::")
    rotated(secrets)
    began(ecs, BEFORE)
    deployed_since(
        ecs, (AFTER, "SUCCESSFUL", ""), (AFTER + timedelta(minutes=2), "ROLLBACK_SUCCESSFUL", "tasks failed to start")
    )
    reads(ecs, f"{SECRET}:password::", service="worker")
    began(ecs, BEFORE, service="worker")
    deployed_since(ecs, service="worker")
    deployment_begins(ecs, service="worker")  # what one of them does keeps no other from its password
    with pytest.raises(
        RolloutError, match=r"orders has tasks from before .* ROLLBACK_SUCCESSFUL tasks failed to start"
    ):
        restart(REQUEST)
