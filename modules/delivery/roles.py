"""The two roles by which GitHub plans and deploys one place, and the boundaries that they cannot leave."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from config.models.delivery import Delivery
from config.models.deploy_target import DeployTarget
from config.models.environment.shared import SHARED
from config.models.rights import load_rights
from modules.checkov import skip
from modules.delivery.boundaries import delivery_boundary, workload_boundary
from modules.delivery.deploy_rights import DeployRights, boundary_name, policy_arn
from modules.delivery.github_role import GithubRole
from modules.delivery.preview_rights import PreviewRights
from modules.policy import policy


class DeliveryRoles(Construct):
    """`plan` for pull requests and the branch: reads, and takes no lock. `deploy` for the environment's own jobs.

    Exposes `boundary` for further roles of workflows, and `workload_boundary_arn` for what a deploy makes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        place: DeployTarget,
        delivery: Delivery,
        registry_account: str,
        provider: IamOpenidConnectProvider | None,
        previews: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.workload_boundary_arn = policy_arn(place, boundary_name(place))
        bound = IamPolicy(
            self,
            "workload-boundary",
            name=boundary_name(place),
            description="The most that any role of a service may do",
            policy=workload_boundary(place),
        )
        for check in ("CKV_AWS_62", "CKV_AWS_63", "CKV2_AWS_40"):
            skip(bound, check, "A permissions boundary grants nothing, and this one denies what IAM could change.")
        self.boundary = IamPolicy(
            self,
            "boundary",
            name=f"groundwork-{place.name}-delivery-boundary",
            description="The most that GitHub's workflows may do",
            policy=delivery_boundary(place),
        )
        rights, shared = load_rights(), place.name == SHARED
        by_type = DeployRights(rights, place, registry_account=registry_account)
        kinds: list[tuple[str, str, list[str], DeployRights, set[str], bool]] = [
            (
                "plan",
                "Reads what a plan compares",
                [delivery.from_pull_request, delivery.from_branch],
                by_type,
                rights.reads(shared=shared),
                False,
            ),
            (
                "deploy",
                "Makes AWS what the code says",
                [delivery.deploys(place.name)],
                by_type,
                rights.changes(shared=shared),
                True,
            ),
        ]
        if previews:
            narrow = PreviewRights(rights, place, registry_account=registry_account)
            about = "Makes and removes previews of pull requests, which cannot assume it"
            kinds.append(("preview", about, [delivery.from_branch], narrow, narrow.actions, True))
        for name, description, subjects, made, actions, writes in kinds:
            role = GithubRole(
                self,
                name,
                name=f"groundwork-{place.name}-{name}",
                description=description,
                account_id=place.account_id,
                subjects=subjects,
                policies={**made.policies(actions), "state": policy(*made.state(writes=writes))},
                boundary_arn=self.boundary.arn,
            )
            if provider:
                role.node.add_dependency(provider)
