"""Autoscaling of a service's tasks, by their load and by the clock."""

from __future__ import annotations

from cdktf import DataResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.ecs_service import EcsService
from constructs import Construct

from config.models.environment.office_hours import OfficeHours
from config.models.service.scaling import Scaling
from modules.attributes import address_of
from modules.ecs.cluster import EcsCluster

SCALE_OUT_COOLDOWN_S, SCALE_IN_COOLDOWN_S = 60, 300


class Autoscaling(Construct):
    """Target tracking on each measure that the settings name; the one that asks for most tasks wins. Exposes `target`.

    Outside an environment's office hours no task runs. A deploy within a planned range leaves that range as it is.

    `requests_label` names the load balancer and target group whose requests are counted.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: EcsCluster,
        service: EcsService,
        requests_label: str | None,
        office_hours: OfficeHours | None,
        settings: Scaling,
    ) -> None:
        super().__init__(scope, id_)
        planned = {} if office_hours else settings.schedule
        self.target = AppautoscalingTarget(
            self,
            "target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{cluster.cluster.name}/{service.name}",
            min_capacity=settings.min_tasks,
            max_capacity=settings.max_tasks,
            lifecycle=self._kept(settings) if planned else None,
        )
        if office_hours:
            # A deploy at night sets the range of the day again: whoever deploys then wants to see it run, and the
            # verdict on it needs tasks.
            self._at("stop", office_hours.stop_cron, office_hours.timezone, 0, 0)
            self._at("start", office_hours.start_cron, office_hours.timezone, settings.min_tasks, settings.max_tasks)
        for name, its in sorted(planned.items()):
            self._at(f"plan-{name}", its.at, its.timezone, its.min_tasks, its.max_tasks)
            if its.until:
                self._at(f"base-{name}", its.until, its.timezone, settings.min_tasks, settings.max_tasks)
        held = settings.held_percents
        self._track("cpu", "ECSServiceAverageCPUUtilization", held.get("cpu"))
        self._track("memory", "ECSServiceAverageMemoryUtilization", held.get("memory"))
        self._track("requests", "ALBRequestCountPerTarget", settings.requests_per_task, label=requests_label)

    def _kept(self, settings: Scaling) -> TerraformResourceLifecycle:
        """Leave the range that the clock has set last, until another range is written for the service itself.

        The range is then registered anew, with all that moves it: what is ignored cannot be updated.
        """
        base = DataResource(self, "base", input={"min_tasks": settings.min_tasks, "max_tasks": settings.max_tasks})
        return TerraformResourceLifecycle(
            ignore_changes=["min_capacity", "max_capacity"],
            replace_triggered_by=[address_of(base)],
        )

    def _at(self, id_: str, cron: str, timezone: str, least: int, most: int) -> None:
        """Schedule another range of tasks.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-schedulescaling.html
        """
        AppautoscalingScheduledAction(
            self,
            id_,
            name=id_,
            service_namespace=self.target.service_namespace,
            scalable_dimension=self.target.scalable_dimension,
            resource_id=self.target.resource_id,
            schedule=cron,
            timezone=timezone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(least), max_capacity=str(most)
            ),
        )

    def _track(self, id_: str, metric: str, target: int | None, *, label: str | None = None) -> None:
        if target is None:
            return
        measure = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type=metric, resource_label=label
        )
        AppautoscalingPolicy(
            self,
            id_,
            name=id_,
            policy_type="TargetTrackingScaling",
            service_namespace=self.target.service_namespace,
            scalable_dimension=self.target.scalable_dimension,
            resource_id=self.target.resource_id,
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                predefined_metric_specification=measure,
                target_value=target,
                scale_in_cooldown=SCALE_IN_COOLDOWN_S,
                scale_out_cooldown=SCALE_OUT_COOLDOWN_S,
            ),
        )
