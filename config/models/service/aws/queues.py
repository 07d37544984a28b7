"""The SQS queues of a service."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from config.models.service.aws.stored import Stored
from config.models.settings import Mistake


class Queue(Stored):
    """An SQS queue of one service with a queue for what cannot be worked on; `{}` suits jobs of under a minute."""

    fifo: bool = Field(default=False, description="In order and once, 300 messages a second; never changed later.")
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    visibility_timeout_s: int = Field(
        default=60, ge=0, le=43_200, description="A message that is not deleted by then is given out again."
    )
    retention_days: int = Field(default=4, ge=1, le=14, description="A message nobody takes is lost after it.")
    attempts: int = Field(
        default=5, ge=1, le=1000, description="So often a message is given out; then it waits among the dead letters."
    )
    oldest_message_minutes: int = Field(
        default=15, ge=1, le=20_000, description="People are told when a message waits for longer."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Check that people are told before a message is lost, and that a shared queue is described once."""
        yield from super().mistakes()
        if self.oldest_message_minutes >= self.retention_days * 24 * 60:
            yield Mistake(
                field="oldest_message_minutes",
                message=f"after {self.retention_days} days a message is lost, before anybody is told",
                allowed=f"1 to {self.retention_days * 24 * 60 - 1}",
                fix="write a smaller number, or a greater retention_days",
                because=("retention_days",),
            )


def queue_name(owner: str, name: str, *, dead: bool = False, fifo: bool = False) -> str:
    """Return what a queue is called in AWS; `owner` is <environment>-<service>.

    The underscores keep apart what hyphens would not: a service of a queue's metrics is read off its name.
    """
    return f"{owner}_{name}{'_dead' if dead else ''}{'.fifo' if fifo else ''}"
