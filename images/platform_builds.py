"""The platform images of some environments as work to do: what several environments share is one piece of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.loader.base_images import load_bases
from config.loader.platform import Deployment
from images.build_context import BuildContext
from images.catalog import PLATFORM_IMAGES
from images.image_build import ImageBuild
from images.render import render_all

# What Fargate runs: a sidecar must run beside a service of either kind.
PLATFORMS = ("linux/amd64", "linux/arm64")
BUILD = Path("build/images")


@dataclass(frozen=True)
class PlatformImageBuild:
    """An image under one tag, and the environments that run it."""

    name: str
    repository: str
    context: BuildContext
    base: str
    environments: tuple[str, ...]

    def work(self, root: Path, platforms: Sequence[str]) -> ImageBuild:
        """To be built for these platforms."""
        return ImageBuild(
            name=self.name,
            repository=self.repository,
            tag=self.context.tag,
            fingerprint=self.context.fingerprint,
            platforms=tuple(platforms),
            context=partial(self.context.write, root / BUILD),
        )


def wanted(root: Path, deployments: Iterable[Deployment]) -> list[PlatformImageBuild]:
    """Every platform image of these environments, sorted by name."""
    contexts: dict[tuple[str, str], BuildContext] = {}
    environments: dict[tuple[str, str], list[str]] = {}
    for deployment in deployments:
        for name, context in render_all(root, deployment).items():
            key = (name, context.tag)
            contexts[key] = context
            environments.setdefault(key, []).append(deployment.environment.name)
    repositories, bases = {image.name: image.repository for image in PLATFORM_IMAGES}, load_bases(root)
    return [
        PlatformImageBuild(
            name, repositories[name], contexts[name, tag], bases.of(name), tuple(environments[name, tag])
        )
        for name, tag in sorted(contexts)
    ]
