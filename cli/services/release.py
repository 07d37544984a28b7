"""`groundwork release`: which image tag of a service runs in an environment. Promotes and rolls back, too."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import UsageError
from cli.root import root
from cli.services.config_transaction import ConfigTransaction
from cli.services.release_history import release_before
from config.diagnostics.suggestions import did_you_mean
from config.loader.platform import SERVICES, WrittenDeployment, read_platform
from config.loader.release_place import place_of, release_place
from config.loader.release_text import released
from config.loader.releases import check_tag
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import ConfigError, Problem


def release(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="orders: a file in service_configs/")],
    tag: Annotated[str | None, typer.Argument(metavar="TAG", help="The image tag that was built and pushed.")] = None,
    *,
    environment: Annotated[str, typer.Option("--environment", "-e", metavar="ENV", help="Where it shall run.")],
    promoted_from: Annotated[
        str | None, typer.Option("--from", metavar="ENV", help="Promote: the tag that runs there.")
    ] = None,
    previous: Annotated[bool, typer.Option("--previous", help="Roll back: the tag before, by git.")] = False,
) -> None:
    """Write which image of a service runs in an environment; the next deploy makes it so.

    Release an image:  groundwork release orders 1.4.2 --environment staging

    Promote it:        groundwork release orders --environment prod --from staging

    Roll back:         groundwork release orders --environment prod --previous
    """
    if sum((tag is not None, promoted_from is not None, previous)) != 1:
        raise UsageError(
            "one of TAG, --from ENV and --previous says which image",
            fix=f"groundwork release {service} 1.4.2 --environment {environment}",
        )
    deployments = read_platform(root())
    target = find_service(deployments, service, environment)
    _refuse_foreign_image(target, environment)
    place = place_of(root(), environment, service)
    file = place.file
    now = target.settings.release
    note = ""
    if promoted_from is not None:
        tag = _released(deployments, service, promoted_from)
    elif previous:
        past = release_before(root(), environment, service, now)
        tag, note = past.tag, f"  last named by {past.commit}\n"
    assert tag is not None  # noqa: S101 (one of the three was given)
    if tag == now:
        typer.echo(f"{service} in {environment} is at {tag} already ({file}); nothing to do.")
        return
    write_release(root(), environment, service, tag)
    what = "Roll back" if previous else "Promote" if promoted_from else "Release"
    message = f"{what} {service} {'to ' if previous else ''}{tag} {'in' if previous else 'to'} {environment}"
    typer.echo(
        f"{service} in {environment}: {now or 'no release'} → {tag}  ({file})\n{note}"
        f"next: git add {file} && git commit -m {shlex.quote(message)}\n"
        f"      groundwork deploy {environment} {' '.join(_stacks(deployments, service, environment))}"
        + (
            f"\nnote: releases of two teams at once conflict in {file}: groundwork service split-releases"
            if place.is_former
            else ""
        )
    )


def _stacks(deployments: tuple[WrittenDeployment, ...], service: str, environment: str) -> list[str]:
    """Return the stacks that a new image changes: what runs before the service, the service, and what shares it."""
    (here,) = (found for found in deployments if found.environment.settings.name == environment)
    using = [one.settings for one in here.services if one.settings.repository == service != one.settings.name]
    preparing = [one.name for one in using if one.before]
    return [f"service-{name}" for name in (*preparing, service, *(one.name for one in using if not one.before))]


def write_release(root: Path, environment: str, service: str, tag: str) -> Path:
    """Write a release, if that is right in every way; the file, from root."""
    place = place_of(root, environment, service)
    refuse_unreleasable(root, environment, service)
    check_tag(place, tag)
    edit = ConfigTransaction(root)
    edit.write(place.file, released(edit.text(place.file) or "", place, tag))
    edit.apply()
    return place.file


def refuse_unreleasable(root: Path, environment: str, service: str) -> None:
    """Refuse a service that no release can name: to be asked before an image is made for it."""
    _refuse_foreign_image(find_service(read_platform(root), service, environment), environment)


def find_service(deployments: tuple[WrittenDeployment, ...], name: str, environment: str) -> Located[Service]:
    """Return the service of the environment; refuse an unknown name with what was probably meant."""
    environments = {found.environment.settings.name: found for found in deployments}
    if environment not in environments:
        raise _unknown("environment", environment, list(environments), Path("environments"))
    services = {found.settings.name: found for found in environments[environment].services}
    if name not in services:
        raise _unknown("service", name, list(services), SERVICES, otherwise=f"groundwork service new {name}")
    return services[name]


def _refuse_foreign_image(service: Located[Service], environment: str) -> None:
    """Refuse a release of a service that does not run from its own repository."""
    settings = service.settings
    if settings.public_image is not None:
        why = f"{settings.name} runs an image of its own choice, so no release decides what runs in {environment}"
        raise ConfigError(
            [
                service.problem(
                    "image",
                    message=why,
                    allowed="either `image:` or releases",
                    fix=f"change the tag in `image:`; or remove the line, push to the repository {settings.name}, "
                    "and release that",
                )
            ]
        )
    if (owner := settings.repository) != settings.name:
        raise ConfigError(
            [
                service.problem(
                    "image.of",
                    "before",
                    message=f"{settings.name} runs the image of {owner}, and has no release of its own",
                    allowed=f"a release of {owner}, which is then that of {settings.name} too",
                    fix=f"groundwork release {owner} TAG --environment {environment}",
                )
            ]
        )


def _released(deployments: tuple[WrittenDeployment, ...], service: str, environment: str) -> str:
    there = find_service(deployments, service, environment)
    if there.settings.public_image is None and there.settings.release:
        return there.settings.release
    raise ConfigError(
        [
            Problem(
                file=release_place(environment, service).file,
                value="nothing",
                message=f"{service} has no release in {environment} that could be promoted",
                allowed="a service that is released there",
                fix=f"groundwork release {service} TAG --environment {environment}",
            )
        ]
    )


def _unknown(what: str, name: str, known: list[str], folder: Path, *, otherwise: str | None = None) -> ConfigError:
    return ConfigError(
        [
            Problem(
                file=folder,
                value=name,
                message=f"there is no {what} of this name",
                allowed=", ".join(known) or "none yet",
                fix=did_you_mean(name, known) or otherwise or f"write {folder}/{name}.yaml",
            )
        ]
    )
