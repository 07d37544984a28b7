"""The build contexts of the platform images, rendered from an environment and its services."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.loader.base_images import Bases, load_bases
from config.loader.platform import Deployment
from images.build_context import BuildContext
from images.catalog import PLATFORM_IMAGES, PlatformImage
from images.context_file import ContextFile, read_tree

DOCKERFILE = "Dockerfile"
ROOT_FILES = "rootfs"  # copied onto the image's root


def render_all(root: Path, deployment: Deployment) -> dict[str, BuildContext]:
    """Return the build context of every platform image, by name. Reads docker/ below root, and nothing else."""
    bases = load_bases(root)
    return {image.name: render(root, image, bases, deployment) for image in PLATFORM_IMAGES}


def image_tags(root: Path, deployment: Deployment) -> dict[str, str]:
    """Return the tag of every platform image, as `groundwork images publish` pushes and task definitions name it."""
    return {name: context.tag for name, context in render_all(root, deployment).items()}


def render(root: Path, image: PlatformImage, bases: Bases, deployment: Deployment) -> BuildContext:
    """Return an image's build context: its folder below docker/, arguments filled in, configuration rendered."""
    files = {file.path: file for file in read_tree(root / "docker" / image.name)}
    files[DOCKERFILE] = _filled_in(files[DOCKERFILE], bases.arguments(image.name))
    for path, content in image.render(deployment).items():
        file = ContextFile(path=f"{ROOT_FILES}{path}", content=content)
        files[file.path] = file
    return BuildContext(image.name, tuple(files.values()))


def _filled_in(dockerfile: ContextFile, arguments: Mapping[str, str]) -> ContextFile:
    """Fill in the pinned base as the default of its `ARG`: it counts for the tag, and --build-arg can replace it."""
    content = dockerfile.content
    for name, value in arguments.items():
        declared = f"ARG {name}\n".encode()
        if content.count(declared) != 1:
            raise ValueError(f"{dockerfile.path} must hold one line `ARG {name}`")
        content = content.replace(declared, f"ARG {name}={value}\n".encode())
    return ContextFile(path=dockerfile.path, content=content, mode=dockerfile.mode)
