"""Two versions of the repository as plain folders: a commit's, and the files as they lie here."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cli.errors import CommandError, UsageError

DEFAULT_BASES = ("origin/main", "main")


def base_commit(root: Path, base: str | None) -> str:
    """Return the commit to compare with: where this branch left `base`, by default the main branch."""
    candidates = [base] if base else DEFAULT_BASES
    for name in candidates:
        if _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").returncode == 0:
            merged = _git(root, "merge-base", "HEAD", name)
            if merged.returncode == 0:
                return merged.stdout.decode().strip()
            raise UsageError(
                f"this clone does not know where the branch left {name}",
                fix="git fetch --unshallow",
            )
    raise UsageError(
        f"{'--base: ' if base else ''}there is no commit {' or '.join(candidates)}",
        fix="git fetch, or name another with --base",
    )


def export_commit(root: Path, commit: str, into: Path) -> Path:
    """Return the files of a commit, without touching the checkout."""
    done = _git(root, "archive", "--format=tar", f"{commit}:./")
    if done.returncode != 0:
        raise CommandError(f"git archive {commit}: {done.stderr.decode().strip()}")
    into.mkdir(parents=True, exist_ok=True)
    # tarfile's filters, without which newer versions of Python warn, are missing in Debian 12's.
    subprocess.run(["tar", "-x", "-C", str(into)], input=done.stdout, check=True)
    return into


def export_files(root: Path, into: Path) -> Path:
    """Return the files as they are, committed or not, but those that git ignores."""
    done = _git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    if done.returncode != 0:
        raise UsageError(f"{root} is no git repository, so there is nothing to compare with")
    for name in filter(None, done.stdout.decode().split("\0")):
        source, target = root / name, into / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return into


def changed_files(base: Path, head: Path) -> list[Path]:
    """Every file that is new, gone or different."""
    before, after = ({file: root / file for file in _files(root)} for root in (base, head))
    return sorted(
        file
        for file in before.keys() | after.keys()
        if file not in before or file not in after or _content(before[file]) != _content(after[file])
    )


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_symlink() or path.is_file():
            yield path.relative_to(root)


def _content(path: Path) -> bytes:
    return str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise UsageError("git is not installed, and it alone knows the base") from None
