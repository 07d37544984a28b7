"""Mistakes in a service's secrets."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.aws.secrets import said_twice
from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def secret_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find secrets that a service shares with itself, and variables that are said twice."""
    yield from said_twice(service.variables, service.secrets)
    for variable, its in service.secrets.items():
        if its.of == service.name:
            yield Mistake(field=f"secrets.{variable}.of", message="its own secrets are the default", fix="remove `of:`")
