"""CloudWatch alarms that are watched during a deploy and roll it back."""

from __future__ import annotations

import math

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from config.models.service.health_check import HealthCheck
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_route import WebRoute

PERIOD_S = 60
PERIODS = 3
ERROR_PERCENT = 5
QUIET_REQUESTS = 20  # below this many a minute a single error would be a high share

NAMESPACE = "AWS/ApplicationELB"


class RollbackAlarms(Construct):
    """`names` of two alarms on a public service: its share of 5xx answers, and its unhealthy targets.

    They tell the alert topic at any time, not only while a deploy is watched.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        load_balancer: LoadBalancer,
        route: WebRoute,
        health_check: HealthCheck,
        topic_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        # Within three minutes; what Prometheus makes of the same figures comes some ten minutes later.
        told = [topic_arn]
        self._dimensions = {
            "LoadBalancer": load_balancer.load_balancer.arn_suffix,
            "TargetGroup": route.target_group.arn_suffix,
        }
        share = f"IF(requests > {QUIET_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)"
        errors = CloudwatchMetricAlarm(
            self,
            "errors",
            alarm_name=f"{name}-5xx",
            alarm_description=f"More than {ERROR_PERCENT} % of the answers of {name} are 5xx",
            comparison_operator="GreaterThanThreshold",
            threshold=ERROR_PERCENT,
            evaluation_periods=PERIODS,
            treat_missing_data="notBreaching",
            alarm_actions=told,
            metric_query=[
                CloudwatchMetricAlarmMetricQuery(id="share", label="5xx %", expression=share, return_data=True),
                self._count("errors", "HTTPCode_Target_5XX_Count"),
                self._count("requests", "RequestCount"),
            ],
        )
        unhealthy = CloudwatchMetricAlarm(
            self,
            "unhealthy",
            alarm_name=f"{name}-unhealthy",
            alarm_description=f"A task of {name} fails its health check",
            namespace=NAMESPACE,
            metric_name="UnHealthyHostCount",
            dimensions=self._dimensions,
            statistic="Maximum",
            period=PERIOD_S,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            # What ECS forgives a task that starts slowly is no reason to roll it back.
            evaluation_periods=max(PERIODS, math.ceil(health_check.grace_s / PERIOD_S) + 1),
            treat_missing_data="notBreaching",
            alarm_actions=told,
        )
        self.names = [errors.alarm_name, unhealthy.alarm_name]

    def _count(self, id_: str, metric: str) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=NAMESPACE, metric_name=metric, dimensions=self._dimensions, period=PERIOD_S, stat="Sum"
            ),
        )
