"""The previews of an environment: their age, their logs, and what of them answers from outside."""

from __future__ import annotations

from pydantic import Field

from config.models.service_names import ServiceName
from config.models.settings import LogRetentionDays, Settings


class Previews(Settings):
    """Versions of single services beside the environment's own, each for some days: `groundwork preview`."""

    max_age_days: int = Field(
        default=7, ge=1, le=30, description="A preview is removed so many days after it was last brought up to date."
    )
    log_retention_days: LogRetentionDays = Field(default=3, description="How long the log of a preview is kept.")
    public: tuple[ServiceName, ...] = Field(
        default=(),
        description="Services of kind internal whose previews answer from outside all the same, at "
        "<service>-<preview>.<domain>: to anybody, without a sign-in that they do not ask for themselves.",
    )
