"""The registry: a repository for each platform image and each service, shared by all environments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.loader.platform import Deployment
from config.models.deploy_target import DeployTarget
from config.models.service_names import PULL_REQUEST_TAG, repository_of
from images.catalog import PLATFORM_IMAGES
from images.lifecycle import DAYS_PLATFORM, DAYS_PULL_REQUEST, lifecycle_policy, service_policy
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
        policies = {
            image.repository: lifecycle_policy({tags[image.name] for tags in platform_tags}, days=DAYS_PLATFORM)
            for image in PLATFORM_IMAGES
        }
        services = [service for deployment in deployments for service in deployment.services]
        days = deployments[0].environment.registry_unreleased_days
        for repository in {service.repository for service in services}:
            using = [service for service in services if service.repository == repository]
            policies[repository] = service_policy(using, days=days)
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
