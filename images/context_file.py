"""One file of a build context."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

READABLE, EXECUTABLE = 0o644, 0o755


@dataclass(frozen=True, kw_only=True)
class ContextFile:
    """`path` is relative to the context, with forward slashes; `mode` is READABLE or EXECUTABLE."""

    path: str
    content: bytes
    mode: int = READABLE


def read_tree(folder: Path) -> list[ContextFile]:
    """Every file below a folder of this repository.

    Of its mode only the owner's x counts: Git records no more than that, and the rest is the checkout's umask.
    """
    return [
        ContextFile(
            path=path.relative_to(folder).as_posix(),
            content=path.read_bytes(),
            mode=EXECUTABLE if path.stat().st_mode & 0o100 else READABLE,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
