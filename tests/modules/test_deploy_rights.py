"""What the workflows' roles may do: enough for every type, within IAM's limits, and nothing that leads further."""

from __future__ import annotations

import json
import re

import pytest
from cdktf import TerraformStack

from config.models.delivery import Delivery
from config.models.deploy_target import DeployTarget
from config.models.rights import load_rights
from modules.delivery.boundaries import delivery_boundary, workload_boundary
from modules.delivery.deploy_rights import GROUPS, LONGEST_POLICY, MOST_POLICIES
from modules.delivery.roles import DeliveryRoles
from tests.modules.iam_simulator import Role, role
from tests.settings import ACCOUNT
from tests.synthesis import Platform, synthesize_construct

IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = f"{IAM}:policy/groundwork-dev-workload-boundary"
TAG = "aws:ResourceTag/groundwork:environment"
BOUND = {"iam:PermissionsBoundary": BOUNDARY}
READS = re.compile(r"^[a-z0-9-]+:(Get|List|Describe|BatchGet|View)[A-Z]\w*$")


@pytest.fixture(scope="module")
def deploy(delivered: Platform) -> Role:
    return role(delivered["dev-delivery"], "groundwork-dev-deploy")


@pytest.fixture(scope="module")
def plan(delivered: Platform) -> Role:
    return role(delivered["dev-delivery"], "groundwork-dev-plan")


def test_each_policy_and_each_role_stays_within_the_limits_of_iam_with_the_longest_names() -> None:
    place = DeployTarget(name="e23456789", organization="o" * 20, account_id=ACCOUNT, region="ap-southeast-1")

    def build(stack: TerraformStack) -> None:
        delivery = Delivery(repository="acme/groundwork")
        DeliveryRoles(stack, "roles", place=place, delivery=delivery, registry_account="9" * 12, provider=None)

    stack = synthesize_construct(build)
    for its in stack.all("aws_iam_policy"):
        # IAM does not count white space.
        assert len(re.sub(r"\s", "", its["policy"])) <= LONGEST_POLICY, its["name"]
        assert len(its["name"]) <= 128
    for its in stack.all("aws_iam_role"):
        assert len(its["name"]) <= 64
        assert len(re.sub(r"\s", "", its["assume_role_policy"])) <= 2_048
    for id_ in stack.resources["aws_iam_role"]:
        attached = [a for a in stack.all("aws_iam_role_policy_attachment") if f".{id_}." in a["role"]]
        assert 0 < len(attached) <= MOST_POLICIES


def test_the_plan_role_only_reads_and_takes_no_lock(plan: Role) -> None:
    assert {action for action in plan.actions if not READS.match(action)} == {"kms:Decrypt"}
    state = "arn:aws:s3:::acme-dev-terraform-state/dev/network.tfstate"
    assert plan.may("s3:GetObject", state)
    assert not plan.may("s3:PutObject", f"{state}.tflock")
    assert not plan.may("s3:GetObject", state.replace("dev", "prod"))
    assert not plan.may("s3:GetObject", "arn:aws:s3:::acme-dev-edge-logs/2026/log.gz")


def test_no_role_of_a_workflow_reads_what_is_stored_for_a_service(plan: Role, deploy: Role) -> None:
    for its in (plan, deploy):
        secret = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret"
        assert not its.may("secretsmanager:GetSecretValue", f"{secret}:dev/orders/stripe-key-a1B2c3")
        assert not its.may("secretsmanager:GetSecretValue", f"{secret}:rds!db-1234")
        assert not its.may("secretsmanager:GetSecretValue", f"{secret}:dev/orders/app-key-a1B2c3")
        assert its.may("secretsmanager:GetSecretValue", f"{secret}:dev/grafana/admin-password-a1B2c3")
        assert its.may("secretsmanager:GetSecretValue", f"{secret}:dev/orders/app_data-a1B2c3")


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:PutRolePolicy", f"{IAM}:role/groundwork-dev-deploy", BOUND),
        ("iam:AttachRolePolicy", f"{IAM}:role/groundwork-dev-deploy", BOUND),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/groundwork-dev-deploy", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/groundwork-prod-deploy", {}),
        ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/groundwork-dev-deploy", {}),
        ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/dev-orders-task", BOUND),
        ("iam:CreatePolicyVersion", BOUNDARY, {}),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/groundwork-dev-delivery-boundary", {}),
        ("iam:DeleteOpenIDConnectProvider", f"{IAM}:oidc-provider/token.actions.githubusercontent.com", {}),
        ("iam:CreateRole", f"{IAM}:role/dev-orders-task", {}),
        ("iam:CreateRole", f"{IAM}:role/dev-orders-task", {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/x"}),
        ("iam:CreateRole", f"{IAM}:role/prod-orders-task", BOUND),
        (
            "iam:AttachRolePolicy",
            f"{IAM}:role/dev-orders-task",
            {**BOUND, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        (
            "iam:AttachRolePolicy",
            f"{IAM}:role/dev-orders-task",
            {**BOUND, "iam:PolicyARN": f"{IAM}:policy/groundwork-dev-deploy-data"},
        ),
        (
            "iam:AttachRolePolicy",
            f"{IAM}:role/dev-orders-task",
            {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonPollyReadOnlyAccess"},
        ),
        ("iam:PassRole", f"{IAM}:role/dev-orders-task", {"iam:PassedToService": "glue.amazonaws.com"}),
        ("iam:PassRole", f"{IAM}:role/prod-orders-task", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        ("iam:PassRole", f"{IAM}:role/groundwork-dev-deploy", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        ("iam:CreateUser", f"{IAM}:user/mallory", {}),
        ("iam:CreateAccessKey", f"{IAM}:user/mallory", {}),
        ("rds:DeleteDBInstance", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:prod-orders", {}),
        ("ecs:UpdateService", f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/prod/orders", {}),
        ("ec2:DeleteVpc", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1", {}),
        (
            "ec2:DeleteVpc",
            f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1",
            {TAG: "p"},
        ),
        ("ec2:CreateVpc", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-1", {}),
        ("kms:ScheduleKeyDeletion", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", {}),
        ("s3:DeleteBucket", "arn:aws:s3:::acme-dev-terraform-state", {}),
        ("s3:PutBucketPolicy", "arn:aws:s3:::acme-dev-terraform-state", {}),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::acme-dev-terraform-state/dev/network.tfstate", {}),
        ("s3:PutObject", "arn:aws:s3:::acme-prod-terraform-state/prod/network.tfstate", {}),
        ("ecr:PutImage", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/orders", {}),
        ("ecr:DeleteRepository", f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/orders", {}),
        ("organizations:LeaveOrganization", "*", {}),
    ],
)
def test_the_deploy_role_is_not_an_administrator(
    action: str, resource: str, context: dict[str, str], deploy: Role
) -> None:
    assert not deploy.may(action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", f"{IAM}:role/dev-orders-task", BOUND),
        ("iam:PutRolePolicy", f"{IAM}:role/dev-orders-task", BOUND),
        (
            "iam:AttachRolePolicy",
            f"{IAM}:role/dev-orders-task",
            {**BOUND, "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonPollyReadOnlyAccess"},
        ),
        ("iam:PassRole", f"{IAM}:role/dev-orders-task", {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        ("iam:GetRole", f"{IAM}:role/groundwork-dev-deploy", {}),
        ("ec2:DeleteVpc", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/v", {TAG: "dev"}),
        ("rds:DeleteDBInstance", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:dev-orders", {}),
        ("s3:PutObject", "arn:aws:s3:::acme-dev-terraform-state/dev/network.tfstate.tflock", {}),
        ("s3:DeleteObject", "arn:aws:s3:::acme-dev-terraform-state/dev/network.tfstate.tflock", {}),
        ("s3:DeleteBucket", "arn:aws:s3:::acme-dev-edge-logs", {}),
    ],
)
def test_the_deploy_role_may_do_its_work(action: str, resource: str, context: dict[str, str], deploy: Role) -> None:
    assert deploy.may(action, resource, context)


def test_every_action_of_the_table_is_within_the_boundary_and_in_one_policy() -> None:
    rights = load_rights()
    place = DeployTarget(name="dev", organization="acme", account_id=ACCOUNT)
    bound = Role([json.loads(delivery_boundary(place))], json.loads(delivery_boundary(place)))
    for shared in (False, True):
        for action in rights.changes(shared=shared) | rights.reads(shared=shared):
            assert bound.may(action), action
            assert sum(action.partition(":")[0] in services for services in GROUPS.values()) == 1


def test_a_service_s_role_never_reaches_rights_or_states() -> None:
    place = DeployTarget(name="dev", organization="acme", account_id=ACCOUNT)
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    service = Role([everything], json.loads(workload_boundary(place)))
    assert service.may("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:dev-orders")
    assert service.may("iam:PassRole", f"{IAM}:role/dev-orders-task")
    assert not service.may("iam:CreateUser", f"{IAM}:user/mallory")
    assert not service.may("iam:AttachRolePolicy", f"{IAM}:role/dev-orders-task")
    assert not service.may("s3:GetObject", "arn:aws:s3:::acme-dev-terraform-state/dev/network.tfstate")
    assert not service.may("organizations:LeaveOrganization", "*")
