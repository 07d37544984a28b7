"""IAM statements of the rollout function: only its own environment's ECS, logs and records."""

from __future__ import annotations

from typing import Any

from config.models.environment.central_logging import INFREQUENT
from config.models.environment.environment import Environment
from modules.policy import allow, allow_anything

Statement = dict[str, Any]


def watch(environment: Environment) -> tuple[Statement, ...]:
    """Look at services and tasks, start a deployment or a rollback, run a one-off, read logs, keep records.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    """
    name, of_account = environment.name, f"{environment.region}:{environment.account_id}"
    ecs = f"arn:aws:ecs:{of_account}"
    this_cluster = {"ArnEquals": {"ecs:cluster": f"{ecs}:cluster/{name}"}}
    return (
        allow(
            ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"],
            [f"{ecs}:service/{name}/*"],
        ),
        allow(["ecs:DescribeServiceRevisions"], [f"{ecs}:service-revision/{name}/*"]),
        allow(["ecs:DescribeTasks"], [f"{ecs}:task/{name}/*"]),
        allow_anything(
            "FindRolloutTasks",
            ["ecs:ListTasks"],
            conditions=this_cluster,
            reason="On Fargate ListTasks knows no resource but the condition, which names this cluster.",
        ),
        allow(["ecs:RunTask"], [f"{ecs}:task-definition/{name}-*"], this_cluster),
        allow(
            ["ecs:TagResource"],
            [f"{ecs}:task/{name}/*"],
            {"StringEquals": {"ecs:CreateAction": "RunTask"}},
        ),
        allow(
            ["iam:PassRole"],
            [f"arn:aws:iam::{environment.account_id}:role/{name}-*-{role}" for role in ("execution", "task")],
            {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        allow(["logs:GetLogEvents"], [f"arn:aws:logs:{of_account}:log-group:/{name}/services/*:log-stream:*"]),
        # The only way to read a log group of the class infrequent-access.
        allow(["logs:StartQuery"], [f"arn:aws:logs:{of_account}:log-group:/{name}/services/*{INFREQUENT}*"]),
        allow_anything(
            "ReadLogQueries",
            ["logs:GetQueryResults"],
            reason="A query is no resource, and whoever started it alone knows its id; what it may read is above.",
        ),
        allow(
            ["ssm:GetParameter", "ssm:PutParameter"],
            [f"arn:aws:ssm:{of_account}:parameter/groundwork/{name}/*"],
        ),
    )


def notice_rotations(environment: Environment) -> tuple[Statement, ...]:
    """See which passwords of databases a task is handed over, and when they changed; never the passwords.

    RDS names a secret after nothing of its database, so the account's are all that a name can say. Those of a
    database's roles have an underscore, which no other secret of a service has.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
    """
    of_account = f"{environment.region}:{environment.account_id}"
    return (
        allow_anything(
            "FindServices",
            ["ecs:ListServices"],
            conditions={"ArnEquals": {"ecs:cluster": f"arn:aws:ecs:{of_account}:cluster/{environment.name}"}},
            reason="ListServices knows no resource but the condition, which names this cluster.",
        ),
        allow_anything(
            "ReadTaskDefinitions",
            ["ecs:DescribeTaskDefinition"],
            reason="DescribeTaskDefinition knows no resource.",
        ),
        allow(["secretsmanager:DescribeSecret"], [f"arn:aws:secretsmanager:{of_account}:secret:rds!db-*"]),
        allow(
            ["secretsmanager:ListSecretVersionIds"],
            [f"arn:aws:secretsmanager:{of_account}:secret:{environment.name}/*/app_*"],
        ),
    )


def write_log(log_group_arn: str) -> Statement:
    """Write its own log."""
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"])
