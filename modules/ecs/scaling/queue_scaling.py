"""The number of tasks that a queue's messages ask for, from zero."""

from __future__ import annotations

from math import ceil

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from config.models.service.scaling import Scaling
from modules.data.queue import Queue

PERIOD_S = 60
IDLE_MINUTES = 5
# https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html
MOST_STEPS = 20
WAITING, IN_WORK = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"


class QueueScaling(Construct):
    """Steps to an exact number of tasks: one for every so many messages, those that are being worked on included.

    Not target tracking, which multiplies the number of tasks that there is: from zero it never leaves zero.
    https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        queue: Queue,
        target: AppautoscalingTarget,
        messages_per_task: int,
        settings: Scaling,
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._queue, self._target = name, queue, target
        self._on("backlog", steps(messages_per_task, settings.min_tasks, settings.max_tasks), minutes=1)
        self._on("no-backlog", [(None, None, settings.min_tasks)], minutes=IDLE_MINUTES)

    def _on(self, id_: str, adjustments: list[tuple[int | None, int | None, int]], *, minutes: int) -> None:
        """Set the number of tasks while there are messages, or once there have been none for some minutes."""
        policy = AppautoscalingPolicy(
            self,
            f"{id_}-policy",
            name=id_,
            policy_type="StepScaling",
            service_namespace=self._target.service_namespace,
            scalable_dimension=self._target.scalable_dimension,
            resource_id=self._target.resource_id,
            step_scaling_policy_configuration=AppautoscalingPolicyStepScalingPolicyConfiguration(
                adjustment_type="ExactCapacity",
                cooldown=PERIOD_S,
                metric_aggregation_type="Maximum",
                step_adjustment=[
                    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
                        metric_interval_lower_bound=_text(low),
                        metric_interval_upper_bound=_text(high) if low is not None else "0",
                        scaling_adjustment=tasks,
                    )
                    for low, high, tasks in adjustments
                ],
            ),
        )
        any_left = id_ == "backlog"
        CloudwatchMetricAlarm(
            self,
            f"{id_}-alarm",
            alarm_name=f"{self._name}-{id_}",
            alarm_description="Moves the number of tasks; nobody is told.",
            comparison_operator="GreaterThanOrEqualToThreshold" if any_left else "LessThanThreshold",
            threshold=1,
            evaluation_periods=minutes,
            datapoints_to_alarm=minutes,
            treat_missing_data="notBreaching" if any_left else "breaching",
            metric_query=[
                CloudwatchMetricAlarmMetricQuery(
                    id="messages", expression="FILL(waiting, 0) + FILL(working, 0)", label="messages", return_data=True
                ),
                self._query("waiting", WAITING),
                self._query("working", IN_WORK),
            ],
            alarm_actions=[policy.arn],
        )

    def _query(self, id_: str, metric: str) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace="AWS/SQS",
                metric_name=metric,
                dimensions={"QueueName": self._queue.queue.name},
                period=PERIOD_S,
                stat="Maximum",
            ),
        )


def steps(messages_per_task: int, min_tasks: int, max_tasks: int) -> list[tuple[int | None, int | None, int]]:
    """Return from how many messages above the first, up to below how many, how many tasks run."""
    at_once = ceil(max(max_tasks, 1) / MOST_STEPS)
    numbers = [*range(at_once, max_tasks, at_once), max_tasks]
    found: list[tuple[int | None, int | None, int]] = []
    for position, tasks in enumerate(numbers):
        low = numbers[position - 1] * messages_per_task if position else 0
        high = tasks * messages_per_task if position + 1 < len(numbers) else None
        found.append((low, high, max(tasks, min_tasks)))
    return found


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
