"""IAM statements of the monitoring services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.models.environment.environment import Environment
from modules.policy import allow, allow_anything

Statement = dict[str, Any]

METRICS = ("cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics")


def discovery(environment: Environment) -> tuple[Statement, ...]:
    """Prometheus' own discovery of ECS tasks, for services that may grow past what DNS answers with.

    https://prometheus.io/docs/prometheus/latest/configuration/configuration/#aws_sd_config
    """
    base = f"arn:aws:ecs:{environment.region}:{environment.account_id}"
    name = environment.name
    return (
        # It tries its credentials on the cluster `default`, whether there is one or not (discovery/aws/ecs.go).
        allow(["ecs:DescribeClusters"], [f"{base}:cluster/{name}", f"{base}:cluster/default"]),
        allow(["ecs:DescribeServices"], [f"{base}:service/{name}/*"]),
        allow(["ecs:DescribeTasks"], [f"{base}:task/{name}/*"]),
        allow(["ecs:DescribeContainerInstances"], [f"{base}:container-instance/{name}/*"]),
        allow_anything(
            "FindTasks",
            ["ecs:ListServices", "ecs:ListTasks"],
            conditions={"ArnEquals": {"ecs:cluster": f"{base}:cluster/{name}"}},
            reason="ListServices knows no resource but the condition, which names this cluster.",
        ),
        allow_anything(
            "FindClustersAndAddresses",
            ["ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ecs:ListClusters"],
            reason="None of the three knows a resource.",
        ),
    )


def remote_write(environment: Environment, workspace_id: str) -> Statement:
    """Return the right of Prometheus to send samples to a workspace, and to read nothing there.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmanagedserviceforprometheus.html
    """
    workspace = f"arn:aws:aps:{environment.region}:{environment.account_id}:workspace/{workspace_id}"
    return allow(["aps:RemoteWrite"], [workspace])


def metrics() -> tuple[Statement, ...]:
    """Return the CloudWatch exporter: metrics, and the tags that say whose they are.

    https://github.com/prometheus-community/yet-another-cloudwatch-exporter#authentication
    """
    return (
        allow_anything(
            "ReadMetrics", [*METRICS, "tag:GetResources"], reason="CloudWatch's metrics and tags know no resource."
        ),
    )


def dashboards(environment: Environment) -> tuple[Statement, ...]:
    """Grafana's CloudWatch data source: metrics, alarms, and the log groups of this environment.

    https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/configure/
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    alarms = ["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmsForMetric"]
    groups = f"arn:aws:logs:{environment.region}:{environment.account_id}:log-group:/{environment.name}/*"
    return (
        allow_anything(
            "ReadMetricsAndAlarms",
            [*METRICS, *alarms, "ec2:DescribeRegions", "tag:GetResources"],
            reason="CloudWatch's metrics, regions and tags know no resource.",
        ),
        allow(["logs:GetLogEvents", "logs:GetLogGroupFields", "logs:StartQuery"], [groups]),
        allow_anything(
            "FollowLogQueries",
            ["logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery"],
            reason="A query that runs is no resource, and groups are listed all or none; what is read is above.",
        ),
    )


def log_collections(arns: Sequence[str]) -> Statement:
    """Grafana's OpenSearch data sources; what it may do in a collection, the collection's own data policy says.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/security-iam-serverless.html
    """
    return allow(["aoss:APIAccessAll"], arns)
