"""What synth needs of the images: the complete reference that a task definition names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.platform import Deployment
from images.catalog import PLATFORM_IMAGES
from images.render import render_all


def image_references(root: Path, deployment: Deployment) -> Mapping[str, str]:
    """Each platform image of the environment by name: <registry>/platform/<name>:<hash of what is in it>.

    The tag is the one that `groundwork images publish` builds and pushes, computed the same way; nobody is asked.
    """
    contexts = render_all(root, deployment)
    registry = deployment.environment.registry
    return {image.name: f"{registry}/{image.repository}:{contexts[image.name].tag}" for image in PLATFORM_IMAGES}
