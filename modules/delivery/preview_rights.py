"""The rights to make and remove previews: those of a deploy, for a preview's types and on a preview's names alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.models.deploy_target import OUR_TAGS, DeployTarget
from config.models.preview import PREFIX, SEPARATOR, TARGET_GROUP_SEPARATOR
from config.models.rights import Needs, Rights, Special
from modules.delivery.deploy_rights import DeployRights, Statement
from modules.policy import allow

TYPES = (
    "aws_appautoscaling_scheduled_action",
    "aws_appautoscaling_target",
    "aws_cloudwatch_log_group",
    "aws_ecs_service",
    "aws_ecs_task_definition",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_lambda_invocation",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_security_group",
    "aws_service_discovery_service",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
DATA_TYPES = ("aws_secretsmanager_secret",)
# No name of a service has two hyphens in a row or a capital letter, so these names are only a preview's.
_NARROWED = {
    "function:{environment}-*": "function:{environment}-rollouts",
    "log-group:/{environment}/*": f"log-group:/{{environment}}/services/*{SEPARATOR}*",
    "role/{environment}-*": f"role/{{environment}}-*{SEPARATOR}*",
    "service/{environment}/*": f"service/{{environment}}/*{SEPARATOR}*",
    "targetgroup/{environment}-*": f"targetgroup/{{environment}}-*{TARGET_GROUP_SEPARATOR}*",
    "task-definition/{environment}-*": f"task-definition/{{environment}}-*{SEPARATOR}*",
}
# What has an id and no name is changed and deleted only where it carries a preview's tag.
_TAGGED = (
    "ec2:DeleteSecurityGroup",
    "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:ModifyRule",
    "servicediscovery:DeleteService",
    "servicediscovery:UpdateService",
)


class PreviewRights(DeployRights):
    """The statements that let a role make, change and remove previews of an environment."""

    def __init__(self, rights: Rights, place: DeployTarget, *, registry_account: str) -> None:
        narrowed = rights.model_copy(
            update={
                "types": {name: its for name, its in rights.types.items() if name in TYPES} | _read_data(rights),
                "resources": {service: _narrow(arns) for service, arns in rights.resources.items()},
                "special": tuple(_narrow_special(special) for special in rights.special),
                "tagged": _TAGGED,
            }
        )
        super().__init__(narrowed, place, registry_account=registry_account)
        self.actions = narrowed.changes(shared=False)

    def state(self, *, writes: bool) -> list[Statement]:
        """Return statements to read the environment's states, and to write and lock those of previews."""
        bucket = f"arn:aws:s3:::{self._place.state_bucket}/{self._place.name}"
        changes = ["s3:DeleteObject", "s3:PutObject"]
        return [*super().state(writes=False), *([allow(changes, [f"{bucket}/{PREFIX}*"])] if writes else [])]

    @property
    def _tag(self) -> dict[str, Any]:
        return {**super()._tag, "StringLike": {f"aws:ResourceTag/{OUR_TAGS}stack": f"{PREFIX}*"}}


def _read_data(rights: Rights) -> dict[str, Needs]:
    """Return the types that a preview only looks up."""
    return {name: Needs(read=rights.types[name].read) for name in DATA_TYPES if name in rights.types}


def _narrow(arns: Sequence[str]) -> tuple[str, ...]:
    found = []
    for arn in arns:
        for wide, narrow in _NARROWED.items():
            arn = arn.replace(wide, narrow)
        found.append(arn)
    return tuple(found)


def _narrow_special(special: Special) -> Special:
    return special.model_copy(update={"resources": _narrow(special.resources)})
