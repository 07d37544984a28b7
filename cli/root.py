"""The checkout that a command works on: the one around the current directory."""

from __future__ import annotations

from pathlib import Path


def find_checkout(start: Path) -> Path:
    """Return the nearest directory at or above `start` with a cdktf.json; else the one that this file lies in."""
    for directory in (start, *start.parents):
        if (directory / "cdktf.json").is_file():
            return directory
    return Path(__file__).resolve().parent.parent


ROOT = find_checkout(Path.cwd())


def root() -> Path:
    """Return the folder with environments/ and service_configs/."""
    return ROOT


def relative_path(path: Path) -> Path:
    """Return the path as a person would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
