"""The monthly budget of an environment's account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

EmailAddress = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", max_length=50),
    in_words("an e-mail address of at most 50 characters"),
]
MOST_EMAILS = 10


class Budget(Settings):
    """Warns, and stops nothing. It counts the whole account: environments that share one share its bill."""

    monthly_usd: int = Field(ge=1, description="The most that a month should cost, in US dollars.")
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
