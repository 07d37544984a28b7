"""The hash that is an image's tag."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from images.context_file import ContextFile

TAG_LENGTH = 16  # hex digits: 64 bits; two contents under one tag are refused when publishing


def fingerprint(files: Iterable[ContextFile]) -> str:
    """Return the SHA-256 over each file's path, mode and content, independent of their order.

    Lengths go in before what they measure, so that no two sets of files write the same bytes. Nothing of the
    machine goes in: no clock, owner, locale or umask.
    """
    digest = sha256()
    for file in sorted(files, key=lambda file: file.path.encode()):
        for part in (file.path.encode(), f"{file.mode:04o}".encode(), file.content):
            digest.update(f"{len(part)}:".encode())
            digest.update(part)
    return digest.hexdigest()
