"""`groundwork images`: the platform's own images and the services', built and published."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import CommandError
from cli.images.display import display
from cli.images.selection import (
    deployments_of,
    platform_images,
    platform_works,
    refuse_without_service,
    work_of_service,
)
from cli.root import ROOT
from cli.services.release import refuse_unreleasable, write_release
from config.models.environment.shared import shared_place
from images.docker.cli import Docker
from images.errors import ImageError
from images.image_build import ImageBuild
from images.platform_builds import BUILD, PLATFORMS
from images.publish import Publisher, Result, build

CLIENT = ROOT / "build/docker-client"
CHECKING = "asking the registry"
PIPED_WIDTH = 200  # a program reads it: nothing is cut

console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH)

images_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""
    The images of the platform (Prometheus, Grafana and the rest) and of the services.

    An image's tag is the hash of all that goes into it, so publishing what is published does nothing, and a deploy
    names exactly what was built.
    """,
)

Environments = Annotated[
    list[str] | None, typer.Option("--environment", "-e", metavar="ENV", help="One environment; repeatable; else all.")
]
Images = Annotated[
    list[str] | None, typer.Option("--image", "-i", metavar="NAME", help="One platform image; repeatable; else all.")
]
Platforms = Annotated[
    list[str] | None,
    typer.Option("--platform", metavar="OS/ARCH", help=f"Repeatable; by default {' and '.join(PLATFORMS)}."),
]


@images_app.command("list")
def list_images(environment: Environments = None) -> None:
    """Show each platform image: its tag, its base, and who runs it. Asks nobody."""
    table = Table("image", "tag", "environments", "base", box=None, pad_edge=False, header_style="bold")
    for image in platform_images(deployments_of(environment), None):
        table.add_row(image.name, image.context.tag, " ".join(image.environments), image.base)
    console.print(table)


@images_app.command("build")
def build_images(environment: Environments = None, image: Images = None, platform: Platforms = None) -> None:
    """Build the platform images here, and push nothing."""
    deployments = deployments_of(environment)
    registry = deployments[0].environment.registry
    docker = Docker.find()
    built = 0
    with display(console) as on_progress:
        for work in platform_works(platform_images(deployments, image), platform):
            for part in work.parts:
                reference = f"{registry}/{work.repository}:{part.tag}"
                built += build(docker, work, part, reference, on_progress)
            on_progress(work, "built", 1, 1)
    console.print(f"built {built}; the contexts are in {BUILD}")


@images_app.command()
def publish(
    environment: Environments = None,
    image: Images = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="Publish a service's own image instead.")] = None,
    context: Annotated[
        Path | None, typer.Option(metavar="DIR", exists=True, file_okay=False, help="Its folder, with the Dockerfile.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="Its tag; by default the hash of the folder.")] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(metavar="ENV", help="Also write it into this environment's releases."),
    ] = None,
    platform: Platforms = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be built and pushed.")] = False,
) -> None:
    """Build and push what the registry lacks; check what it has.

    Run it again after any interruption. Exit codes: 0 everything is published, 2 wrong input, 3 no Docker engine,
    4 no login, 5 no repository, 6 a build failed, 7 a push failed, 8 a tag exists with other content, 9 no disk space.

    For a product team: `groundwork images publish --service orders --context ../orders --release dev`.
    """
    begun = time.monotonic()
    deployments = deployments_of(environment)
    if service is None:
        refuse_without_service(context=context, tag=tag, release=release)
        works = platform_works(platform_images(deployments, image), platform)
    else:
        works = [work_of_service(deployments, service, context, tag=tag, platforms=platform)]
        for name in release or []:
            refuse_unreleasable(ROOT, name, service)
    place = shared_place([deployment.environment for deployment in deployments])
    results = _publish(works, account_id=place.account_id, region=place.region, dry_run=dry_run)
    _refuse([result.error for result in results if result.error])
    if dry_run:
        return
    built, pushed = (sum(getattr(result, count) for result in results) for count in ("built", "pushed"))
    there = sum(not result.pushed for result in results)
    seconds = time.monotonic() - begun
    console.print(f"built {built}, pushed {pushed}, {there} published before ({seconds:.1f} s)", highlight=False)
    for name in release or []:
        file = write_release(ROOT, name, works[0].name, works[0].tag)
        console.print(f"{file}: {works[0].name}: {works[0].tag}; commit it to release it", highlight=False)


def _publish(works: Sequence[ImageBuild], *, account_id: str, region: str, dry_run: bool) -> list[Result]:
    with display(console, quiet=(CHECKING,)) as on_progress:
        publisher = Publisher(account_id=account_id, region=region, client=CLIENT, on_progress=on_progress)
        lacking, results = publisher.missing(works)
        if lacking and not dry_run:
            results += publisher.publish(lacking)
    if dry_run:
        for work in lacking:
            for part in work.parts:
                console.print(f"would build and push {work.repository}:{part.tag} ({part.platform})", highlight=False)
        console.print(f"would build and push {len(lacking)} of {len(works)}", highlight=False)
    return results


def _refuse(found: Sequence[ImageError]) -> None:
    """End with every message, and the exit code of the first."""
    if found:
        raise CommandError("\n".join(map(str, found)), exit_code=int(found[0].code)) from found[0]
