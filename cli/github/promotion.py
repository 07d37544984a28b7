"""The environments that a push deploys: the first by itself, each other when a file of its own changed.

The files of an environment are what CODEOWNERS and branch protection guard (docs/delivery.md): that somebody approved
them is the approval. Anything else that prod shall have is deployed by hand, `deploy.yml` with its name.
"""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from cli.errors import UsageError
from config.loader.release_place import RELEASES, former_file
from config.models.environment.shared import SHARED

ORDER = ("dev", "staging", "prod")
"""Others come after these, by name."""
NOTHING = "0" * 40
"""What GitHub names as the commit before the first push of a branch."""


def in_order(names: Iterable[str]) -> list[str]:
    """Put the environments into the order in which a release goes through them."""
    there = sorted(names)
    return [name for name in ORDER if name in there] + [name for name in there if name not in ORDER]


def promoted(environments: Sequence[str], first: str, changed: Collection[str]) -> list[str]:
    """`shared`, the first environment, and those that own a changed file, in the order given."""
    return [
        SHARED,
        *(name for name in environments if name == first or any(_is_of(name, Path(path)) for path in changed)),
    ]


def _is_of(environment: str, path: Path) -> bool:
    """Tell whether a file is an environment's own: its settings, or a release in it."""
    return path in (Path(f"environments/{environment}.yaml"), former_file(environment)) or (
        path.parent == RELEASES / environment and path.suffix == ".yaml"
    )


def changed_since(root: Path, commit: str) -> list[str]:
    """Return the files that differ from a commit; all of them when there was none."""
    arguments = ["ls-files"] if commit == NOTHING else ["diff", "--name-only", "--end-of-options", commit, "HEAD"]
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UsageError(
            f"git does not know the commit {commit}: {done.stderr.strip()}",
            fix="fetch the whole history",
        )
    return done.stdout.splitlines()
