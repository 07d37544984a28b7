"""A service's code may do what its file names, and nothing else: its policies, simulated."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from cdktf import TerraformStack

from config.models.service.aws.permissions import Permissions
from config.models.service.aws.short_forms import SHORT_FORMS
from modules.ecs.service_rights import ServiceRights
from tests.modules.iam_simulator import Role
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import Stack, synthesize_construct

HERE = f"eu-west-1:{ACCOUNT}"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"


ROLES: Any = SimpleNamespace(task=SimpleNamespace(id="test-orders-task", name="test-orders-task"))
"""A task role that is somewhere else."""


def stack_of(**permissions: Any) -> Stack:
    settings = Permissions.model_validate(permissions)

    def build(scope: TerraformStack) -> None:
        ServiceRights(scope, "rights", environment=an_environment(), roles=ROLES, settings=settings)

    return synthesize_construct(build)


def code_of(**permissions: Any) -> Role:
    """The role with what Terraform hands to IAM: its own escapes undone."""
    written = [one["policy"].replace("$${", "${") for one in stack_of(**permissions).all("aws_iam_role_policy")]
    return Role([json.loads(document) for document in written], EVERYTHING)


# Short form, the calls that it allows (with what the request tells), and the nearest ones that it does not.
CASES: list[tuple[dict[str, Any], list[tuple[str, str, dict[str, str]]], list[tuple[str, str, dict[str, str]]]]] = [
    (
        {"s3": {"invoices": "read"}},
        [("s3:GetObject", "arn:aws:s3:::invoices/a/b.pdf", {}), ("s3:ListBucket", "arn:aws:s3:::invoices", {})],
        [
            ("s3:PutObject", "arn:aws:s3:::invoices/a", {}),
            ("s3:DeleteObject", "arn:aws:s3:::invoices/a", {}),
            ("s3:GetObject", "arn:aws:s3:::invoices-old/a", {}),
            ("s3:DeleteBucket", "arn:aws:s3:::invoices", {}),
        ],
    ),
    (
        {"s3": {"invoices/2026": "read-write"}},
        [
            ("s3:PutObject", "arn:aws:s3:::invoices/2026/a", {}),
            ("s3:GetObject", "arn:aws:s3:::invoices/2026/a", {}),
            ("s3:ListBucket", "arn:aws:s3:::invoices", {"s3:prefix": "2026/"}),
        ],
        [
            ("s3:GetObject", "arn:aws:s3:::invoices/2025/a", {}),
            ("s3:GetObject", "arn:aws:s3:::invoices/2026-secret/a", {}),
            ("s3:ListBucket", "arn:aws:s3:::invoices", {}),
            ("s3:ListBucket", "arn:aws:s3:::invoices", {"s3:prefix": "2025/"}),
        ],
    ),
    (
        {"sqs": {"jobs": "send"}},
        [("sqs:SendMessage", f"arn:aws:sqs:{HERE}:jobs", {}), ("sqs:GetQueueUrl", f"arn:aws:sqs:{HERE}:jobs", {})],
        [
            ("sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:jobs", {}),
            ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:jobs2", {}),
            ("sqs:PurgeQueue", f"arn:aws:sqs:{HERE}:jobs", {}),
        ],
    ),
    (
        {"sqs": {f"arn:aws:sqs:eu-west-1:{'9' * 12}:theirs": "receive"}},
        [("sqs:DeleteMessage", f"arn:aws:sqs:eu-west-1:{'9' * 12}:theirs", {})],
        [("sqs:DeleteMessage", f"arn:aws:sqs:{HERE}:theirs", {})],
    ),
    (
        {"sns": {"orders": "publish"}},
        [("sns:Publish", f"arn:aws:sns:{HERE}:orders", {})],
        [("sns:Subscribe", f"arn:aws:sns:{HERE}:orders", {}), ("sns:Publish", f"arn:aws:sns:{HERE}:other", {})],
    ),
    (
        {"dynamodb": {"carts": "read"}},
        [
            ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/carts", {}),
            ("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/carts/index/by-day", {}),
        ],
        [
            ("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/carts", {}),
            ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/carts", {}),
            ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/carts2", {}),
        ],
    ),
    (
        {"ses": {"example.com": "send"}},
        [("ses:SendEmail", f"arn:aws:ses:{HERE}:identity/example.com", {})],
        [("ses:SendEmail", f"arn:aws:ses:{HERE}:identity/example.org", {})],
    ),
    (
        {"secretsmanager": {"shared/stripe": "read"}},
        [("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:shared/stripe-a1B2c3", {})],
        [
            ("secretsmanager:PutSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:shared/stripe-a1B2c3", {}),
            ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:shared/stripe-live-a1B2c3", {}),
        ],
    ),
    (
        {"ssm": {"/orders/": "read", "flags": "read-write"}},
        [
            ("ssm:GetParametersByPath", f"arn:aws:ssm:{HERE}:parameter/orders", {}),
            ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/orders/a/b", {}),
            ("ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/flags", {}),
        ],
        [
            ("ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/orders/a", {}),
            ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/orders-live/a", {}),
        ],
    ),
    (
        {"kms": {"alias/docs": "decrypt", KEY: "encrypt"}},
        [
            ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/any", {"kms:ResourceAliases": "alias/docs"}),
            ("kms:GenerateDataKey", f"arn:aws:kms:{HERE}:key/{KEY}", {}),
        ],
        [
            ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/any", {"kms:ResourceAliases": "alias/other"}),
            ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/{KEY}", {}),
            ("kms:ScheduleKeyDeletion", f"arn:aws:kms:{HERE}:key/{KEY}", {}),
        ],
    ),
    (
        {"bedrock": {"amazon.titan-embed-text-v2:0": "invoke", "eu.amazon.nova-lite-v1:0": "invoke"}},
        [
            ("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0", {}),
            ("bedrock:InvokeModel", f"arn:aws:bedrock:{HERE}:inference-profile/eu.amazon.nova-lite-v1:0", {}),
            (
                "bedrock:InvokeModel",
                "arn:aws:bedrock:eu-north-1::foundation-model/amazon.nova-lite-v1:0",
                {"bedrock:InferenceProfileArn": f"arn:aws:bedrock:{HERE}:inference-profile/eu.amazon.nova-lite-v1:0"},
            ),
        ],
        [
            ("bedrock:InvokeModel", "arn:aws:bedrock:eu-north-1::foundation-model/amazon.nova-lite-v1:0", {}),
            ("bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0", {}),
        ],
    ),
    (
        {"events": {"default": "put"}, "kinesis": {"clicks": "write"}, "firehose": {"lake": "put"}},
        [
            ("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default", {}),
            ("kinesis:PutRecords", f"arn:aws:kinesis:{HERE}:stream/clicks", {}),
            ("firehose:PutRecord", f"arn:aws:firehose:{HERE}:deliverystream/lake", {}),
        ],
        [
            ("events:PutRule", f"arn:aws:events:{HERE}:event-bus/default", {}),
            ("kinesis:GetRecords", f"arn:aws:kinesis:{HERE}:stream/clicks", {}),
            ("kinesis:PutRecords", f"arn:aws:kinesis:{HERE}:stream/clicks2", {}),
        ],
    ),
    (
        {"lambda": {"resize": "invoke"}, "states": {"checkout": "start"}},
        [
            ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:resize", {}),
            ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:resize:live", {}),
            ("states:StartExecution", f"arn:aws:states:{HERE}:stateMachine:checkout", {}),
        ],
        [
            ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:resize-all", {}),
            ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:resize", {}),
            ("states:StopExecution", f"arn:aws:states:{HERE}:stateMachine:checkout", {}),
        ],
    ),
]


@pytest.mark.parametrize(("permissions", "allowed", "refused"), CASES, ids=["-".join(case[0]) for case in CASES])
def test_the_code_may_do_what_is_named_and_nothing_else(
    permissions: dict[str, Any],
    allowed: list[tuple[str, str, dict[str, str]]],
    refused: list[tuple[str, str, dict[str, str]]],
) -> None:
    code = code_of(**permissions)
    assert [call for call in allowed if not code.may(*call)] == []
    assert [call for call in refused if code.may(*call)] == []


def test_every_short_form_is_tried_here() -> None:
    assert {service for permissions, *_ in CASES for service in permissions} == set(SHORT_FORMS)


def test_no_short_form_allows_an_action_or_everything_by_a_wildcard() -> None:
    for permissions, *_ in CASES:
        for statement in code_of(**permissions).statements:
            assert not [action for action in statement["Action"] if "*" in action]
            assert "*" not in statement["Resource"]


def test_a_statement_arrives_as_it_was_written() -> None:
    statement = {
        "actions": ["textract:DetectDocumentText"],
        "resources": ["*"],
        "reason": "Textract knows no resource.",
        "conditions": {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
    }
    stack = stack_of(statements=[statement])
    assert "$${aws:ResourceTag/team}" in stack.one("aws_iam_role_policy")["policy"]
    assert code_of(statements=[statement]).statements == [
        {
            "Effect": "Allow",
            "Action": ["textract:DetectDocumentText"],
            "Resource": ["*"],
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
        }
    ]


def test_managed_policies_are_attached_by_their_arn() -> None:
    arns = ["arn:aws:iam::aws:policy/AmazonPollyReadOnlyAccess", f"arn:aws:iam::{ACCOUNT}:policy/team/reports"]
    stack = stack_of(policies=arns)
    assert sorted(one["policy_arn"] for one in stack.all("aws_iam_role_policy_attachment")) == sorted(arns)
    assert not stack.all("aws_iam_role_policy")


def test_a_service_without_permissions_has_none() -> None:
    assert stack_of().resources == {}
