"""The registry: a repository for each platform image and each service, shared by all environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.loader.platform import Deployment
from config.models.deploy_target import DeployTarget
from config.models.service_names import PULL_REQUEST_TAG, repository_of
from images.catalog import PLATFORM_IMAGES
from images.lifecycle import DAYS_PULL_REQUEST, lifecycle_policy
from modules.delivery.repository import Repository
from stacks.platform_stack import PlatformStack


class RegistryStack(PlatformStack):
    """`shared-registry`: deployed before anything is published, and again when a service or a release is added.

    `platform_tags` are those of the platform images by name, once for each environment. Exposes `repositories` by name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        place: DeployTarget,
        deployments: Sequence[Deployment],
        platform_tags: Sequence[Mapping[str, str]],
    ) -> None:
        super().__init__(scope, name="registry", environment=place)
        readers = {deployment.environment.account_id for deployment in deployments}
        keep: dict[str, set[str]] = {}
        for image in PLATFORM_IMAGES:
            keep[image.repository] = {tags[image.name] for tags in platform_tags}
        for deployment in deployments:
            for service in deployment.services:
                released = keep.setdefault(service.repository, set())
                if service.release:
                    released.add(service.release)
        days = deployments[0].environment.registry_unreleased_days
        policies = {name: lifecycle_policy(tags, days=days) for name, tags in keep.items()}
        if delivery := deployments[0].environment.delivery:
            policies |= {
                repository_of(name, PULL_REQUEST_TAG): lifecycle_policy([], days=DAYS_PULL_REQUEST)
                for name, its in delivery.services.items()
                if its.previews
            }
        self.repositories = {
            name: Repository(self, name.replace("/", "--"), name=name, lifecycle_policy=policy, readers=readers)
            for name, policy in sorted(policies.items())
        }
