"""Mistakes in what the services of an application share."""

from __future__ import annotations

from collections.abc import Iterator

from config.models.service.application import ImageOf
from config.models.service.fields import ServiceFields
from config.models.settings import Mistake


def application_mistakes(service: ServiceFields) -> Iterator[Mistake]:
    """Find what a service shares with itself, or says twice."""
    if isinstance(service.image, ImageOf) and service.image.of == service.name:
        yield Mistake(field="image.of", message="its own image is the default", fix="remove `image:`")
    if twice := [name for name in service.before if service.before.count(name) > 1]:
        yield Mistake(
            field="before", message=f"{twice[0]} is there twice", allowed="each service once", fix="remove one of them"
        )
    database = service.database
    if database and database.of == service.name:
        yield Mistake(field="database.of", message="its own database is the default", fix="remove `of:`")
    if database and service.before and database.of is None:
        first = service.before[0]
        yield Mistake(
            field="database",
            message=f"it uses the database of {first}, before whose deploys it runs",
            allowed=f"only `database: {{of: {first}}}`, with `variables:` of its own",
            fix=f"remove it here, and write it in {first}.yaml",
            because=("before",),
        )
    if database and database.composed and not (service.command or service.entrypoint):
        name = next(iter(database.composed))
        yield Mistake(
            field=f"database.variables.{name}",
            message="a URL with the password is put together by a shell before the program, which it must know",
            allowed="only with `command:`, or `entrypoint:`; or the parts, such as password, in variables of their own",
            fix="write what the image starts as `command:`",
            because=("command",),
        )
