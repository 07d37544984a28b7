"""What the role of previews may do: all that a preview's types ask for, on a preview's names and nobody else's."""

from __future__ import annotations

import json

import pytest

from modules.delivery.deploy_rights import LONGEST_POLICY
from modules.delivery.preview_rights import TYPES
from tests.modules.iam_simulator import ANY, Role, role
from tests.stacks.test_preview import preview_of_the_shop
from tests.synthesis import Platform

ACCOUNT = "123456789012"
PLACE = f"eu-west-1:{ACCOUNT}"
TAGS = {"aws:ResourceTag/groundwork:environment": "dev", "aws:ResourceTag/groundwork:stack": "preview-pr-17"}
OTHERS_TAGS = {**TAGS, "aws:ResourceTag/groundwork:stack": "service-orders"}
BOUND = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/groundwork-dev-workload-boundary"}
# By action: a preview's resource, and one of the environment's own.
BY_NAME = {
    "ecs:UpdateService": (f"arn:aws:ecs:{PLACE}:service/dev/orders--pr-17", f"arn:aws:ecs:{PLACE}:service/dev/orders"),
    "ecs:DeleteService": (f"arn:aws:ecs:{PLACE}:service/dev/orders--pr-17", f"arn:aws:ecs:{PLACE}:service/dev/orders"),
    "iam:CreateRole": (
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders--pr-17-task",
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders-task",
    ),
    "iam:PutRolePolicy": (
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders--pr-17-task",
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders-task",
    ),
    "iam:PassRole": (
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders--pr-17-task",
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders-task",
    ),
    "logs:DeleteLogGroup": (
        f"arn:aws:logs:{PLACE}:log-group:/dev/services/orders--pr-17:*",
        f"arn:aws:logs:{PLACE}:log-group:/dev/services/orders:*",
    ),
    "elasticloadbalancing:DeleteTargetGroup": (
        f"arn:aws:elasticloadbalancing:{PLACE}:targetgroup/dev-orders-P-pr-17/0123456789abcdef",
        f"arn:aws:elasticloadbalancing:{PLACE}:targetgroup/dev-orders/0123456789abcdef",
    ),
    "lambda:InvokeFunction": (
        f"arn:aws:lambda:{PLACE}:function:dev-rollouts",
        f"arn:aws:lambda:{PLACE}:function:dev-other",
    ),
    "s3:PutObject": (
        "arn:aws:s3:::acme-dev-terraform-state/dev/preview-pr-17.tfstate",
        "arn:aws:s3:::acme-dev-terraform-state/dev/service-orders.tfstate",
    ),
}
BY_TAG = {
    "elasticloadbalancing:DeleteRule": f"arn:aws:elasticloadbalancing:{PLACE}:listener-rule/app/dev-edge/a/b/c",
    "ec2:DeleteSecurityGroup": f"arn:aws:ec2:{PLACE}:security-group/sg-1",
    "servicediscovery:DeleteService": f"arn:aws:servicediscovery:{PLACE}:service/srv-1",
}
NEVER = (
    "rds:DeleteDBInstance",
    "ec2:DeleteVpc",
    "kms:ScheduleKeyDeletion",
    "elasticloadbalancing:DeleteLoadBalancer",
    "ecs:DeleteCluster",
    "secretsmanager:GetSecretValue",
    "iam:CreatePolicyVersion",
    "lambda:UpdateFunctionCode",
)


@pytest.fixture(scope="module")
def preview(delivered: Platform) -> Role:
    return role(delivered["dev-delivery"], "groundwork-dev-preview")


@pytest.mark.parametrize("action", BY_NAME)
def test_it_changes_what_is_called_like_a_part_of_a_preview_and_nothing_else(preview: Role, action: str) -> None:
    own, others = BY_NAME[action]
    context = {**BOUND, "iam:PassedToService": "ecs-tasks.amazonaws.com"}
    assert preview.may(action, own, context)
    assert not preview.may(action, others, context)


@pytest.mark.parametrize("action", BY_TAG)
def test_what_has_an_id_alone_it_takes_away_by_its_tag(preview: Role, action: str) -> None:
    assert preview.may(action, BY_TAG[action], TAGS)
    assert not preview.may(action, BY_TAG[action], OTHERS_TAGS)
    assert not preview.may(action, BY_TAG[action], {})


@pytest.mark.parametrize("action", NEVER)
def test_it_never_does_what_no_preview_needs(preview: Role, action: str) -> None:
    context = {**BOUND, **TAGS}
    assert not preview.may(action, ANY, context)


def test_a_role_without_the_boundary_is_not_made(preview: Role) -> None:
    assert not preview.may("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/dev-orders--pr-17-task", {})


def test_its_types_are_those_of_a_preview(tmp_path_factory: pytest.TempPathFactory) -> None:
    stack = preview_of_the_shop(tmp_path_factory.mktemp("types"))
    assert set(stack.resources) <= set(TYPES)
    # Managed policies that a service's file names, and hours of an environment that has some.
    assert set(TYPES) - set(stack.resources) <= {"aws_iam_role_policy_attachment"}


def test_only_an_environment_with_previews_has_the_role_and_it_fits_iams_limits(delivered: Platform) -> None:
    for name in ("staging", "prod"):
        names = {its["name"] for its in delivered[f"{name}-delivery"].all("aws_iam_role")}
        assert names == {f"groundwork-{name}-plan", f"groundwork-{name}-deploy"}
    for its in delivered["dev-delivery"].all("aws_iam_policy"):
        assert len(json.dumps(json.loads(its["policy"]), separators=(",", ":"))) <= LONGEST_POLICY
