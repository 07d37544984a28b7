"""Number of tasks of a service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from config.models.cron import valid_time
from config.models.cron_forms import without_other_time
from config.models.schedule import timezone_mistakes
from config.models.settings import Mistake, Percent, Settings, in_words

# https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
Moment = Annotated[
    str,
    StringConstraints(pattern=r"^cron\(\S+( \S+){5}\)$"),
    in_words("cron(minute hour day-of-month month day-of-week year), one of the two days ?"),
    AfterValidator(valid_time),
    BeforeValidator(without_other_time),
]
PlanName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64),
    in_words("lower-case letters, digits and single hyphens, such as morning-rush"),
]


_MEASURES = ("cpu_percent", "memory_percent", "requests_per_task", "messages_per_task")


class PlannedRange(Settings):
    """Another range of tasks from a recurring moment on; a deploy leaves it as it is."""

    at: Moment = Field(description="cron(0 7 ? * MON-FRI *) is 07:00 on every working day.")
    until: Moment | None = Field(
        default=None, description="When the service's own range returns; without it the next planned range ends it."
    )
    timezone: str = Field(default="UTC", description="The clock that cron means, such as Europe/Dublin.")
    min_tasks: int = Field(ge=0, le=1000, description="The fewest tasks in that range.")
    max_tasks: int = Field(ge=0, le=1000, description="The most tasks in that range.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a range that is none, and an unknown time zone."""
        yield from timezone_mistakes(self.timezone)
        yield from range_mistakes(self.min_tasks, self.max_tasks)


class Scaling(Settings):
    """The range of tasks, and what moves the number within it."""

    min_tasks: int = Field(default=2, ge=0, le=1000, description="The fewest tasks that run.")
    max_tasks: int = Field(default=4, ge=0, le=1000, description="The most tasks that run.")
    cpu_percent: Percent | None = Field(default=60, ge=1, description="Average CPU to hold; null: none.")
    memory_percent: Percent | None = Field(
        default=None,
        ge=1,
        description="Average memory to hold, for a program whose memory falls when others share its load; where it "
        "does not, the service stays at max_tasks.",
    )
    requests_per_task: int | None = Field(default=None, ge=1, description="Requests a minute per task to hold.")
    messages_per_task: int | None = Field(
        default=None,
        ge=1,
        description="Messages in a queue for each task, waiting or being worked on; with it `min_tasks` may be 0, and "
        "CPU and memory move nothing unless they are written.",
    )
    queue: str | None = Field(default=None, description="Whose messages are counted, where it has several `queues:`.")
    schedule: dict[PlanName, PlannedRange] = Field(
        default_factory=dict,
        description="By a name of your own, ranges that begin at set times; "
        "an environment with office hours has only those.",
    )
    singleton: bool = Field(
        default=False,
        description="Exactly one task, and never two: a deploy stops it before the next one starts. "
        "For a clock such as celery beat, and for who holds a lock.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a range whose minimum is above its maximum, and a singleton that may be two."""
        yield from range_mistakes(self.min_tasks, self.max_tasks)
        if self.singleton:
            yield from self._not_one()

    def _not_one(self) -> Iterator[Mistake]:
        for field in ("min_tasks", "max_tasks"):
            if (given := getattr(self, field)) != 1:
                yield Mistake(
                    field=field,
                    message=f"{given} is not one, which is what `singleton:` asks for",
                    allowed="1, which is its default with `singleton: true`",
                    fix="remove it, or remove `singleton:`",
                    because=("singleton",),
                )
        for field in _MEASURES:
            if field in self.model_fields_set and getattr(self, field) is not None:
                yield Mistake(
                    field=field,
                    message="it is always one task, and nothing is scaled",
                    allowed="only `schedule:`, to stop it at set times",
                    fix="remove it, or remove `singleton:`",
                    because=("singleton",),
                )
        for name, planned in self.schedule.items():
            if planned.max_tasks > 1:
                yield Mistake(
                    field=f"schedule.{name}.max_tasks",
                    message="a singleton never runs twice",
                    allowed="0 or 1",
                    fix="write max_tasks: 1",
                    because=("singleton",),
                )

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        alone = isinstance(given, dict) and given.get("singleton") is True
        return {"min_tasks": 1, "max_tasks": 1, **given} if alone else given

    @property
    def held_percents(self) -> dict[str, int | None]:
        """The averages to hold: an idle CPU would stop a worker that waits for messages."""
        held = {"cpu": self.cpu_percent, "memory": self.memory_percent}
        if self.messages_per_task is None:
            return held
        return {name: percent for name, percent in held.items() if f"{name}_percent" in self.model_fields_set}

    @property
    def most_tasks(self) -> int:
        """The most that can ever run, planned ranges included."""
        return max([self.max_tasks, *(planned.max_tasks for planned in self.schedule.values())])

    @property
    def least_tasks(self) -> int:
        """The fewest that are meant to run at any hour, planned ranges included."""
        return min([self.min_tasks, *(planned.min_tasks for planned in self.schedule.values())])


def range_mistakes(min_tasks: int, max_tasks: int) -> Iterator[Mistake]:
    """Yield the mistake of a range that ends before it begins."""
    if max_tasks < min_tasks:
        yield Mistake(
            field="max_tasks",
            message=f"max_tasks {max_tasks} is below min_tasks {min_tasks}",
            allowed=f"at least min_tasks, {min_tasks}",
            fix=f"write max_tasks: {min_tasks}, or a smaller min_tasks",
            because=("min_tasks",),
        )
