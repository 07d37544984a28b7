"""Where a service's log goes, how long it is kept there, and what is hidden in it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from config.database import without_null
from config.settings import LogRetentionDays, Settings, in_words

# OpenSearch Serverless deletes whole indexes, by an age that it may count from an index's first document or from each.
# An index holds a week: a week more, and nothing is deleted before its time either way.
# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-lifecycle.html
INDEX_DAYS = 7
LONGEST_RETENTION_DAYS = 3650 - INDEX_DAYS


class LogDestination(StrEnum):
    """The store of a log."""

    OPENSEARCH = "opensearch"
    CLOUDWATCH = "cloudwatch"


class LogParser(StrEnum):
    """What the log router makes of a line."""

    AUTO = "auto"
    LOGFMT = "logfmt"
    TEXT = "text"


# No regular expressions: one that takes long on a hostile line would stop all logs of the task.
MaskPattern = Annotated[
    str,
    StringConstraints(pattern=r"^[!-)+-~][ -)+-~]{2,98}[!-~]$"),
    in_words(
        "4 to 100 printable ASCII characters, such as CUST-######## or iban=*: # is one digit, and * at the end "
        "whatever comes before the next space, quote, comma or bracket"
    ),
]


def lua_pattern(mask: str) -> str:
    """Translate a mask into a Lua pattern, as the log router wants it: what its first capture holds stays readable.

    >>> lua_pattern("CUST-####")
    '(CUST%-)%d%d%d%d%f[%D]'
    """
    shown = re.match(r"[^#*]*", mask)[0]  # type: ignore[index]  # matches always
    hidden = "".join(_LUA.get(sign) or _literally(sign) for sign in mask[len(shown) :])
    start = _literally(shown) or "%f[%d]"
    if not hidden:
        return f"(%z*){start}"  # all of it is the secret
    return f"({start}){hidden}" + ("%f[%D]" if mask.endswith("#") else "")


_LUA = {"#": "%d", "*": r"""[^%s"',;&<>(){}%[%]\\]+"""}


def _literally(text: str) -> str:
    """Lua reads a punctuation character after % as itself."""
    return re.sub(r"[^A-Za-z0-9]", lambda found: f"%{found[0]}", text)


class Logs(Settings):
    """The log of one service."""

    destination: LogDestination | None = Field(
        default=None,
        description="opensearch: searchable, in a collection of its own; cloudwatch: cheaper, in a log group; "
        "by default what the environment says under logging:.",
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

    @property
    def lua_masks(self) -> str:
        """The masks for the log router, one a line."""
        return "\n".join(map(lua_pattern, self.mask))
