"""The files by which a step hands outputs to later ones, and words to the page of the run.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_outputs(values: Mapping[str, str]) -> None:
    """Write outputs of the step, and show them."""
    lines = [f"{name}={value}" for name, value in values.items()]
    for line in lines:
        print(line)
    _append("GITHUB_OUTPUT", lines)


def write_summary(text: str) -> None:
    """Add to the page of the run."""
    _append("GITHUB_STEP_SUMMARY", [text])


def _append(variable: str, lines: list[str]) -> None:
    if file := os.environ.get(variable):
        with Path(file).open("a") as output:
            output.write("".join(f"{line}\n" for line in lines))
