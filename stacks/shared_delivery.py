"""IAM roles by which GitHub deploys the shared stacks and pushes images; deployed by a person."""

from __future__ import annotations

from constructs import Construct

from config.models.delivery import Delivery
from config.models.deploy_target import DeployTarget
from config.models.service_names import PULL_REQUEST_TAG, repository_of
from images.catalog import PLATFORM_IMAGES
from modules.delivery.github_role import GithubRole, github_provider
from modules.delivery.push_rights import push
from modules.delivery.roles import DeliveryRoles
from stacks.platform_stack import PlatformStack


class SharedDeliveryStack(PlatformStack):
    """The stack `shared-delivery`, in the registry's account.

    GitHub as identity provider, the roles that plan and deploy what is shared, one that pushes the platform's images,
    and for each service built elsewhere one that pushes its own.
    """

    def __init__(self, scope: Construct, *, place: DeployTarget, delivery: Delivery) -> None:
        super().__init__(scope, name="delivery", environment=place)
        provider = github_provider(self)
        roles = DeliveryRoles(
            self, "roles", place=place, delivery=delivery, registry_account=place.account_id, provider=provider
        )
        pushers = {"images": (delivery.from_branch, [image.repository for image in PLATFORM_IMAGES])}
        for service, its in sorted(delivery.services.items()):
            pushers[f"push-{service}"] = (its.from_branch, [service])
            if its.previews:
                pushers[f"preview-{service}"] = (its.from_pull_request, [repository_of(service, PULL_REQUEST_TAG)])
        for id_, (subject, repositories) in pushers.items():
            role = GithubRole(
                self,
                id_,
                name=f"groundwork-{place.name}-{id_}",
                description=f"Pushes {repositories[0] if id_ != 'images' else 'the images of the platform'}",
                account_id=place.account_id,
                subjects=[subject],
                policies={"push": push(place, repositories)},
                boundary_arn=roles.boundary.arn,
            )
            role.node.add_dependency(provider)
