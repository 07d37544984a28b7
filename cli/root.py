"""The checkout that the commands on files work on."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The folder with environments/ and service_configs/."""
    return ROOT
