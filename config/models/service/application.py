"""The parts that services of an application share: an image, a database, and what runs before they are deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from config.models.image_reference import public_reference
from config.models.one_or_more import OneOrMore
from config.models.service_names import ServiceName
from config.models.settings import Mistake, Settings

if TYPE_CHECKING:
    from config.models.service.service import Service


class ImageOf(Settings):
    """The image of another service: its repository, at its release."""

    of: ServiceName = Field(description="The service that is built and released.")


PublicImage = Annotated[str, Field(min_length=1), AfterValidator(public_reference)]
Image = Annotated[
    PublicImage | ImageOf | None,
    Field(
        description="A complete public image reference, or {of: web} for the image that another service is released "
        "at; by default the service's own repository and its release.",
    ),
]
Entrypoint = Annotated[tuple[str, ...], Field(description="Replaces the image's entry point; `command` follows it.")]
Before = Annotated[
    OneOrMore[ServiceName],
    Field(
        description="Runs to its end before each deploy of that service, or of each of several, with their image, "
        "such as a migration; one-off only.",
    ),
]


def application_mistakes(service: Service) -> Iterator[Mistake]:
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


def repository(service: Service) -> str:
    """Return the service whose image it runs: itself, the one it names, or the first that it prepares."""
    if isinstance(service.image, ImageOf):
        return service.image.of
    return service.before[0] if service.before else service.name


def database_owner(service: Service, services: Sequence[Service]) -> str:
    """Return the service whose database it uses, if there is one: its own, or that of what it prepares."""
    if service.database:
        return service.database.of or service.name
    prepared = [other for other in services if other.name in service.before[:1] and other.database]
    return database_owner(prepared[0], services) if prepared else service.name
