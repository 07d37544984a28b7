"""Check that a tag in the registry names the image that it should."""

from __future__ import annotations

from images.ecr import Ecr, Manifest
from images.errors import ExitCode, ImageError
from images.image_build import FINGERPRINT_LABEL, ImageBuild
from images.registry_api import RegistryApi


class RegistryContents:
    """Reads manifests by ECR's API, and the labels behind them from the registry."""

    def __init__(self, ecr: Ecr, registry: RegistryApi) -> None:
        self._ecr = ecr
        self._registry = registry

    def find(self, work: ImageBuild, tag: str, platforms: tuple[str, ...]) -> Manifest | None:
        """Return what the tag names, or None. Anything but the image of this build, for these platforms, is refused."""
        manifest = self._ecr.find(work.repository, tag=tag)
        if manifest is None:
            return None
        found = self._fingerprints(work.repository, manifest)
        wrong = {found[platform] for platform in found if found[platform] != work.fingerprint}
        if wrong:
            raise _taken(work, tag, manifest, f"built from {', '.join(sorted(wrong))}, not {work.fingerprint}")
        missing = sorted(set(platforms) - set(found))
        if missing:
            raise _taken(work, tag, manifest, f"for {', '.join(sorted(found))} alone, without {', '.join(missing)}")
        return manifest

    def _fingerprints(self, repository: str, manifest: Manifest) -> dict[str, str]:
        """Return the hash that the images were built from, by platform."""
        found: dict[str, str] = {}
        for image in self._images(repository, manifest):
            configuration = self._registry.configuration(repository, image.content["config"]["digest"])
            platform = f"{configuration['os']}/{configuration['architecture']}"
            labels = configuration.get("config", {}).get("Labels") or {}
            found[platform] = labels.get(FINGERPRINT_LABEL, "something unknown")
        return found

    def _images(self, repository: str, manifest: Manifest) -> list[Manifest]:
        if "manifests" not in manifest.content:
            return [manifest]
        digests = [entry["digest"] for entry in manifest.content["manifests"]]
        behind = [self._ecr.find(repository, digest=digest) for digest in digests]
        return [image for image in behind if image is not None]


def _taken(work: ImageBuild, tag: str, manifest: Manifest, what: str) -> ImageError:
    return ImageError(
        ExitCode.TAG_TAKEN,
        f"{work.repository}:{tag} exists with other content ({manifest.digest}): {what}",
        fix="tags never change: delete that image if it is a mistake, or publish under another tag",
    )
