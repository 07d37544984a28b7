"""The rights that `groundwork up` needs, asked of IAM's own simulation before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from config.models.deploy_target import DeployTarget
from config.models.environment.shared import SHARED

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

Need = tuple[str, str]
"""An action, and a resource named as the stacks name theirs."""

STATE: tuple[Need, ...] = (
    ("s3:CreateBucket", "arn:aws:s3:::{state_bucket}"),
    ("s3:PutBucketPolicy", "arn:aws:s3:::{state_bucket}"),
    ("s3:PutObject", "arn:aws:s3:::{state_bucket}/{name}/network.tfstate"),
)
OF_SHARED: tuple[Need, ...] = (
    ("ecr:CreateRepository", "arn:aws:ecr:{region}:{account_id}:repository/groundwork/grafana"),
    ("ecr:PutImage", "arn:aws:ecr:{region}:{account_id}:repository/groundwork/grafana"),
)
OF_AN_ENVIRONMENT: tuple[Need, ...] = (
    ("ec2:CreateVpc", "arn:aws:ec2:{region}:{account_id}:vpc/*"),
    ("ec2:CreateSecurityGroup", "arn:aws:ec2:{region}:{account_id}:security-group/*"),
    (
        "elasticloadbalancing:CreateLoadBalancer",
        "arn:aws:elasticloadbalancing:{region}:{account_id}:loadbalancer/app/{name}/*",
    ),
    ("ecs:CreateCluster", "arn:aws:ecs:{region}:{account_id}:cluster/{name}"),
    ("ecs:CreateService", "arn:aws:ecs:{region}:{account_id}:service/{name}/{name}-grafana"),
    ("iam:CreateRole", "arn:aws:iam::{account_id}:role/{name}-grafana-task"),
    ("iam:PassRole", "arn:aws:iam::{account_id}:role/{name}-grafana-task"),
    ("logs:CreateLogGroup", "arn:aws:logs:{region}:{account_id}:log-group:/{name}/services/grafana"),
    ("acm:RequestCertificate", "arn:aws:acm:{region}:{account_id}:certificate/*"),
)
"""One or two of each service: who lacks one of these lacks an administrator's rights, which the first deploy needs."""


def needs_of(place: DeployTarget) -> tuple[Need, ...]:
    """List what setting up this place asks for."""
    names = {"name": place.name, "region": place.region, "account_id": place.account_id}
    own = OF_SHARED if place.name == SHARED else OF_AN_ENVIRONMENT
    state = () if place.terraform_cloud else STATE
    return tuple(
        (action, resource.format(**names, state_bucket=place.state_bucket)) for action, resource in (*state, *own)
    )


def refuse_missing_rights(place: DeployTarget, sts: STSClient, iam: Any) -> str | None:
    """Raise an error that names every missing right. Where IAM does not tell, a sentence about that is returned."""
    try:
        principal = principal_arn(sts.get_caller_identity()["Arn"], iam)
        if principal is None:
            return None
        denied = list(denied_of(needs_of(place), principal, iam))
    except (BotoCoreError, ClientError) as error:
        return f"Whether your rights in account {place.account_id} suffice is not known: {error}"
    if not denied:
        return None
    lines = [f"{principal} lacks rights in account {place.account_id}:"]
    lines += [f"  {action} on {resource}" for action, resource in denied]
    fix = "sign in as an administrator (AWS_PROFILE=...), or name a role with these rights as `deploy_role_arn:`"
    raise CommandError("\n".join(lines), fix=fix)


def principal_arn(caller: str, iam: Any) -> str | None:
    """Whom IAM can be asked about; None for the account's root user, who may do everything, and for a federated one.

    A session does not say the path of its role, and the roles of IAM Identity Center have one.
    """
    _, _, service, _, _, name = caller.split(":", 5)
    if service == "sts" and name.startswith("assumed-role/"):
        role: str = iam.get_role(RoleName=name.split("/")[1])["Role"]["Arn"]
        return role
    return caller if name.startswith("user/") else None


def denied_of(needs: Sequence[Need], principal: str, iam: Any) -> Iterator[Need]:
    """Yield the needs that IAM denies. A denial that hangs on a condition, such as a tag, is none yet."""
    for action, resource in needs:
        answer: Any = iam.simulate_principal_policy(
            PolicySourceArn=principal, ActionNames=[action], ResourceArns=[resource]
        )
        for result in answer["EvaluationResults"]:
            if result["EvalDecision"] != "allowed" and not result.get("MissingContextValues"):
                yield action, resource
