"""The `groundwork` command on other files than this repository's, as its `main` runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from cli.app import COMMANDS, main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Groundwork = Callable[..., Ended]


def groundwork_in(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    """A function that runs one command on the files below root, without a terminal."""
    for place in COMMANDS.values():
        import_module(place.source.split(":")[0])  # or one would keep the root of the first test that runs it

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr("cli.root.ROOT", root)
        monkeypatch.setattr(sys, "argv", ["groundwork", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Ended(int(end.value.code or 0), said.out, said.err)

    return run


def everything_in(root: Path) -> dict[str, bytes]:
    """All files with their bytes, to compare before and after; git's own apart."""
    files = (path for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def git(root: Path, *arguments: str) -> str:
    """One git command that must succeed, whoever is configured as its user."""
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def commit(root: Path, message: str) -> None:
    """Commit all that is there; the first time in a new repository."""
    if not (root / ".git").exists():
        git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)
