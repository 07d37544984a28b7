"""The CloudWatch exporter (YACE): which AWS metrics Prometheus gets, found by the environment's tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.loader.platform import Deployment
from config.models.deploy_target import OUR_TAGS
from config.models.environment.environment import Environment
from monitoring.yaml_text import yaml_text

CONFIG = "/etc/yace/config.yml"

# It is asked every five minutes (docker/cloudwatch-exporter). What is counted is counted over all five: of errors that
# came within one minute, the newest minute's value would stand for each of the others too.
EVENT_MINUTES = 5
EVENT_PERIOD_S, EVENT_LENGTH_S = EVENT_MINUTES * 60, 2 * EVENT_MINUTES * 60
# CloudWatch completes a count one to three minutes late; asked for sooner, a part of it would be missing for good.
EVENT_DELAY_S = 180
# A level is a sample. Data arrives one to three minutes late: a minute's value is looked for in the last five.
LEVEL_PERIOD_S, LEVEL_LENGTH_S = 60, 300


Metrics = Mapping[str, tuple[str, ...]]

# Counts of events: no data point means that nothing happened.
LOAD_BALANCER_EVENTS: Metrics = {
    "RequestCount": ("Sum",),
    "HTTPCode_ELB_5XX_Count": ("Sum",),
    "HTTPCode_ELB_502_Count": ("Sum",),
    "HTTPCode_ELB_503_Count": ("Sum",),
    "HTTPCode_ELB_504_Count": ("Sum",),
    "HTTPCode_Target_5XX_Count": ("Sum",),
    "RejectedConnectionCount": ("Sum",),
    "TargetConnectionErrorCount": ("Sum",),
}
LOAD_BALANCER_LEVELS: Metrics = {
    "ActiveConnectionCount": ("Sum",),
    "ConsumedLCUs": ("Sum",),
    "TargetResponseTime": ("Average", "p99"),
}
TARGET_GROUP_EVENTS: Metrics = {
    "RequestCount": ("Sum",),
    "HTTPCode_Target_5XX_Count": ("Sum",),
    "TargetConnectionErrorCount": ("Sum",),
}
TARGET_GROUP_LEVELS: Metrics = {
    "HealthyHostCount": ("Minimum",),
    "UnHealthyHostCount": ("Maximum",),
    "TargetResponseTime": ("Average", "p99"),
}
FIREWALL_EVENTS: Metrics = {"BlockedRequests": ("Sum",), "CountedRequests": ("Sum",)}
DATABASE_LEVELS: Metrics = {
    "BurstBalance": ("Minimum",),
    "CPUCreditBalance": ("Minimum",),
    "CPUUtilization": ("Average",),
    "DatabaseConnections": ("Maximum",),
    "DBLoad": ("Average",),
    "DiskQueueDepth": ("Average",),
    "EBSByteBalance%": ("Minimum",),
    "EBSIOBalance%": ("Minimum",),
    "FreeableMemory": ("Minimum",),
    "FreeStorageSpace": ("Minimum",),
    "MaximumUsedTransactionIDs": ("Maximum",),
    "OldestReplicationSlotLag": ("Maximum",),
    "ReadLatency": ("Average",),
    "ReplicaLag": ("Maximum",),
    "SwapUsage": ("Maximum",),
    "TransactionLogsDiskUsage": ("Maximum",),
    "WriteLatency": ("Average",),
}
NAT_EVENTS: Metrics = {
    "BytesInFromDestination": ("Sum",),
    "BytesOutToDestination": ("Sum",),
    "ConnectionAttemptCount": ("Sum",),
    "ConnectionEstablishedCount": ("Sum",),
    "ErrorPortAllocation": ("Sum",),
    "IdleTimeoutCount": ("Sum",),
    "PacketsDropCount": ("Sum",),
}
NAT_LEVELS: Metrics = {"ActiveConnectionCount": ("Maximum",)}
QUEUE_LEVELS: Metrics = {
    "ApproximateAgeOfOldestMessage": ("Maximum",),
    "ApproximateNumberOfMessagesNotVisible": ("Maximum",),
    "ApproximateNumberOfMessagesVisible": ("Maximum",),
}
SEARCH_EVENTS: Metrics = {
    "2xx": ("Sum",),
    "4xx": ("Sum",),
    "5xx": ("Sum",),
    "IngestionDocumentErrors": ("Sum",),
    "IngestionRequestErrors": ("Sum",),
    "IngestionRequestSuccess": ("Sum",),
    "SearchRequestErrors": ("Sum",),
}
# Of storage (bytes) and compute units AWS means the sum of one minute, which is how long a level is here.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/monitoring-cloudwatch.html
SEARCH_LEVELS: Metrics = {
    "IngestionDocumentRate": ("Sum",),
    "IngestionRequestLatency": ("Average",),
    "SearchRequestLatency": ("Average",),
    "StorageUsedInS3": ("Sum",),
}
SEARCH_CAPACITY: Metrics = {"IndexingOCU": ("Sum",), "SearchOCU": ("Sum",)}


def render(deployment: Deployment) -> Mapping[str, bytes]:
    """YACE's configuration: of what the environment has, for a job that finds nothing logs an error at each round.

    Each job names its dimensions: the load balancer's own metrics come once per load balancer, once more per zone and
    once more per target group, and would be counted as often.
    """
    environment = deployment.environment
    groups = ["TargetGroup", "LoadBalancer"]
    jobs = [
        _job(environment, "AWS/ApplicationELB", ["LoadBalancer"], LOAD_BALANCER_EVENTS, LOAD_BALANCER_LEVELS),
        _job(environment, "AWS/ApplicationELB", groups, TARGET_GROUP_EVENTS, TARGET_GROUP_LEVELS),
    ]
    # Of the firewall's own rules, and of the rules in AWS' groups.
    for rule in (["Rule"], ["ManagedRuleGroup", "ManagedRuleGroupRule"]):
        jobs.append(_job(environment, "AWS/WAFV2", ["Region", *rule, "WebACL"], FIREWALL_EVENTS, {}))
    if any(service.own_database for service in deployment.services):
        jobs.append(_job(environment, "AWS/RDS", ["DBInstanceIdentifier"], {}, DATABASE_LEVELS))
    if any(queue.of is None for service in deployment.services for queue in service.queues.values()):
        jobs.append(_job(environment, "AWS/SQS", ["QueueName"], {}, QUEUE_LEVELS, stacks="^storage-"))
    if environment.network.nat.has_gateways:
        jobs.append(_job(environment, "AWS/NATGateway", ["NatGatewayId"], NAT_EVENTS, NAT_LEVELS))
    if deployment.searched:
        own = ["ClientId", "CollectionId", "CollectionName"]
        jobs.append(_job(environment, "AWS/AOSS", own, SEARCH_EVENTS, SEARCH_LEVELS))
        # The account's: all its collections share them.
        jobs.append(_job(environment, "AWS/AOSS", ["ClientId"], {}, SEARCH_CAPACITY))
    config = {"apiVersion": "v1alpha1", "sts-region": environment.region, "discovery": {"jobs": jobs}}
    comment = f"CloudWatch exporter of {environment.name}; rendered by monitoring/cloudwatch_exporter.py"
    return {CONFIG: yaml_text(config, comment=comment)}


def _job(
    environment: Environment,
    namespace: str,
    dimensions: list[str],
    events: Metrics,
    levels: Metrics,
    *,
    stacks: str = "",
) -> dict[str, Any]:
    """Return a job of YACE; `stacks` is a pattern of the stacks whose resources alone it asks about."""
    tags = {"environment": f"^{environment.name}$", **({"stack": stacks} if stacks else {})}
    return {
        "type": namespace,
        "regions": [environment.region],
        "searchTags": [{"key": f"{OUR_TAGS}{name}", "value": pattern} for name, pattern in tags.items()],
        "dimensionNameRequirements": dimensions,
        # Zero for no data, but for events only: a level without data is unknown, and zero would raise its alarm.
        "metrics": [_metric(name, statistics, is_event=True) for name, statistics in events.items()]
        + [_metric(name, statistics, is_event=False) for name, statistics in levels.items()],
    }


def _metric(name: str, statistics: tuple[str, ...], *, is_event: bool) -> dict[str, Any]:
    return {
        "name": name,
        "statistics": list(statistics),
        "nilToZero": is_event,
        "period": EVENT_PERIOD_S if is_event else LEVEL_PERIOD_S,
        "length": EVENT_LENGTH_S if is_event else LEVEL_LENGTH_S,
        **({"delay": EVENT_DELAY_S} if is_event else {}),
    }
