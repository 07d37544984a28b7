"""The team that owns a service."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from config.models.settings import in_words

OwnerName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=40),
    in_words("up to 40 lower-case letters, digits and single hyphens, a letter first"),
]
