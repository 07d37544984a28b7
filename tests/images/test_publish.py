"""Publishing, with the engine and the registry played: what is hard to bring about with real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from images import publish
from images.ecr import Login, Manifest
from images.errors import ExitCode, ImageError
from images.image_build import FINGERPRINT_LABEL, ImageBuild
from images.publish import Publisher

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
AMD64, ARM64 = "linux/amd64", "linux/arm64"
OURS, OTHER = "f" * 64, "0" * 64


@dataclass
class World:
    """A registry and an engine. `on_push` is what a push meets."""

    images: dict[tuple[str, str], Manifest] = field(default_factory=dict)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)
    built: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    on_push: Callable[[str, str], None] = lambda _repository, _tag: None

    def hold(self, repository: str, tag: str, *, platform: str, fingerprint: str) -> Manifest:
        """Put an image there, never the same bytes twice."""
        system, architecture = platform.split("/")
        digest = f"sha256:{len(self.configurations):064x}"
        labels = {FINGERPRINT_LABEL: fingerprint}
        self.configurations[digest] = {"os": system, "architecture": architecture, "config": {"Labels": labels}}
        return self.put(repository, tag, MANIFEST, json.dumps({"config": {"digest": digest}}))

    def put(self, repository: str, tag: str, media_type: str, text: str) -> Manifest:
        self.images[repository, tag] = Manifest(f"sha256:{sha256(text.encode()).hexdigest()}", media_type, text)
        return self.images[repository, tag]


class PlayedEcr:
    """ECR's API over the world."""

    world: World

    def __init__(self, **_: str) -> None:
        pass

    def login(self) -> Login:
        return Login("registry", secure=True, user="AWS", password="token")

    def find(self, repository: str, *, tag: str | None = None, digest: str | None = None) -> Manifest | None:
        if tag:
            return self.world.images.get((repository, tag))
        return next((image for image in self.world.images.values() if image.digest == digest), None)


class PlayedRegistry:
    """The registry's API over the world."""

    world: World

    def __init__(self, _login: Login) -> None:
        pass

    def configuration(self, _repository: str, digest: str) -> dict[str, Any]:
        return self.world.configurations[digest]

    def put_manifest(self, repository: str, tag: str, *, media_type: str, text: str) -> None:
        self.world.put(repository, tag, media_type, text)


class PlayedDocker:
    """The engine over the world."""

    world: World

    def __init__(self) -> None:
        self._platforms: dict[str, tuple[str, str]] = {}

    @classmethod
    def find(cls) -> PlayedDocker:
        return cls()

    def label(self, reference: str, _name: str, *, platform: str) -> str | None:
        found = self._platforms.get(reference)
        return found[1] if found and found[0] == platform else None

    def build(self, _context: Path, *, reference: str, platform: str, labels: Mapping[str, str], **_: object) -> None:
        self.world.built.append(reference)
        self._platforms[reference] = (platform, labels[FINGERPRINT_LABEL])

    def push(self, reference: str, **_: object) -> str:
        repository, tag = reference.removeprefix("registry/").split(":")
        self.world.on_push(repository, tag)
        self.world.pushed.append(reference)
        platform, fingerprint = self._platforms[reference]
        return self.world.hold(repository, tag, platform=platform, fingerprint=fingerprint).digest


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    for name, played in (("Ecr", PlayedEcr), ("RegistryApi", PlayedRegistry), ("Docker", PlayedDocker)):
        monkeypatch.setattr(played, "world", made, raising=False)
        monkeypatch.setattr(publish, name, played)
    monkeypatch.setattr(publish, "SEEN_WITHIN_S", 0.0)
    return made


def work(name: str = "orders", *, platforms: tuple[str, ...] = (AMD64,)) -> ImageBuild:
    return ImageBuild(
        name=name, repository=name, tag="v1", fingerprint=OURS, platforms=platforms, context=lambda: Path("/context")
    )


def publisher() -> Publisher:
    return Publisher(account_id="1", region="r", client=Path("/client"), on_progress=lambda *_: None)


def test_the_very_same_published_by_somebody_else_meanwhile_is_fine(world: World) -> None:
    def meanwhile(repository: str, tag: str) -> None:
        world.hold(repository, tag, platform=AMD64, fingerprint=OURS)
        raise ImageError(ExitCode.TAG_TAKEN, "immutable")

    world.on_push = meanwhile
    (result,) = publisher().publish([work()])
    assert (result.error, result.built, result.pushed) == (None, 1, 0)
    assert result.digest == world.images["orders", "v1"].digest


def test_other_content_published_by_somebody_else_meanwhile_is_refused(world: World) -> None:
    def meanwhile(repository: str, tag: str) -> None:
        world.hold(repository, tag, platform=AMD64, fingerprint=OTHER)
        raise ImageError(ExitCode.TAG_TAKEN, "immutable")

    world.on_push = meanwhile
    (result,) = publisher().publish([work()])
    assert result.error
    assert result.error.code is ExitCode.TAG_TAKEN
    assert "built from 0000" in str(result.error)


def test_a_digest_that_ecr_does_not_confirm_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlayedDocker, "push", lambda *_, **__: f"sha256:{'1' * 64}")
    (result,) = publisher().publish([work()])
    assert result.error
    assert result.error.code is ExitCode.PUSH_FAILED
    assert "ECR has nothing" in str(result.error)


def test_one_that_fails_does_not_keep_the_others_back(world: World) -> None:
    def fail_orders(repository: str, _tag: str) -> None:
        if repository == "orders":
            raise ImageError(ExitCode.PUSH_FAILED, "the connection broke")

    world.on_push = fail_orders
    results = publisher().publish([work("billing"), work("orders"), work("storefront")])
    assert [result.error is None for result in results] == [True, False, True]


def test_of_an_interrupted_run_only_the_missing_parts_are_made(world: World) -> None:
    both = work(platforms=(AMD64, ARM64))
    world.hold("orders", "v1-amd64", platform=AMD64, fingerprint=OURS)
    (result,) = publisher().publish([both])
    assert (result.built, result.pushed) == (1, 1)
    index = world.images["orders", "v1"].content
    assert [entry["platform"]["architecture"] for entry in index["manifests"]] == ["amd64", "arm64"]
    assert publisher().missing([both])[0] == []


def test_what_is_there_is_not_touched(world: World) -> None:
    world.hold("orders", "v1", platform=AMD64, fingerprint=OURS)
    lacking, (result,) = publisher().missing([work()])
    assert (lacking, result.error, result.built, result.pushed) == ([], None, 0, 0)


def test_an_image_without_our_label_is_not_taken_for_ours(world: World) -> None:
    world.hold("orders", "v1", platform=AMD64, fingerprint=OURS)
    for configuration in world.configurations.values():
        configuration["config"] = {"Labels": None}
    _, (result,) = publisher().missing([work()])
    assert result.error
    assert result.error.code is ExitCode.TAG_TAKEN


def test_an_image_for_another_processor_is_not_enough(world: World) -> None:
    world.hold("orders", "v1", platform=AMD64, fingerprint=OURS)
    _, (result,) = publisher().missing([work(platforms=(AMD64, ARM64))])
    assert result.error
    assert "without linux/arm64" in str(result.error)
