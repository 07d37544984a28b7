"""The monthly budget of an environment's account."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

EmailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", max_length=50),
    in_words("an e-mail address of at most 50 characters"),
]
MOST_EMAILS = 10


class Counted(StrEnum):
    """The part of a bill that a budget counts."""

    ACCOUNT = "account"
    ENVIRONMENT = "environment"


class Budget(Settings):
    """Warns, and stops nothing."""

    monthly_usd: int = Field(ge=1, description="The most that a month should cost, in US dollars.")
    counts: Counted = Field(
        default=Counted.ACCOUNT,
        description="account: the whole bill of the account, for one environment of those that share it; environment: "
        "what carries this environment's tag, once the tag is activated in the billing console (docs/environments.md).",
    )
    alert_emails: tuple[EmailAddress, ...] = Field(
        description="Who is told, at 80 % by forecast and at 100 % in fact: one to ten."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Somebody is told, and no more people than AWS writes to.

        https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_NotificationWithSubscribers.html
        """
        if not 1 <= len(self.alert_emails) <= MOST_EMAILS:
            yield Mistake(
                field="alert_emails",
                message=f"{len(self.alert_emails)} addresses",
                allowed=f"1 to {MOST_EMAILS} e-mail addresses",
                fix="name a mailing list" if self.alert_emails else "add who looks after the bill",
            )
