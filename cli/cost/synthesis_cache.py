"""The stacks of the last versions that were priced: what is asked again needs no synthesis."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cli.changes.tree import StackCode, Tree, synthesize_tree

KEPT = 8
PROGRAM = Path(__file__).resolve().parents[2]
WITHOUT_EFFECT = frozenset({"benchmarks", "build", "cdktf.out", "docs", "examples", "node_modules", "tests"})
"""Folders of a checkout, beside hidden ones, that the program does not read."""


def synthesize_once(root: Path, out: Path, *, only: str | None = None, cache: Path | None = None) -> Tree:
    """Return the stacks as `synthesize_tree` does; of the same files and packages those of the last time."""
    folder = cache or user_cache()
    version = version_of(root, only)
    file = folder / f"{version}.json"
    with suppress(AttributeError, KeyError, OSError, TypeError, ValueError):
        tree = _read(file)
        file.touch()
        return tree
    tree = synthesize_tree(root, out, only=only)
    if version_of(root, only) == version:  # nobody has edited a file meanwhile
        with suppress(OSError):
            _write(file, tree)
    return tree


def user_cache() -> Path:
    """Return where programs keep what they can make again.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "groundwork" / "synthesized"


def version_of(root: Path, only: str | None) -> str:
    """Hash all that decides what is synthesized: the YAML, the program, Python and the installed packages."""
    packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    digest = hashlib.sha256(json.dumps([sys.version, only, packages]).encode())
    for folder in dict.fromkeys((root.resolve(), PROGRAM)):
        for path in _files(folder):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"\n{path.relative_to(folder).as_posix()} {content}".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, followlinks=True):
        here = Path(place)
        unread = WITHOUT_EFFECT if here == folder else frozenset({"__pycache__"})
        folders[:] = sorted(name for name in folders if name not in unread and not name.startswith("."))
        yield from (here / name for name in sorted(files) if (here / name).is_file())


def _read(file: Path) -> Tree:
    found = json.loads(file.read_text())
    return {id_: StackCode(id_, its["text"], frozenset(its["dependencies"])) for id_, its in found.items()}


def _write(file: Path, tree: Tree) -> None:
    """Replace the file as a whole, and drop those that were not asked for lately."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({id_: {"text": its.text, "dependencies": sorted(its.dependencies)} for id_, its in tree.items()})
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as written:
        written.write(text)
    Path(written.name).replace(file)
    for old in sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
