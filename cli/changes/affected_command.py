"""`groundwork affected`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.changes.affected import find_affected
from cli.changes.affected_text import as_json, as_text
from cli.changes.tree import Tree, synthesize_tree
from cli.changes.versions import base_commit, export_commit, export_files
from cli.root import ROOT

console = Console()


def affected(
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="By default where this branch left the main one.")
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Say which stacks differ from another commit, why, and in which order they deploy. Asks no AWS."""
    commit = base_commit(ROOT, base)
    with tempfile.TemporaryDirectory(prefix="groundwork-affected-") as folder:
        scratch = Path(folder)

        def synthesize(root: Path, name: str) -> Tree:
            return synthesize_tree(root, scratch / "out" / name)

        old, new = export_commit(ROOT, commit, scratch / "base"), export_files(ROOT, scratch / "head")
        found = find_affected(old, new, scratch, synthesize)
    short = commit[:12]
    if as_json_:
        print(as_json(found, commit))
        return
    for line in as_text(found, f"{base} ({short})" if base else short):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
