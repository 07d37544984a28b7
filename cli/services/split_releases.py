"""`groundwork service split-releases`: a file for each release, in place of one for all services of an environment."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.root import root
from cli.services.config_transaction import ConfigTransaction
from config.loader.platform import read_platform
from config.loader.release_place import former_file, release_place
from config.loader.release_text import releases_in, with_release


def split_releases(
    environment: Annotated[
        str | None, typer.Option("--environment", "-e", metavar="ENV", help="By default every environment.")
    ] = None,
) -> None:
    """Write each release into a file of its own, so that two teams that release at once never conflict.

    What runs stays as it is. CODEOWNERS needs a line for the folder: `groundwork doctor github` says which.
    """
    edit, done = ConfigTransaction(root()), []
    for name in [written.environment.settings.name for written in read_platform(root(), environment)]:
        former = former_file(name)
        text = edit.text(former)
        if text is None:
            continue
        for service, tag in releases_in(text, file=former).items():
            place = release_place(name, service)
            edit.write(place.file, with_release(place.heading, place.key, tag, file=place.file))
            done.append(str(place.file))
        edit.remove(former)
        done.append(f"{former}, removed")
    if not done:
        typer.echo("Every release has a file of its own already; nothing to do.")
        return
    edit.apply()
    typer.echo("\n".join([*done, "next: groundwork doctor github, and commit; no deploy is needed"]))
