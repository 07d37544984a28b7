"""The imports of a synth: Node.js reads cdktf and the provider while Python still defines their classes.

jsii's Python packages each have Node.js load their JavaScript when they are imported, and wait for it: a fifth of a
second. No class needs Node.js to be defined, only to be called. And each module of theirs looks up the version of
typeguard among the files of all installed packages, a hundred times in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib import metadata

from jsii._kernel import Kernel

_load, _version = Kernel.load, metadata.version


@contextmanager
def quick_imports() -> Iterator[None]:
    """Let Node.js load the packages that are imported in this block, one after the other; wait for it at the end.

    What it answers to the last of them is raised there. Nothing may be constructed in the block.
    """
    loading: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=1) as node:

        def load(kernel: Kernel, name: str, version: str, tarball: str) -> None:
            loading.append(node.submit(_load, kernel, name, version, tarball))

        setattr(Kernel, _load.__name__, load)
        setattr(metadata, _version.__name__, cache(_version))
        try:
            yield
        finally:
            setattr(Kernel, _load.__name__, _load)
            setattr(metadata, _version.__name__, _version)
    for one in loading:
        one.result()
