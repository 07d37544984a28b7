"""Progress of rollouts during a deploy, asked of the rollout function in the background, a few times a minute."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from cli.errors import CommandError
from cli.rollouts.view import in_one_line
from cli.terraform.progress import Phase, Progress, StackProgress
from rollouts.contract import Shown

EVERY_S = 10.0
FIRST_AFTER_S = 5.0
"""What is judged faster needs no showing."""
AWAITED = re.compile(r"^aws_lambda_invocation (?:(?P<part>[\w-]+)/)?deployment/verdict/\d+$")

Ask = Callable[[str], Shown]


@dataclass
class RolloutWatch:
    """`ask` gives what the function shows of a service; it may take seconds, and may fail."""

    ask: Ask
    environment: str
    clock: Callable[[], float] = time.monotonic
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=2))
    _due: dict[str, float] = field(default_factory=dict)
    _asked: dict[str, tuple[StackProgress, Future[Shown]]] = field(default_factory=dict)
    _told: set[tuple[str, str, str]] = field(default_factory=set)

    def look(self, progress: Progress) -> Iterator[str]:
        """Bring each stack's note up to date, without waiting; what is new among ECS' events, line by line."""
        now = self.clock()
        for stack in progress.stacks.values():
            service = awaited(stack, self.environment)
            if service is None:
                stack.note = ""
            elif now >= self._due.setdefault(service, now + FIRST_AFTER_S) and service not in self._asked:
                self._due[service] = now + EVERY_S
                self._asked[service] = stack, self._pool.submit(self.ask, service)
        for service, (stack, answer) in list(self._asked.items()):
            if answer.done():
                del self._asked[service]
                yield from self._take(service, stack, answer)

    def close(self) -> None:
        """Ask no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _take(self, service: str, stack: StackProgress, answer: Future[Shown]) -> Iterator[str]:
        try:
            shown = answer.result()
        except CommandError:
            return  # who may not ask still deploys
        if awaited(stack, self.environment) == service:
            stack.note = f"{service}: {in_one_line(shown)}"
        for event in reversed(shown["events"]):
            key = (service, event["at"], event["message"])
            if key not in self._told:
                self._told.add(key)
                yield f"{stack.stack}: {event['message']}"


def awaited(stack: StackProgress, environment: str) -> str | None:
    """Return the service whose verdict this stack waits for now."""
    match = AWAITED.match(stack.at) if stack.phase is Phase.APPLYING else None
    if match is None:
        return None
    return match["part"] or stack.stack.removeprefix(f"{environment}-service-")
