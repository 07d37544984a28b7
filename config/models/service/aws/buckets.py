"""The S3 buckets of a service."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from config.models.service.aws.stored import Stored
from config.models.settings import Mistake


class Bucket(Stored):
    """An S3 bucket of one service: encrypted, private, by TLS alone; `{}` keeps old versions for 30 days."""

    versioning: bool = Field(default=True, description="Keeps what was overwritten or deleted.")
    old_versions_days: int = Field(
        default=30, ge=1, le=3650, description="How long an overwritten or deleted object can be brought back."
    )
    expire_days: int | None = Field(
        default=None, ge=1, le=3650, description="Objects are deleted at this age; by default they stay."
    )
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    infrequent_days: int | None = Field(
        default=None, ge=30, le=3650, description="At this age objects become cheaper to keep and dearer to read."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Check that objects are moved before they go, and that a shared bucket is described once."""
        yield from super().mistakes()
        if self.expire_days and self.infrequent_days and self.infrequent_days >= self.expire_days:
            yield Mistake(
                field="infrequent_days",
                message=f"infrequent_days {self.infrequent_days} is not before expire_days {self.expire_days}",
                allowed=f"30 to {self.expire_days - 1}, or none",
                fix="write a smaller number, or remove it",
                because=("expire_days",),
            )
        if not self.versioning and "old_versions_days" in self.model_fields_set:
            yield Mistake(
                field="old_versions_days",
                message="without versioning there are no old versions",
                allowed="only with versioning: true",
                fix="remove it",
                because=("versioning",),
            )
