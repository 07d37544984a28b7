"""A task that the clock starts."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersCapacityProviderStrategy,
    SchedulerScheduleTargetEcsParametersNetworkConfiguration,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from config.models.schedule import Schedule
from modules.checkov import skip
from modules.data.schedule_dead_letters import ScheduleDeadLetters
from modules.ecs.cluster import EcsCluster
from modules.ecs.fargate_service import shares
from modules.ecs.task import Task
from modules.network.vpc import Vpc
from modules.policy import allow, policy, trust_service

START_WITHIN_S = 3600  # a start that failed is not made up for later than this


class ScheduledTask(Construct):
    """An EventBridge schedule that runs one task; it is off while there is no image to run.

    What ECS refuses to start after all `retries` goes to a dead-letter queue, and the alert topic is told.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        vpc: Vpc,
        cluster: EcsCluster,
        task: Task,
        spot_percent: int,
        enabled: bool,
        settings: Schedule,
    ) -> None:
        super().__init__(scope, id_)
        dead_letters = ScheduleDeadLetters(
            self,
            "dead-letters",
            name=f"{name}_not_started",
            environment=environment,
            missed=f"a run of {name} has not been started",
            runbook="a-job-that-was-not-started",
        )
        role = IamRole(
            self,
            "role",
            name=f"{name}-schedule",
            description=f"Starts {name} by the clock",
            assume_role_policy=trust_service("scheduler.amazonaws.com", account_id=environment.account_id),
        )
        may_start = IamRolePolicy(
            self,
            "policy",
            role=role.id,
            name="run-task",
            policy=policy(
                allow(
                    ["ecs:RunTask"],
                    [task.definition.arn],
                    {"ArnEquals": {"ecs:cluster": cluster.cluster.arn}},
                ),
                allow(
                    ["iam:PassRole"],
                    [task.roles.execution.arn, task.roles.task.arn],
                    {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                ),
                allow(
                    ["ecs:TagResource"],
                    [f"arn:aws:ecs:{environment.region}:{environment.account_id}:task/{environment.name}/*"],
                    {"StringEquals": {"ecs:CreateAction": "RunTask"}},
                ),
                dead_letters.statement,
            ),
        )
        schedule = SchedulerSchedule(
            self,
            "schedule",
            name=name,
            description=f"Runs {name}",
            schedule_expression=settings.expression,
            schedule_expression_timezone=settings.timezone,
            state="ENABLED" if enabled else "DISABLED",
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=cluster.cluster.arn,
                role_arn=role.arn,
                ecs_parameters=SchedulerScheduleTargetEcsParameters(
                    task_definition_arn=task.definition.arn,
                    task_count=1,
                    capacity_provider_strategy=[
                        SchedulerScheduleTargetEcsParametersCapacityProviderStrategy(
                            capacity_provider=provider, weight=weight, base=0
                        )
                        for provider, weight in shares(spot_percent).items()
                    ],
                    network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                        subnets=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
                        security_groups=[task.security_group.group.id],
                        assign_public_ip=False,
                    ),
                    propagate_tags="TASK_DEFINITION",
                    enable_ecs_managed_tags=True,
                ),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=START_WITHIN_S, maximum_retry_attempts=settings.retries
                ),
                dead_letter_config=dead_letters.config,
            ),
            depends_on=[may_start],
        )
        skip(schedule, "CKV_AWS_297", "It names a cluster, a task definition and roles, and holds no data.")
