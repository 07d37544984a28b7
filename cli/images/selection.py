"""Selection of the images that a command line means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from cli.root import ROOT
from config.diagnostics.suggestions import did_you_mean
from config.loader.platform import Deployment, load_platform
from config.models.fargate import Architecture
from config.source.problem import ConfigError, Problem
from images.image_build import ImageBuild
from images.platform_builds import PLATFORMS, PlatformImageBuild, wanted
from images.service_builds import service_work

DOCKER_NAMES = {Architecture.ARM64: "linux/arm64", Architecture.X86_64: "linux/amd64"}

Known = TypeVar("Known")


def deployments_of(names: Sequence[str] | None) -> list[Deployment]:
    """Return the environments named, or all."""
    everything = {of.environment.name: of for of in load_platform(ROOT)}
    return [known("environment", name, everything, Path("environments")) for name in names or everything]


def platform_images(deployments: Sequence[Deployment], names: Sequence[str] | None) -> list[PlatformImageBuild]:
    """Return the platform images named, or all, as these environments have them."""
    everything = wanted(ROOT, deployments)
    by_name = {image.name: image for image in everything}
    chosen = {known("platform image", name, by_name, Path("docker")).name for name in names or by_name}
    return [image for image in everything if image.name in chosen]


def platform_works(images: Sequence[PlatformImageBuild], platforms: Sequence[str] | None) -> list[ImageBuild]:
    """To be built for these platforms, by default for all that Fargate has."""
    return [image.work(ROOT, platforms or PLATFORMS) for image in images]


def work_of_service(
    deployments: Sequence[Deployment],
    name: str,
    context: Path | None,
    *,
    tag: str | None,
    platforms: Sequence[str] | None,
) -> ImageBuild:
    """Return a service's own image, for the processors that its file names."""
    folder = Path("service_configs")
    everywhere = [service for of in deployments for service in of.services]
    known("service", name, {service.name: service for service in everywhere}, folder)
    prepared = next((service.repository for service in everywhere if service.name == name), name)
    if prepared != name:
        message = f"{name} runs the image of {prepared}, and has none of its own"
        raise ConfigError([Problem(file=folder / f"{name}.yaml", message=message, fix=f"--service {prepared}")])
    if context is None:
        message = "its image needs a folder to be built from"
        raise ConfigError([Problem(file=folder / f"{name}.yaml", message=message, fix="add --context DIR")])
    own = sorted({DOCKER_NAMES[service.architecture] for service in everywhere if service.name == name})
    return service_work(name, context.resolve(), platforms=platforms or own, tag=tag)


def refuse_without_service(**options: object) -> None:
    """Options of a service's own image, given without the service."""
    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        message = f"{' and '.join(given)}: only with --service"
        raise ConfigError([Problem(file=Path("service_configs"), message=message, fix="add --service NAME")])


def known(what: str, name: str, there: Mapping[str, Known], folder: Path) -> Known:
    """Return the thing of this name; refuse an unknown name with what was probably meant."""
    if name in there:
        return there[name]
    raise ConfigError(
        [
            Problem(
                file=folder,
                value=name,
                message=f"there is no {what} of this name",
                allowed=", ".join(sorted(there)) or "none yet",
                fix=did_you_mean(name, list(there)),
            )
        ]
    )
