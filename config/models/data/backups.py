"""Backups beyond the instance: a vault of AWS Backup for an environment's databases and volumes."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from config.models.deploy_target import Region
from config.models.settings import Mistake, Settings


class Backups(Settings):
    """A daily backup of every database and volume, in a vault that deleting them does not touch."""

    keep_days: int = Field(default=35, ge=1, le=3650, description="A backup is deleted after so many days.")
    locked: bool = Field(
        default=True,
        description="Nobody deletes a backup before its time, unless he may take the lock off (governance mode).",
    )
    copy_to_region: Region | None = Field(
        default=None, description="Another region, whose vault gets a copy of each backup."
    )

    def mistakes_in(self, region: str, *, nights_off: bool) -> Iterator[Mistake]:
        """Refuse a copy into the region of the original, and backups of databases that are stopped by night."""
        if self.copy_to_region == region:
            yield Mistake(
                field="backups.copy_to_region",
                message="is the environment's own region, whose vault has each backup already",
                allowed="another region",
                fix="write another one, or remove it",
                because=("region",),
            )
        if nights_off:
            # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
            yield Mistake(
                field="backups",
                message="RDS makes no snapshot of a database that office_hours have stopped",
                allowed="databases that always run",
                fix="write `databases: false` under `office_hours:`, or remove it",
                because=("office_hours",),
            )
