"""The base of every settings model: immutable, no key silently ignored, every broken rule named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

# Editors show this keyword's text instead of the regular expression; so do our own messages.
PATTERN_IN_WORDS = "patternErrorMessage"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A broken rule between fields, for the person who wrote them.

    `field` is the dotted path below the model ("" for the value itself); `because` names the other fields
    that take part: the problem is shown at the one that an override set last.
    """

    field: str = ""
    message: str
    allowed: str | None = None
    fix: str | None = None
    because: tuple[str, ...] = ()


def refuse(*mistakes: Mistake) -> PydanticCustomError:
    """Return the error that a validator raises; validation_messages.py gives each its file and line."""
    text = "; ".join(f"{m.field}: {m.message}" if m.field else m.message for m in mistakes)
    return PydanticCustomError("mistakes", "{text}", {"text": text, "mistakes": mistakes})


def without_null(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that a line such as `database:` with nothing after it is no way to have none."""
    schema.update(schema.pop("anyOf")[0])


def in_words(text: str) -> Any:
    """Says what a pattern allows, beside the pattern in an Annotated type."""
    return Field(json_schema_extra={PATTERN_IN_WORDS: text})


class Settings(BaseModel):
    """Settings parsed from YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Fields that no YAML of this model may set, and where they come from instead.
    injected: ClassVar[dict[str, str]] = {}
    # Sections of the file that are no field: the loader has merged them when the model is made.
    merged_away: ClassVar[dict[str, str]] = {}

    def mistakes(self) -> Iterator[Mistake]:
        """Yield every rule between fields that is broken."""
        yield from ()

    @model_validator(mode="after")
    def _no_rule_is_broken(self) -> Self:
        if found := tuple(self.mistakes()):
            raise refuse(*found)
        return self


Percent = Annotated[int, Field(ge=0, le=100)]

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LogRetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
