"""How many tasks of a service run."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from config.settings import Mistake, Percent, Settings


class Scaling(Settings):
    """How many tasks run, and what makes that number move."""

    min_tasks: int = Field(default=2, ge=0, le=1000)
    max_tasks: int = Field(default=4, ge=0, le=1000)
    cpu_percent: Percent | None = Field(default=60, description="Average CPU to hold; null switches it off.")
    memory_percent: Percent | None = Field(default=75, description="Average memory to hold; null switches it off.")
    requests_per_task: int | None = Field(default=None, ge=1, description="Requests a minute per task to hold.")

    def mistakes(self) -> Iterator[Mistake]:
        """The range must be one."""
        if self.max_tasks < self.min_tasks:
            yield Mistake(
                field="max_tasks",
                message=f"max_tasks {self.max_tasks} is below min_tasks {self.min_tasks}",
                allowed=f"at least min_tasks, {self.min_tasks}",
                fix=f"write max_tasks: {self.min_tasks}, or a smaller min_tasks",
                because=("min_tasks",),
            )
