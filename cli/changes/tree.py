"""The stacks of one version of the repository, synthesized beside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.errors import CommandError

OUT = "synthesized"


@dataclass(frozen=True)
class StackCode:
    """The code that Terraform would read, to the byte, and the stacks it comes after."""

    id: str
    text: str
    dependencies: frozenset[str]

    @cached_property
    def code(self) -> dict[str, Any]:
        """The document that Terraform reads."""
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded


Tree = Mapping[str, StackCode]


def synthesize_tree(root: Path, out: Path, *, only: str | None = None) -> Tree:
    """Run the program of this folder for every environment, or only one, in the Python that runs this."""
    out.parent.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "GROUNDWORK_"))}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # the folder's files are compared with another's afterwards
    if only:
        environment["GROUNDWORK_ENVIRONMENT"] = only
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=root,
        env={**environment, "CDKTF_OUTDIR": str(out)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandError(done.stdout.strip() or "main.py failed", exit_code=done.returncode)
    manifest = json.loads((out / "manifest.json").read_text())["stacks"]
    return {
        name: StackCode(name, (out / entry["synthesizedStackPath"]).read_text(), frozenset(entry["dependencies"]))
        for name, entry in manifest.items()
    }
