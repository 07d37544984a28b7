"""Earlier tags of a service, read from the git history of the releases file."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError, UsageError
from config.loader.release_text import releases_in
from config.source.problem import ConfigError

MOST_COMMITS = 500


@dataclass(frozen=True)
class Past:
    """A tag, and the last commit in which the file named it."""

    tag: str
    commit: str


def release_before(root: Path, file: Path, service: str, current: str | None) -> Past:
    """Return the newest committed tag of the service that is not the current one."""
    log = _git(root, "log", f"--max-count={MOST_COMMITS}", "--format=%h %cs %s", "--", str(file))
    for line in log.splitlines():
        commit = line.split(" ", 1)[0]
        try:
            tag = releases_in(_git(root, "show", f"{commit}:./{file.as_posix()}"), file=file).get(service)
        except (CommandError, ConfigError):  # deleted in this commit, or not readable then
            continue
        if tag and tag != current:
            return Past(tag, line)
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    hint = "this clone is shallow: git fetch --unshallow" if shallow else "name the tag instead"
    raise UsageError(
        f"{file}: no commit of this file has another tag of {service}"
        + (f" than {current}" if current else "")
        + f"\n  fix: {hint}",
    )


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed, so that there is no history", fix="name the tag") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(f"git: {said[0] if said else 'failed'}", fix="name the tag instead")
    return done.stdout
