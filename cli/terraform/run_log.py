"""The file with the whole output of a deploy or destroy, and the summary of a failure."""

from __future__ import annotations

import os
import time
from pathlib import Path

from cli.errors import CommandError
from cli.terraform.progress import Phase, Progress

LOGS = Path("build/logs")


def log_path(root: Path, command: str, environment: str) -> Path:
    """Return the file for the whole output of this run."""
    return root / LOGS / f"{time.strftime('%Y%m%d-%H%M%S')}-{command}-{environment}-{os.getpid()}.log"


def fail_with_log(what: str, progress: Progress, log: Path, exit_code: int) -> CommandError:
    """Return all that Terraform said was wrong, per stack, what was not begun for it, and where the rest stands."""
    blocks = ["\n  ".join([f"{its.stack}:", *its.errors]) for its in progress.stacks.values() if its.errors]
    if waiting := [its.stack for its in progress.stacks.values() if its.phase is Phase.WAITING]:
        blocks.append(f"Not begun: {', '.join(waiting)}")
    return CommandError("\n\n".join([f"{what} failed.", *blocks, f"Full log: {log}"]), exit_code=exit_code)
