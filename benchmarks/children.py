"""Runs a program in a process of its own and tells what it cost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of processor time: the latter hardly depends on what else the machine does."""

    wall: float
    cpu: float


def cost_of(program: str, arguments: Sequence[str] = (), **environment: str) -> Cost:
    """Run Python code in a new process, with Node.js below it, and wait for all of it to end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GROUNDWORK_"))}
    clean["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "20"  # or jsii prints 16 lines
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, env=clean | environment, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
