"""`groundwork github preview`: a pull request of a service asks the platform's repository for its preview."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.github.api import GitHub
from cli.github.step_files import write_summary
from cli.previews.request import preview_name


def ask_for_preview(
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="the pull request in the service's repository")],
    tag: Annotated[str | None, typer.Option("--tag", help="Of its image; without one the preview is removed.")] = None,
) -> None:
    """Ask the platform's repository to preview a pull request, or to remove the preview once that is closed.

    PLATFORM_REPOSITORY names it, GITHUB_TOKEN may write its contents. The workflow `preview` there does it.
    """
    name = preview_name(service, number)
    payload = {"name": name, "services": f"{service}={tag}" if tag else ""}
    GitHub.from_environment().ask("POST", "dispatches", {"event_type": "preview", "client_payload": payload})
    words = f"asked to {'preview' if tag else 'remove'} {name}"
    write_summary(words)
    print(words)
