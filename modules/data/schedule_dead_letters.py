"""The dead-letter queue of EventBridge schedules, and the alarm on what lies in it."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.scheduler_schedule import SchedulerScheduleTargetDeadLetterConfig
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.policy import allow, only_tls, policy

# Over a weekend. The alarm stays in ALARM for as long, and would not tell of a second failure.
RETENTION_S = 3 * 86_400
PERIOD_S = 60


class ScheduleDeadLetters(Construct):
    """An encrypted SQS queue for invocations that EventBridge Scheduler gave up, which the alert topic is told of.

    Exposes `config` for the target of a schedule, and `statement` for the role of that schedule.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, environment: Environment, missed: str, runbook: str
    ) -> None:
        super().__init__(scope, id_)
        queue = SqsQueue(self, "queue", name=name, message_retention_seconds=RETENTION_S, sqs_managed_sse_enabled=True)
        SqsQueuePolicy(self, "policy", queue_url=queue.id, policy=policy(only_tls("sqs", queue.arn)))
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=name,
            alarm_description=f"EventBridge Scheduler has given up: {missed}. "
            f"Runbook: docs/runbooks/README.md#{runbook}",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=PERIOD_S,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[environment.alerts_topic_arn],
        )
        self.config = SchedulerScheduleTargetDeadLetterConfig(arn=queue.arn)
        self.statement = allow(["sqs:SendMessage"], [queue.arn])
