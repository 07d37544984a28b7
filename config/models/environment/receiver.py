"""Receivers of alerts: who is told, by which means, of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.models.environment.budget import EmailAddress
from config.models.schedule import clock_mistakes
from config.models.service.monitoring.owner import OwnerName
from config.models.settings import Mistake, Settings, in_words

AlertSeverity = Literal["critical", "warning"]
# https://api.slack.com/methods/conversations.create
SlackChannel = Annotated[
    str,
    StringConstraints(pattern=r"^#[a-z0-9][a-z0-9_-]{0,79}$"),
    in_words('a channel such as "#alerts", in quotation marks, for # begins a comment'),
]


class ReceiverType(StrEnum):
    """The services that can take a message."""

    MAIL = "mail"
    OPSGENIE = "opsgenie"
    PAGERDUTY = "pagerduty"
    SLACK = "slack"
    TEAMS = "teams"
    WEBHOOK = "webhook"


HEARTBEAT = "heartbeat"
"""The last word of the name of the topic that Alertmanager publishes to without end."""
PAGERS = (ReceiverType.OPSGENIE, ReceiverType.PAGERDUTY)
# The fields that only one type has.
OWN_FIELDS = {"channel": ReceiverType.SLACK, "region": ReceiverType.OPSGENIE, "to": ReceiverType.MAIL}


class Receiver(Settings):
    """One address for alerts. Its key or address, which is confidential, is stored by `groundwork secret set`."""

    type: ReceiverType = Field(
        description="mail, or a service whose key or webhook address is stored with "
        "`groundwork secret set ENV alertmanager NAME`. None costs anything at AWS but 0.40 $ a month for the secret; "
        "mail has none."
    )
    severities: tuple[AlertSeverity, ...] | None = Field(
        default=None,
        description="Of which alerts it is told. By default pagerduty and opsgenie of critical ones, others of both.",
    )
    owners: tuple[OwnerName, ...] = Field(
        default=(),
        description="Whose services it is told about, by their `owner:`. Without it: all that no other receiver's "
        "`owners` names, and the platform itself.",
    )
    to: tuple[EmailAddress, ...] = Field(default=(), description="Addresses; mail only. Each confirms once.")
    channel: SlackChannel | None = Field(
        default=None, description="Slack only; by default the channel that the webhook was made for."
    )
    region: Literal["us", "eu"] = Field(default="us", description="Where the account is; opsgenie only.")

    @property
    def told_of(self) -> tuple[AlertSeverity, ...]:
        """The severities of the alerts that go to it, defaults filled in."""
        if self.severities is not None:
            return self.severities
        return ("critical",) if self.type in PAGERS else ("critical", "warning")

    @property
    def needs_secret(self) -> bool:
        """Return whether something confidential has to be stored for it."""
        return self.type is not ReceiverType.MAIL

    def mistakes(self) -> Iterator[Mistake]:
        """Each type has its fields, and mail somebody to go to."""
        for field, of in OWN_FIELDS.items():
            if field in self.model_fields_set and self.type is not of:
                yield Mistake(
                    field=field,
                    message=f"a receiver of type {self.type} has none",
                    allowed=f"only with type {of}",
                    fix="remove it",
                    because=("type",),
                )
        if self.type is ReceiverType.MAIL and not self.to:
            yield Mistake(
                field="to",
                message="nobody would get the mail",
                allowed="one e-mail address or more",
                fix="add `to: [oncall@example.com]`",
            )
        if self.severities == ():
            yield Mistake(
                field="severities",
                message="it would be told of nothing",
                allowed="critical, warning, or both",
                fix="remove the line, or the receiver",
            )


class QuietHours(Settings):
    """The hours in which warnings wait; what is critical never does."""

    start: time = Field(default=time(20), description="Warnings wait from here on, such as 20:00.")
    stop: time = Field(default=time(8), description="They are sent from here on, if they still hold.")
    timezone: str = Field(default="UTC", description="The clock that start and stop mean, such as Europe/Dublin.")

    def mistakes(self) -> Iterator[Mistake]:
        """Two moments of a day, to the minute, on a clock that exists."""
        yield from clock_mistakes(self.start, self.stop, self.timezone)
        if self.start == self.stop:
            yield Mistake(
                field="stop",
                message="warnings would wait for ever, or never",
                allowed="another time than start",
                fix="write `quiet_hours: null` for warnings at any hour",
                because=("start",),
            )
