"""Failed jobs: the alert topic is told of one that ended badly or never began."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.topic_rule import TopicRule

# Tasks of services are in the group service:NAME; those of jobs in the group of their task definition's family.
OF_JOBS = "family:"


class FailedJobs(TopicRule):
    """A message for every task of a job that ends with another exit code than 0, or does not start.

    It takes minutes off what Prometheus would need, and a job ends before Prometheus could ask it.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic) -> None:
        name = environment.name
        super().__init__(
            scope,
            id_,
            name=environment.qualify("failed-jobs"),
            topic=topic,
            description=f"Jobs of {name} that fail",
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Task State Change"],
                "detail": {
                    "clusterArn": [f"arn:aws:ecs:{environment.region}:{environment.account_id}:cluster/{name}"],
                    "lastStatus": ["STOPPED"],
                    "group": [{"prefix": OF_JOBS}],
                    "$or": [
                        {"containers": {"exitCode": [{"anything-but": 0}]}},
                        {"stopCode": ["TaskFailedToStart", "SpotInterruption"]},
                    ],
                },
            },
            paths={"job": "$.detail.group", "reason": "$.detail.stoppedReason", "task": "$.detail.taskArn"},
            message=f"A job of {name} has failed: <job>. Reason: <reason>. Task: <task>. "
            "Runbook: docs/runbooks/README.md#a-job-that-failed",
        )
