"""Sections with fields of their own, and nothing after their name."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from config.models.settings import Mistake

# What a line of it with nothing after it was meant to say.
IN_FULL = {
    "cache": "`cache: {}` for one with the usual limits",
    "database": "`database: {}` for one with the environment's sizes",
    "metrics": "`metrics: {}` for /metrics at its port",
    "tracing": "`tracing: {}` for one request in twenty",
    "slo": "`availability_percent:` below it",
}


def empty_mistakes(settings: BaseModel) -> Iterator[Mistake]:
    """Find each section that is written and says nothing."""
    for field, meant in IN_FULL.items():
        if getattr(settings, field, None) is None and field in settings.model_fields_set:
            yield Mistake(field=field, message="has no value", fix=f"write {meant}, or remove the line")
