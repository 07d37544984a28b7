"""The platform's images as `groundwork up` needs them: which the registry lacks, and published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.images.commands import CLIENT, publish
from cli.images.selection import deployments_of, platform_images, platform_works
from config.models.deploy_target import DeployTarget
from images.ecr import Ecr
from images.errors import ExitCode
from images.image_build import ImageBuild
from images.publish import Publisher


@dataclass(frozen=True)
class PlatformImages:
    """The images of these environments (all, where none is named), in the registry of one account."""

    registry: DeployTarget
    environments: Sequence[str]
    platforms: Sequence[str]

    def lacking(self) -> list[ImageBuild]:
        """Ask the registry. Before it exists it lacks all of them."""
        images = platform_images(deployments_of(self.environments), None)
        works = platform_works(images, self.platforms)
        publisher = Publisher(
            account_id=self.registry.account_id,
            region=self.registry.region,
            client=CLIENT,
            on_progress=lambda *_: None,
        )
        lacking, there = publisher.missing(works)
        for result in there:
            if result.error and result.error.code is ExitCode.NO_REPOSITORY:
                lacking.append(result.work)
            elif result.error:
                raise result.error
        return lacking

    def publish(self) -> None:
        """Build and push what is lacking."""
        publish(environment=list(self.environments) or None, platform=list(self.platforms) or None)


def has_registry(place: DeployTarget) -> bool:
    """Say whether ECR at the embedded AWS has a registry behind it, that something can be pushed to."""
    return not Ecr(account_id=place.account_id, region=place.region).login().secure
