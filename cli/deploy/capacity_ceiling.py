"""Sets the most OpenSearch compute units that an account and region may use: the ceiling of that part of its bill.

No resource of Terraform's AWS provider sets it, so `groundwork bootstrap` does. Without it the ceiling is AWS' own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import explained
from cli.deploy.opensearch_capacity import AWS_DEFAULT, FIELDS, HOURS_A_MONTH, USD_AN_HOUR, Ceiling, Wanted
from cli.errors import CommandError
from config.models.deploy_target import DeployTarget

IN_USE_WITHIN = timedelta(hours=3)


@dataclass(frozen=True)
class CapacityCeiling:
    """The setting of one account and region."""

    place: DeployTarget
    aoss: Any
    cloudwatch: Any

    @classmethod
    def of(cls, place: DeployTarget) -> CapacityCeiling:
        """With clients of the place's region."""
        aoss: Any = boto3.client("opensearchserverless", region_name=place.region)
        cloudwatch: Any = boto3.client("cloudwatch", region_name=place.region)
        return cls(place, aoss, cloudwatch)

    def read(self) -> Ceiling:
        """Return the ceiling that holds now."""
        try:
            found = self.aoss.get_account_settings()["accountSettingsDetail"].get("capacityLimits", {})
        except (BotoCoreError, ClientError) as error:
            raise self._explained(error, "read the ceiling of OpenSearch", "aoss:GetAccountSettings") from error
        return Ceiling(
            found.get("maxIndexingCapacityInOCU", AWS_DEFAULT.indexing),
            found.get("maxSearchCapacityInOCU", AWS_DEFAULT.search),
        )

    def apply(self, wanted: Wanted) -> list[str]:
        """Set it where it differs, and say what holds now. Not below what is in use: OpenSearch would refuse records.

        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-scaling.html
        """
        before, asked = self.read(), wanted.ceiling
        in_use = self.in_use() if asked.is_lower_than(before) else Ceiling(0, 0)
        now = Ceiling(
            max(asked.indexing, min(before.indexing, in_use.indexing)),
            max(asked.search, min(before.search, in_use.search)),
        )
        if now != before:
            limits = {"maxIndexingCapacityInOCU": now.indexing, "maxSearchCapacityInOCU": now.search}
            try:
                self.aoss.update_account_settings(capacityLimits=limits)
            except (BotoCoreError, ClientError) as error:
                raise self._explained(error, "set the ceiling of OpenSearch", "aoss:UpdateAccountSettings") from error
        lines = [
            f"OpenSearch in {self._where}: at most {now}; {f'it was {before}' if now != before else 'as it was'}.",
            f"  At most {now.monthly_usd} USD a month for all its collections, storage apart: "
            f"{now.indexing + now.search} OCU, {HOURS_A_MONTH} h, {USD_AN_HOUR} USD an hour as assumed for eu-west-1.",
            *(f"  {remark}" for remark in wanted.remarks),
        ]
        if now != asked:
            lines.append(
                f"  Not lowered to {asked}, as {FIELDS} say: {in_use} were in use in the last "
                f"{IN_USE_WITHIN.seconds // 3600} hours, and with fewer it would refuse records. "
                "Write what it needs, or run this again once it needs less."
            )
        return lines

    def faults(self, wanted: Wanted) -> list[str]:
        """Report that more may be used, and paid, than the environments' files say."""
        now, asked = self.read(), wanted.ceiling
        if not asked.is_lower_than(now):
            return []
        whose = ", AWS' own ceiling," if now == AWS_DEFAULT else ""
        return [
            f"OpenSearch in {self._where} may use {now}{whose} for {now.monthly_usd} USD a month; "
            f"{FIELDS} say {asked}, {asked.monthly_usd} USD."
        ]

    def in_use(self) -> Ceiling:
        """Return the most that ran at a time in the last hours."""
        try:
            return Ceiling(self._measured("IndexingOCU"), self._measured("SearchOCU"))
        except (BotoCoreError, ClientError) as error:
            right = "cloudwatch:GetMetricStatistics"
            raise self._explained(error, "see how much of OpenSearch is in use", right) from error

    def _measured(self, metric: str) -> int:
        now = datetime.now(UTC)
        found = self.cloudwatch.get_metric_statistics(
            Namespace="AWS/AOSS",
            MetricName=metric,
            Dimensions=[{"Name": "ClientId", "Value": self.place.account_id}],
            StartTime=now - IN_USE_WITHIN,
            EndTime=now,
            Period=60,
            Statistics=["Sum"],  # of a minute: the statistic that AWS names for it
        )
        return ceil(max((point["Sum"] for point in found["Datapoints"]), default=0))

    @property
    def _where(self) -> str:
        return f"account {self.place.account_id}, {self.place.region}"

    def _explained(self, error: BotoCoreError | ClientError, doing: str, action: str) -> CommandError:
        return explained(error, doing=doing, right=f"{action} on *", account_id=self.place.account_id)
