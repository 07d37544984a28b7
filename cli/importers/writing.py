"""Imported services' files, put beside those that are there: nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import typer

from cli.importers.draft import Import
from cli.importers.report import report
from cli.importers.service_text import draft_text
from cli.services.config_transaction import ConfigTransaction
from config.loader.platform import SERVICES, read_platform
from config.source.problem import ConfigError

WRITTEN, UNCHANGED, KEPT = "written", "unchanged", "there already, with other content: left as it is"


def write_import(root: Path, found: Import, command: str) -> str:
    """Write the files that are not there yet, all or none; return the report."""
    environments = [written.environment.settings.name for written in read_platform(root)]
    edit, states = ConfigTransaction(root), {}
    for draft in found.drafts:
        file, text = SERVICES / f"{draft.name}.yaml", draft_text(draft, command)
        now = edit.text(file)
        states[draft.name] = WRITTEN if now is None else UNCHANGED if now == text else KEPT
        if now is None:
            edit.write(file, text)
    try:
        edit.apply()
    except ConfigError:
        nothing = {name: "not written" if state == WRITTEN else state for name, state in states.items()}
        typer.echo(f"{report(found, nothing, environments)}\nNothing is written:", err=True)
        raise
    return report(found, states, environments)
