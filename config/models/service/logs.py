"""Logs of a service: destination, log class, retention, and what is masked."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from config.models.service.log_mask import MaskPattern, lua_pattern, mask_mistakes
from config.models.settings import LogRetentionDays, Mistake, Settings, without_null

# OpenSearch Serverless deletes whole indexes, by an age that it may count from an index's first document or from each.
# An index holds a week: a week more, and nothing is deleted before its time either way.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-lifecycle.html
INDEX_DAYS = 7
LONGEST_RETENTION_DAYS = 3650 - INDEX_DAYS


class LogDestination(StrEnum):
    """The store of a log."""

    OPENSEARCH = "opensearch"
    CLOUDWATCH = "cloudwatch"


class LogClass(StrEnum):
    """The class of a log group in CloudWatch, which no group can change (docs/adr/0038)."""

    STANDARD = "standard"
    INFREQUENT_ACCESS = "infrequent-access"


class LogParser(StrEnum):
    """The parser that the log router applies to a line."""

    AUTO = "auto"
    LOGFMT = "logfmt"
    TEXT = "text"


class Logs(Settings):
    """The log of one service."""

    destination: LogDestination | None = Field(
        default=None,
        description="opensearch: searchable, in a collection of its own; cloudwatch: cheaper, in a log group; "
        "by default what the environment says under logging:.",
        json_schema_extra=without_null,
    )
    log_class: LogClass | None = Field(
        default=None,
        description="In CloudWatch, infrequent-access: half the price of each GB written, read by queries of Logs "
        "Insights alone and not as it comes; by default what the environment says under logging:. Back to standard by "
        "writing standard: the other log group, and what is in it, is kept until the line is removed.",
        json_schema_extra=without_null,
    )
    retention_days: LogRetentionDays = Field(default=30, description="How long the log is kept.")
    mask: tuple[MaskPattern, ...] = Field(
        default=(),
        max_length=20,
        description="What else is hidden in the log, beside passwords, tokens and keys. Text before the first # or * "
        "stays, the rest becomes ***.",
    )
    parser: LogParser = Field(
        default=LogParser.AUTO,
        description="auto: JSON lines become fields; logfmt: lines of key=value do, too; text: neither. "
        "Each joins the lines of a stack trace.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Masks that would hide too much, or that are of another language."""
        yield from mask_mistakes(self.mask)

    @property
    def lua_masks(self) -> str:
        """The masks for the log router, one a line."""
        return "\n".join(map(lua_pattern, self.mask))
