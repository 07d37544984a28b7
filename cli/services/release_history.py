"""Earlier tags of a service, read from the git history of its files of releases."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError, UsageError
from config.loader.release_place import ReleasePlace, release_place
from config.loader.release_text import releases_in
from config.source.problem import ConfigError

MOST_COMMITS = 500


@dataclass(frozen=True)
class Past:
    """A tag, and the last commit in which the file named it."""

    tag: str
    commit: str


def release_before(root: Path, environment: str, service: str, current: str | None) -> Past:
    """Return the newest committed tag of the service that is not the current one, in whichever form it was written."""
    places = [release_place(environment, service, former=former) for former in (False, True)]
    files = [str(place.file) for place in places]
    log = _git(root, "log", f"--max-count={MOST_COMMITS}", "--format=%h %cs %s", "--", *files)
    for line in log.splitlines():
        commit = line.split(" ", 1)[0]
        tags = [tag for place in places if (tag := _named(root, commit, place))]
        if tags and tags[0] != current:
            return Past(tags[0], line)
    file = next((place.file for place in reversed(places) if (root / place.file).exists()), places[0].file)
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    hint = "this clone is shallow: git fetch --unshallow" if shallow else "name the tag instead"
    raise UsageError(
        f"{file}: no commit of this file has another tag of {service}"
        + (f" than {current}" if current else "")
        + f"\n  fix: {hint}",
    )


def _named(root: Path, commit: str, place: ReleasePlace) -> str | None:
    """Return the tag that a commit has there; None where the file was deleted in it, or could not be read then."""
    try:
        return releases_in(_git(root, "show", f"{commit}:./{place.file.as_posix()}"), file=place.file).get(place.key)
    except (CommandError, ConfigError):
        return None


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed, so that there is no history", fix="name the tag") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(f"git: {said[0] if said else 'failed'}", fix="name the tag instead")
    return done.stdout
