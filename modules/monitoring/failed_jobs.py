"""Failed jobs: an EventBridge rule that tells the alert topic of a job that ended badly or never began."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic

# Tasks of services are in the group service:NAME; those of jobs in the group of their task definition's family.
OF_JOBS = "family:"


class FailedJobs(Construct):
    """A message to the topic for every task of a job that ends with another exit code than 0, or does not start.

    It takes minutes off what Prometheus would need, and a job ends before Prometheus could ask it.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic) -> None:
        super().__init__(scope, id_)
        name = environment.name
        cluster = f"arn:aws:ecs:{environment.region}:{environment.account_id}:cluster/{name}"
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=environment.qualify("failed-jobs"),
            description=f"Jobs of {name} that fail",
            event_pattern=json.dumps(
                {
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Task State Change"],
                    "detail": {
                        "clusterArn": [cluster],
                        "lastStatus": ["STOPPED"],
                        "group": [{"prefix": OF_JOBS}],
                        "$or": [
                            {"containers": {"exitCode": [{"anything-but": 0}]}},
                            {"stopCode": ["TaskFailedToStart", "SpotInterruption"]},
                        ],
                    },
                },
                sort_keys=True,
            ),
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id="alerts",
            arn=topic.arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths={"job": "$.detail.group", "reason": "$.detail.stoppedReason", "task": "$.detail.taskArn"},
                input_template=json.dumps(
                    f"A job of {name} has failed: <job>. Reason: <reason>. Task: <task>. "
                    "Runbook: docs/runbooks/README.md#a-job-that-failed"
                ),
            ),
            depends_on=[topic.policy],
        )
