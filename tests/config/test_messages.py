"""Fields that nobody has thought of yet are explained without any work on the loader."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import AfterValidator, Field, field_validator, model_validator

from config.diagnostics.collector import ProblemCollector
from config.loader.settings_file import validate
from config.models.settings import Mistake, Settings, refuse
from config.source.document import read_document
from config.source.problem import ConfigError
from tests.config.bad_yaml import JARGON


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("must be even")
    return number


class Step(Settings):
    name: str = Field(min_length=1)
    seconds: int = Field(default=1, gt=0, lt=60)


class Pipeline(Settings):
    """A model with every sort of field that Pydantic knows and the platform may come to need."""

    steps: tuple[Step, ...] = Field(default=(), max_length=3)
    named: dict[str, Step] = Field(default_factory=dict)
    size: int | Literal["auto"] = "auto"
    ratio: float = Field(default=0.5, ge=0, le=1)
    pair: Annotated[int, AfterValidator(_even)] = 2
    at: time | None = None
    colours: frozenset[Colour] = frozenset()
    fixed: Literal["one"] = "one"
    step: Step | None = None

    @field_validator("ratio")
    @classmethod
    def _not_a_third(cls, ratio: float) -> float:
        if ratio == 0.25:
            raise refuse(Mistake(message="a quarter is refused", fix="write 0.5"))
        return ratio

    @model_validator(mode="after")
    def _plain_error(self) -> Self:
        if self.fixed == "one" and self.pair == 8:
            raise ValueError("eight is too many")
        return self


def explained(root: Path, text: str) -> str:
    (root / "some.yaml").write_text(text)
    findings = ProblemCollector()
    node = findings.take(read_document(root, Path("some.yaml")))
    assert node is not None
    validate(Pipeline, node, findings)
    with pytest.raises(ConfigError) as raised:
        findings.raise_if_any()
    assert not JARGON.search(str(raised.value)), raised.value
    assert all(problem.value and problem.allowed for problem in raised.value.problems), raised.value
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps:\n  - name: a\n  - nam: b\n", ["some.yaml:3: steps[1].nam: there is no such field", "`name`"]),
        (
            "steps:\n  - name: a\n    seconds: 60\n",
            ["some.yaml:3: steps[0].seconds: is too large", "a whole number from 1 to 59", "fix: write 59"],
        ),
        ("steps:\n  - seconds: 5\n", ["some.yaml:2: steps[0].name: is missing", "text that is not empty"]),
        ("steps: [x]\n", ["some.yaml:1: steps[0]: needs fields of its own, not text", "the fields name, seconds"]),
        ("steps: [{name: a}, {name: b}, {name: c}, {name: d}]\n", ["steps: has 4 entries", "a list of 0 to 3"]),
        ("named:\n  first:\n    name: ''\n", ["some.yaml:3: named.first.name: is too short"]),
        ("named:\n  first: 5\n", ["some.yaml:2: named.first: needs fields of its own, not a whole number"]),
        ("size: big\n", ["some.yaml:1: size:", "a whole number or auto"]),
        ("size: 1.5\n", ["some.yaml:1: size:", "a whole number or auto"]),
        ("ratio: 2\n", ["ratio: is too large", "a number from 0 to 1", "fix: write 1"]),
        ("ratio: half\n", ["ratio: needs a number, not text"]),
        ("ratio: 0.25\n", ["ratio: a quarter is refused", "fix: write 0.5"]),
        ("pair: 3\n", ["pair: must be even", "a whole number"]),
        ("pair: 8\n", ["some.yaml:1: eight is too many"]),
        ("at: noon\n", ["at: has the wrong form", "a time such as 08:30"]),
        ("colours: [red, blue]\n", ["colours[1]: is none of the choices", "red, green"]),
        ("fixed: two\n", ["fixed: is none of the choices", "allowed: one"]),
        ("step:\n  seconds: 0\n", ["step.name: is missing", "step.seconds: is too small"]),
    ],
)
def test_a_new_kind_of_field_is_explained(text: str, words: list[str], tmp_path: Path) -> None:
    printed = explained(tmp_path, text)
    assert all(word in printed for word in words), printed


def test_a_value_of_several_types_is_explained_once(tmp_path: Path) -> None:
    assert explained(tmp_path, "size: big\n").count("some.yaml:") == 1


def test_a_rule_is_shown_at_its_field_whatever_the_field_holds(tmp_path: Path) -> None:
    class Pair(Settings):
        low: int = 0
        high: int = 0

        def mistakes(self) -> Any:
            if self.low > self.high:
                yield Mistake(field="high", message="low is above high", because=("low",))

    (tmp_path / "some.yaml").write_text("low: 5\n")
    findings = ProblemCollector()
    node = findings.take(read_document(tmp_path, Path("some.yaml")))
    assert node is not None
    validate(Pair, node, findings)
    with pytest.raises(ConfigError, match=r"some.yaml:1: high: low is above high\n  value: low: 5\n  allowed: a whole"):
        findings.raise_if_any()
