"""The call of the cdktf command in a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

QUIET = {
    "CI": "true",  # no redrawn frames
    "CHECKPOINT_DISABLE": "1",
    "DISABLE_VERSION_CHECK": "1",
    "FORCE_COLOR": "0",
}


@dataclass(frozen=True)
class Cdktf:
    """The cdktf of one checkout."""

    root: Path
    environment: Mapping[str, str]

    def synth(self) -> int:
        """`cdktf synth`, its output where ours goes; its exit code."""
        arguments = [str(self.root / "node_modules/.bin/cdktf"), "synth", "--no-color"]
        return subprocess.run(arguments, cwd=self.root, env={**self.environment, **QUIET}, check=False).returncode
