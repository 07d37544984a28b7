from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cli.prerequisites import TOOLS, problem_with, problem_with_python, problems, version_in

NODE, NPM, TERRAFORM = TOOLS


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v20.11.1\n", (20, 11, 1)),
        ("Terraform v1.11.4\non linux_amd64\n", (1, 11, 4)),
        ("Terraform v1.12.0-beta1\n", (1, 12, 0)),
        ("no version here", None),
    ],
)
def test_the_version_is_read_from_what_a_tool_prints(text: str, version: tuple[int, ...] | None) -> None:
    assert version_in(text) == version


def test_a_missing_tool_is_one_line_with_the_way_to_get_it() -> None:
    line = problem_with(TERRAFORM, None)
    assert line is not None
    assert line.startswith("Terraform >= 1.11 is missing")
    assert "https://developer.hashicorp.com/terraform/install" in line
    assert "\n" not in line


def test_an_old_tool_is_named_with_what_was_found() -> None:
    line = problem_with(NODE, "v18.19.0\n")
    assert line is not None
    assert "Node.js >= 20 is needed, found 18.19.0" in line


def test_a_recent_tool_is_no_problem() -> None:
    assert problem_with(NPM, "10.2.4\n") is None


def test_an_old_python_and_a_python_without_venv_are_told() -> None:
    assert "found 3.9.18" in str(problem_with_python((3, 9, 18), has_venv=True))
    assert "apt install python3.11-venv" in str(problem_with_python((3, 11, 2), has_venv=False))
    assert problem_with_python((3, 12, 1), has_venv=True) is None


def test_every_missing_thing_is_reported_at_once() -> None:
    assert len(problems(run=lambda _: None)) == len(TOOLS)


def test_the_file_runs_alone_without_the_project(tmp_path: Path) -> None:
    alone = tmp_path / "prerequisites.py"
    alone.write_text(Path("cli/prerequisites.py").read_text())
    process = subprocess.run(
        [sys.executable, "-I", str(alone)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert [line.split(" >=")[0] for line in process.stderr.splitlines()] == ["Node.js", "npm", "Terraform"]


def test_an_old_interpreter_can_parse_the_file() -> None:
    source = Path("cli/prerequisites.py").read_text()
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" not in source  # Python 3.6 has no such feature
