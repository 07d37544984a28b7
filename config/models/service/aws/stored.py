"""Fields of everything that holds something of a service: whose it is, and whether it may be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from config.models.service_names import ServiceName
from config.models.settings import Mistake, Settings, in_words

StoreName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z](-?[a-z0-9])*$", max_length=24),
    in_words("lower-case letters, digits and single hyphens, a letter first"),
]


class Stored(Settings):
    """A bucket, a queue, a cache or a volume."""

    # What may stand beside `of:`, being about the service that shares it.
    of_the_user: ClassVar[frozenset[str]] = frozenset()

    of: ServiceName | None = Field(
        default=None, description="The service whose it is, and that this one shares; its file says all about it."
    )
    deletion_protection: bool | None = Field(
        default=None,
        description="false is the first of the two steps to delete it; by default the environment's "
        "deletion_protection.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Find what is written beside `of:`, which belongs into the other service's file."""
        if self.of and (beside := sorted(self.model_fields_set - {"of", *self.of_the_user})):
            yield Mistake(
                field=beside[0],
                message=f"it is that of {self.of}, whose file describes it",
                allowed=f"`of:` with {' and '.join(sorted(self.of_the_user))}" if self.of_the_user else "`of:` alone",
                fix=f"remove it here, and write it in {self.of}.yaml",
                because=("of",),
            )

    def is_protected(self, by_default: bool) -> bool:
        """Tell whether it is kept from being deleted: by its own word, or the environment's."""
        return by_default if self.deletion_protection is None else self.deletion_protection
