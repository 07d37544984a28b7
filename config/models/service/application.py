"""The parts that services of an application share: an image, a database, and what runs before they are deployed."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from config.models.image_reference import public_reference
from config.models.one_or_more import OneOrMore
from config.models.service_names import ServiceName
from config.models.settings import Settings


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
