"""One image to publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FINGERPRINT_LABEL = "groundwork.fingerprint"


@dataclass(frozen=True)
class Part:
    """The image of one platform, under a tag of its own when there are several."""

    platform: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class ImageBuild:
    """`context` writes the build context, once it turns out to be needed, and says where it is."""

    name: str
    repository: str
    tag: str
    fingerprint: str
    platforms: tuple[str, ...]
    context: Callable[[], Path]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The images to build, one for each platform; of several, an index under the tag itself names all."""
        if len(self.platforms) == 1:
            return (Part(self.platforms[0], self.tag),)
        return tuple(Part(platform, f"{self.tag}-{platform.split('/')[1]}") for platform in self.platforms)

    @property
    def all_labels(self) -> Mapping[str, str]:
        """The labels of every image: the whole hash, so that what a tag holds can be checked."""
        return {
            **self.labels,
            FINGERPRINT_LABEL: self.fingerprint,
            "org.opencontainers.image.version": self.tag,
        }
