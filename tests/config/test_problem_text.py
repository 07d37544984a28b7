"""What a terminal is given of many mistakes, and of hostile ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import GroundworkError
from config.source.problem import MOST_TOLD, ConfigError, Problem

HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp"


def test_five_thousand_mistakes_are_told_as_a_hundred_and_a_count() -> None:
    problems = [Problem(file=Path("service_configs/orders.yaml"), line=at, message="wrong") for at in range(1, 5001)]
    lines = str(ConfigError(problems)).splitlines()
    assert len(lines) == MOST_TOLD + 1
    assert lines[-1] == "... and 4,900 more mistakes; mend these first"
    assert len(ConfigError(problems).problems) == 5000
    assert len(str(ConfigError(problems[:MOST_TOLD])).splitlines()) == MOST_TOLD


@pytest.mark.parametrize("field", ["file", "message", "value", "allowed", "fix"])
def test_no_control_character_of_a_file_reaches_the_terminal(field: str) -> None:
    text = {"file": Path("a.yaml"), "message": "wrong", field: Path(HOSTILE) if field == "file" else HOSTILE}
    told = str(ConfigError([Problem(**text)]))  # type: ignore[arg-type]
    assert told.isprintable() or all(line.isprintable() for line in told.splitlines())
    assert "\\x1b]0;owned\\x07" in told


def test_a_newline_in_a_files_name_makes_no_second_message() -> None:
    told = str(ConfigError([Problem(file=Path("a\nprod.yaml:1: fine"), message="wrong")]))
    assert told == "a\\nprod.yaml:1: fine: wrong"


def test_what_a_command_says_is_clean_as_well() -> None:
    assert str(GroundworkError(f"no service {HOSTILE}\n\tas it stands", fix=HOSTILE)).count("\\x1b[2J") == 2
    assert "\n\tas it stands" in str(GroundworkError("no service\n\tas it stands"))
