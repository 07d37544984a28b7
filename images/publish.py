"""Publishing: what the registry lacks is built and pushed; what it has is checked and left alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from images.docker.cli import Docker
from images.docker.progress import BuildProgress, PushProgress
from images.ecr import Ecr, Manifest
from images.errors import ExitCode, ImageError
from images.image_build import FINGERPRINT_LABEL, ImageBuild, Part
from images.registry_api import RegistryApi
from images.registry_contents import RegistryContents

CHECKS, PUSHES = 16, 4  # at a time
SEEN_WITHIN_S = 10.0

INDEX_TYPES = {
    "application/vnd.docker.distribution.manifest.v2+json": "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json": "application/vnd.oci.image.index.v1+json",
}

OnProgress = Callable[[ImageBuild, str, int, int], None]


@dataclass(frozen=True)
class Result:
    """The outcome for one image; `error` if it could not be published."""

    work: ImageBuild
    digest: str | None = None
    built: int = 0
    pushed: int = 0
    error: ImageError | None = None


class Publisher:
    """`client` is a folder for Docker's configuration; it never holds a secret."""

    def __init__(self, *, account_id: str, region: str, client: Path, on_progress: OnProgress) -> None:
        self._ecr = Ecr(account_id=account_id, region=region)
        self._login = self._ecr.login()
        self._registry = RegistryApi(self._login)
        self._contents = RegistryContents(self._ecr, self._registry)
        self._client = client
        self._on_progress = on_progress

    def missing(self, works: Sequence[ImageBuild]) -> tuple[list[ImageBuild], list[Result]]:
        """Return what the registry lacks, and what to say of the rest: there already, or refused."""

        def check(work: ImageBuild) -> Result:
            self._on_progress(work, "asking the registry", 0, 0)
            try:
                found = self._contents.find(work, work.tag, work.platforms)
            except ImageError as error:
                return Result(work, error=error)
            return Result(work, digest=found.digest if found else None)

        with ThreadPoolExecutor(CHECKS) as pool:
            results = list(pool.map(check, works))
        lacking = [result.work for result in results if result.digest is None and result.error is None]
        return lacking, [result for result in results if result.work not in lacking]

    def publish(self, works: Iterable[ImageBuild]) -> list[Result]:
        """Build and push, several at a time. One that fails does not keep the others from being published."""
        docker = Docker.find()

        def attempt(work: ImageBuild) -> Result:
            try:
                return self._publish(docker, work)
            except ImageError as error:
                return Result(work, error=error)

        with ThreadPoolExecutor(PUSHES) as pool:
            return list(pool.map(attempt, works))

    def _publish(self, docker: Docker, work: ImageBuild) -> Result:
        built = pushed = 0
        behind: list[tuple[Part, Manifest]] = []
        for part in work.parts:
            # A run that was interrupted may have pushed some of the parts.
            found = self._contents.find(work, part.tag, (part.platform,)) if len(work.parts) > 1 else None
            if found is None:
                reference = f"{self._login.host}/{work.repository}:{part.tag}"
                built += build(docker, work, part, reference, self._on_progress)
                found, fresh = self._push(docker, work, part, reference)
                pushed += fresh
            behind.append((part, found))
        published = behind[0][1] if len(behind) == 1 else self._index(work, behind)
        self._on_progress(work, "published", 1, 1)
        return Result(work, digest=published.digest, built=built, pushed=pushed)

    def _push(self, docker: Docker, work: ImageBuild, part: Part, reference: str) -> tuple[Manifest, bool]:
        """Return what ECR has then, and whether it was we who pushed it."""
        progress = PushProgress()

        def on_line(line: str) -> None:
            progress.read(line)
            self._on_progress(work, "pushing", progress.done, progress.total)

        self._on_progress(work, "pushing", 0, 0)
        try:
            digest = docker.push(reference, login=self._login, client=self._client, on_line=on_line)
        except ImageError as error:
            # Perhaps somebody else published the very same at the same moment; a build is never twice the same bytes.
            same = error.code is ExitCode.TAG_TAKEN and self._contents.find(work, part.tag, (part.platform,))
            if not same:
                raise
            return same, False
        return self._confirmed(work, part.tag, digest), True

    def _index(self, work: ImageBuild, behind: Sequence[tuple[Part, Manifest]]) -> Manifest:
        """Put an index of the parts under the tag itself: each processor then pulls its own."""
        entries = [
            {
                "mediaType": manifest.media_type,
                "size": len(manifest.text.encode()),
                "digest": manifest.digest,
                "platform": dict(zip(("os", "architecture"), part.platform.split("/"), strict=True)),
            }
            for part, manifest in behind
        ]
        media_type = INDEX_TYPES[behind[0][1].media_type]
        text = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": entries})
        self._registry.put_manifest(work.repository, work.tag, media_type=media_type, text=text)
        return self._confirmed(work, work.tag, f"sha256:{sha256(text.encode()).hexdigest()}")

    def _confirmed(self, work: ImageBuild, tag: str, digest: str) -> Manifest:
        """Return what ECR has under the tag, which must be what was pushed."""
        deadline = time.monotonic() + SEEN_WITHIN_S
        while True:
            found = self._ecr.find(work.repository, tag=tag)
            if found and found.digest == digest:
                return found
            if time.monotonic() > deadline:
                there = found.digest if found else "nothing"
                raise ImageError(
                    ExitCode.PUSH_FAILED,
                    f"pushed {work.repository}:{tag} as {digest}, but ECR has {there}",
                    fix="run it again; if it stays so, somebody else pushes to this repository",
                )
            time.sleep(0.5)


def build(docker: Docker, work: ImageBuild, part: Part, reference: str, on_progress: OnProgress) -> int:
    """Build one part, unless the engine has it already. How many builds that took."""
    if docker.label(reference, FINGERPRINT_LABEL, platform=part.platform) == work.fingerprint:
        return 0
    progress = BuildProgress()

    def on_line(line: str) -> None:
        progress.read(line)
        on_progress(work, "building", progress.done, progress.total)

    on_progress(work, "building", 0, 0)
    context = work.context()
    docker.build(context, reference=reference, platform=part.platform, labels=work.all_labels, on_line=on_line)
    return 1
