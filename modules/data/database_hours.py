"""Office hours of a database: schedules that start and stop its instance."""

from __future__ import annotations

import json
from datetime import datetime

from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.office_hours import BOTH_WINDOWS, WINDOW, OfficeHours
from modules.checkov import skip
from modules.data.schedule_dead_letters import ScheduleDeadLetters
from modules.policy import allow, policy, trust_service

# While Europe sleeps, and the backup before the maintenance. UTC.
BACKUP_WINDOW, MAINTENANCE_WINDOW = "01:00-02:00", "sun:02:30-sun:03:30"
WITHIN_S, ATTEMPTS = 3600, 20  # a database that is being backed up refuses to stop


class DatabaseHours(Construct):
    """Two schedules of EventBridge Scheduler, and a role that may start and stop this one instance.

    RDS starts an instance by itself after seven days; the next working day's end stops it again.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        instance: DbInstance,
        office_hours: OfficeHours,
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._hours = name, office_hours
        self._dead_letters = ScheduleDeadLetters(
            self,
            "dead-letters",
            name=f"{name}_database_hours",
            environment=environment,
            missed=f"the database of {name} has not been started or stopped",
            runbook="a-database-that-missed-its-hours",
        )
        self._role = IamRole(
            self,
            "role",
            name=f"{name}-database-hours",
            description=f"Starts and stops the database of {name}",
            assume_role_policy=trust_service("scheduler.amazonaws.com", account_id=environment.account_id),
        )
        self._may = IamRolePolicy(
            self,
            "policy",
            role=self._role.id,
            name="start-and-stop",
            policy=policy(
                allow(["rds:StartDBInstance", "rds:StopDBInstance"], [instance.arn]), self._dead_letters.statement
            ),
        )
        self._at("start", "startDBInstance", office_hours.start_cron)
        self._at("stop", "stopDBInstance", office_hours.stop_cron)

    def _at(self, id_: str, operation: str, cron: str) -> None:
        schedule = SchedulerSchedule(
            self,
            id_,
            name=f"{self._name}-database-{id_}",
            description=f"{id_.capitalize()}s the database of {self._name}",
            schedule_expression=cron,
            schedule_expression_timezone=self._hours.timezone,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=f"arn:aws:scheduler:::aws-sdk:rds:{operation}",
                role_arn=self._role.arn,
                input=json.dumps({"DbInstanceIdentifier": self._name}),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=WITHIN_S, maximum_retry_attempts=ATTEMPTS
                ),
                dead_letter_config=self._dead_letters.config,
            ),
            depends_on=[self._may],
        )
        skip(schedule, "CKV_AWS_297", "It names a database and a role, and holds no data.")


def windows(office_hours: OfficeHours | None) -> tuple[str, str]:
    """Return the windows of backup and maintenance: by night, or where nothing runs by night about midday.

    An instance that is stopped is neither backed up nor maintained. The two must not overlap; the hours have room for
    both, and where there is more a window's length lies between them.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
    """
    if office_hours is None:
        return BACKUP_WINDOW, MAINTENANCE_WINDOW
    first, last = office_hours.hours_of_all_year
    between = min(last - first - BOTH_WINDOWS, WINDOW)
    backup = first + (last - first - BOTH_WINDOWS - between) / 2
    return _clocks(backup), _clocks(backup + WINDOW + between, day="%a:").lower()


def _clocks(begin: datetime, *, day: str = "") -> str:
    return "-".join(moment.strftime(f"{day}%H:%M") for moment in (begin, begin + WINDOW))
