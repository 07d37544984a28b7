"""The registry: a repository for each platform image and each service, shared by all environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.place import Place
from config.platform import Deployment
from images.build_context import BuildContext
from images.catalog import PLATFORM_IMAGES
from images.lifecycle import lifecycle_policy
from modules.repository import Repository
from stacks.platform_stack import PlatformStack


class RegistryStack(PlatformStack):
    """`shared-registry`: deployed before anything is published, and again when a service or a release is added.

    `images` has the platform images of each environment by its name. Exposes `repositories` by name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        place: Place,
        deployments: Sequence[Deployment],
        images: Mapping[str, Mapping[str, BuildContext]],
        embedded: bool,
    ) -> None:
        super().__init__(scope, name="registry", environment=place, embedded=embedded)
        readers = {deployment.environment.account_id for deployment in deployments}
        keep: dict[str, set[str]] = {}
        for image in PLATFORM_IMAGES:
            keep[image.repository] = {contexts[image.name].tag for contexts in images.values()}
        for deployment in deployments:
            for service in deployment.services:
                released = keep.setdefault(service.repository, set())
                if service.release:
                    released.add(service.release)
        self.repositories = {
            name: Repository(
                self, name.replace("/", "--"), name=name, lifecycle_policy=lifecycle_policy(tags), readers=readers
            )
            for name, tags in sorted(keep.items())
        }
