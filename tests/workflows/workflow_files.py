"""The workflows as data: their jobs, their steps, and what each step runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.synthesis import ROOT

FOLDER = ROOT / ".github/workflows"
ACTIONS = ROOT / ".github/actions"
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


@dataclass(frozen=True)
class Step:
    """One step: the workflow and job it is of, and its own text."""

    workflow: str
    job: str
    number: int
    content: dict[str, Any]

    @property
    def run(self) -> str | None:
        return self.content.get("run")

    @property
    def uses(self) -> str | None:
        return self.content.get("uses")

    def __str__(self) -> str:
        return f"{self.workflow}/{self.job}/{self.number}"


def documents() -> dict[str, dict[str, Any]]:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))}


def triggers(name: str) -> dict[str, Any]:
    """What starts a workflow. YAML 1.1 reads the key `on` as true."""
    found: dict[Any, Any] = {**documents()[name]}
    return dict(found[True])


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, document in documents().items():
        for job, content in document["jobs"].items():
            yield name, job, content


def steps() -> list[Step]:
    """Every step of every job, and those of our own action."""
    found = [
        Step(name, job, number, step)
        for name, job, content in jobs()
        for number, step in enumerate(content.get("steps", []))
    ]
    for path in sorted(ACTIONS.glob("*/action.yml")):
        for number, step in enumerate(yaml.safe_load(path.read_text())["runs"]["steps"]):
            found.append(Step("action", path.parent.name, number, step))
    return found


def text_files() -> list[Path]:
    return [*FOLDER.glob("*.yml"), *ACTIONS.glob("*/action.yml")]


def has_expression(text: str) -> bool:
    return bool(_EXPRESSION.search(text))
