"""docs/reference/ has every field and every command, as they are."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command

from cli.app import app
from cli.reference import FOLDER, pages, stale
from tests.synthesis import ROOT


def test_the_committed_reference_is_current() -> None:
    assert not stale(ROOT), "run make reference"


@pytest.mark.parametrize("page", ["service.md", "environment.md"])
def test_every_field_says_what_it_means(page: str) -> None:
    rows = re.findall(r"^\| `(.+?)` \|.*\| (.*?) ?\|$", pages()[page], re.M)
    assert rows
    assert not [name for name, meaning in rows if not meaning]


def test_every_command_that_is_no_former_name_is_there() -> None:
    commands = {name for name, command in get_command(app).commands.items() if not command.hidden}  # type: ignore[attr-defined]
    text = (ROOT / FOLDER / "commands.md").read_text()
    assert {line.split()[0] for line in re.findall(r"^## groundwork (.+)$", text, re.M)} == commands
