"""Check what must be installed before anything else can run.

The Makefile runs this file with whatever `python3` it finds, before a virtual environment exists. So it uses
the standard library alone, imports nothing of this project, and keeps to the syntax of Python 3.6: an old
interpreter gets a message here, not a SyntaxError.
"""

import re
import shutil
import subprocess
import sys
from typing import Callable, List, NamedTuple, Optional, Tuple

Version = Tuple[int, ...]


class Tool(NamedTuple):
    """A tool, the version that is needed, and how to install it."""

    name: str
    minimum: Version
    command: List[str]
    how_to_get_it: str


TOOLS = (
    Tool(
        "Node.js",
        (20,),
        ["node", "--version"],
        "https://nodejs.org/en/download (22 or 24; or: nvm install 22)",
    ),
    Tool("npm", (9,), ["npm", "--version"], "it comes with Node.js: https://nodejs.org/en/download"),
    Tool(
        "Terraform",
        (1, 11),
        ["terraform", "version"],
        "https://developer.hashicorp.com/terraform/install (or: tfenv install 1.11.4)",
    ),
)
PYTHON_MINIMUM = (3, 11)
PYTHON_HOW = "https://www.python.org/downloads, or your system's package (then: make PYTHON=python3.12 ...)"


def dotted(version: Version) -> str:
    """Write a version with dots."""
    return ".".join(str(part) for part in version)


def version_in(text: str) -> Optional[Version]:
    """Return the first version number in what a tool prints about itself."""
    match = re.search(r"(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in match.group(1).split(".")) if match else None


def output_of(command: List[str]) -> Optional[str]:
    """Return what the command prints, or None when it cannot be run."""
    if shutil.which(command[0]) is None:
        return None
    try:
        process = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return process.stdout if process.returncode == 0 else None


def problem_with(tool: Tool, output: Optional[str]) -> Optional[str]:
    """One line about what is wrong with this tool, or None."""
    wanted = f"{tool.name} >= {dotted(tool.minimum)}"
    if output is None:
        return f"{wanted} is missing (no working `{tool.command[0]}` on PATH). Get it: {tool.how_to_get_it}"
    found = version_in(output)
    if found is None or found < tool.minimum:
        shown = dotted(found) if found else repr(output.strip())
        return f"{wanted} is needed, found {shown}. Get it: {tool.how_to_get_it}"
    return None


def problem_with_python(found: Version, has_venv: bool) -> Optional[str]:
    """Return what is wrong with this Python, or None."""
    if found < PYTHON_MINIMUM:
        wanted = f"Python >= {dotted(PYTHON_MINIMUM)}"
        return f"{wanted} is needed, found {dotted(found)} ({sys.executable}). Get it: {PYTHON_HOW}"
    if not has_venv:
        package = f"python{dotted(found[:2])}-venv"
        return f"Python's venv module is incomplete (no ensurepip). Get it: apt install {package}"
    return None


def can_make_venvs() -> bool:
    """Return whether this Python has `venv` and `ensurepip`, which Debian packages apart."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def problems(run: Callable[[List[str]], Optional[str]] = output_of) -> List[str]:
    """One line for each thing that is missing or too old; empty when all is well."""
    found = [problem_with_python(tuple(sys.version_info[:3]), can_make_venvs())]
    found += [problem_with(tool, run(tool.command)) for tool in TOOLS]
    return [line for line in found if line]


def main() -> int:
    """Print what is missing; return the exit code."""
    missing = problems()
    for line in missing:
        sys.stderr.write(line + "\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
