"""A product team's own image as work to do: tagged by its content, like the platform's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import file_digest
from pathlib import Path

from config.models.service_names import repository_of
from images.context_file import EXECUTABLE, READABLE, ContextFile
from images.fingerprint import TAG_LENGTH, fingerprint
from images.image_build import ImageBuild


def service_work(name: str, folder: Path, *, platforms: Sequence[str], tag: str | None = None) -> ImageBuild:
    """Build the Dockerfile in `folder`. Without a tag given, the tag is the hash of what is in the folder."""
    found = fingerprint(_digests(folder))
    revision = _git(folder, "rev-parse", "HEAD")
    return ImageBuild(
        name=name,
        repository=repository_of(name, tag),
        tag=tag or found[:TAG_LENGTH],
        fingerprint=found,
        platforms=tuple(platforms),
        context=partial(Path, folder),
        labels={"org.opencontainers.image.revision": revision.strip()} if revision else {},
    )


def _digests(folder: Path) -> Iterator[ContextFile]:
    """Each file by the hash of its content: a context may be larger than memory."""
    for path in _files(folder):
        if path.is_symlink():
            content = f"link to {path.readlink()}".encode()
            mode = READABLE
        else:
            with path.open("rb") as file:
                content = file_digest(file, "sha256").digest()
            mode = EXECUTABLE if path.stat().st_mode & 0o100 else READABLE
        yield ContextFile(path=path.relative_to(folder).as_posix(), content=content, mode=mode)


def _files(folder: Path) -> list[Path]:
    """Return what Git would commit, where Git knows the folder: installed packages and build results do not count."""
    listed = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        paths = [folder / name for name in listed.split("\0") if name]
    else:
        paths = [path for path in folder.rglob("*") if ".git" not in path.parts]
    return [path for path in paths if path.is_symlink() or path.is_file()]


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
