"""The pages of docs/reference/: every field and every command, by `python -m cli.reference [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from cli.app import app
from cli.cost.prices_command import MODEL
from cli.root import ROOT
from config.loader.field_reference import pages as field_pages
from costs.field_costs import field_costs
from costs.price_list import load_prices

FOLDER = Path("docs/reference")
COMMANDS = "commands.md"
_COMMANDS_HEAD = """# Commands

Written by `make reference` from the command line itself. `groundwork --help` lists the commands by occasion, and
`--help` after any of them says what is here. ENV is an environment's name, or `shared` where that makes sense."""


def pages() -> dict[str, str]:
    """Return the text of each page, by its name in docs/reference/."""
    prices = load_prices(MODEL)
    return {**field_pages(field_costs(prices), region=prices.region), COMMANDS: _commands()}


def stale(root: Path) -> list[Path]:
    """Return the pages below root that are not what the models and the command line say."""
    texts = {root / FOLDER / name: text for name, text in pages().items()}
    return [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def _commands() -> str:
    command = get_command(app)
    context = typer.Context(command, info_name="groundwork")
    return "\n\n".join([_COMMANDS_HEAD, *_sections(command, context)]) + "\n"


def _sections(command: object, context: typer.Context) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner and not inner.hidden:
                yield from _sections(inner, typer.Context(inner, info_name=name, parent=context))
    elif isinstance(command, TyperCommand):
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        about = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
        lines = [f"## {context.command_path}", f"```\nUsage: {usage}\n```", about.replace("<", "&lt;")]
        if options := list(_options(command, context)):
            lines.append("| option | meaning |\n|---|---|\n" + "\n".join(options))
        yield "\n\n".join(line for line in lines if line)


def _options(command: TyperCommand, context: typer.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and "--help" not in parameter.opts:
            name, about = (" ".join(part.split()).replace("|", "\\|") for part in record)
            yield f"| `{name}` | {about.replace('<', '&lt;')} |"


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are stale; return the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m cli.reference [--check]", file=sys.stderr)
        return 2
    if arguments:
        outdated = stale(ROOT)
        for path in outdated:
            print(f"{path.relative_to(ROOT)} is stale: run make reference", file=sys.stderr)
        return 1 if outdated else 0
    (ROOT / FOLDER).mkdir(exist_ok=True)
    for name, text in pages().items():
        (ROOT / FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
