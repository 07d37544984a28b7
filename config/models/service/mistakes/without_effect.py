"""Settings that would be taken and do nothing, or something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.fields import ServiceFields
from config.models.service.health_check import unseen_mistakes, without_overlap
from config.models.service.kinds import Kind
from config.models.service.mistakes.stores import store_mistakes
from config.models.service.routing.redirect import loop_mistakes
from config.models.service.target_group import matcher_mistakes
from config.models.settings import Mistake


def mistakes_without_effect(service: ServiceFields) -> Iterator[Mistake]:
    """Find every such setting of a service."""
    check = service.health_check
    if service.kind is Kind.PUBLIC_WEB:
        yield from without_overlap(check)
        yield from matcher_mistakes(service.http.protocol if service.http else "http1", check.matcher)
        if route := service.route:
            yield from loop_mistakes(route.redirected, route.path)
    elif service.kind.keeps_running and "health_check" in service.model_fields_set:
        yield from unseen_mistakes(service.kind, check, service.port)
    yield from _asleep(service)
    yield from store_mistakes(service)


def _asleep(service: ServiceFields) -> Iterator[Mistake]:
    scaling = service.scaling
    if not service.kind.keeps_running or scaling.min_tasks > 0 or scaling.max_tasks == 0:
        return
    if any(planned.min_tasks for planned in scaling.schedule.values()) or scaling.messages_per_task:
        return
    yield Mistake(
        field="scaling.min_tasks",
        message="nothing ever starts the first task: no task has no CPU, memory or requests to measure",
        allowed="at least 1, or 0 with a `schedule:` that raises it, with `messages_per_task:`, or with max_tasks: 0",
        fix="write min_tasks: 1",
        because=("scaling",),
    )
