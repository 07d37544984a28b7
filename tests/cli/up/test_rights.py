"""Whether whoever runs `groundwork up` may do it: as IAM answers, by the service model of botocore."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.errors import CommandError
from cli.up.rights import needs_of, principal_arn, refuse_missing_rights
from config.models.environment.shared import shared_place
from config.models.rights import load_rights
from tests.settings import an_environment

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/anna"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/anna"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/Admin"
PLACE = an_environment()
ROLE_ANSWER: dict[str, Any] = {
    "Role": {
        "Path": "/aws-reserved/sso.amazonaws.com/",
        "RoleName": "Admin",
        "RoleId": "AROA1234567890123456",
        "Arn": ROLE,
        "CreateDate": "2026-01-01",
    }
}


def stubbed(service: Any) -> tuple[Any, Stubber]:
    client = boto3.client(service, "eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    stub = Stubber(client)
    stub.activate()
    return client, stub


def answer(caller: str, decisions: dict[str, dict[str, Any]], *, closed: bool = False) -> str | None:
    """What is said of a caller for whom IAM decides like this; anything else is allowed."""
    (sts, identity), (iam, stub) = stubbed("sts"), stubbed("iam")
    identity.add_response("get_caller_identity", {"Arn": caller, "Account": ACCOUNT, "UserId": "x"})
    principal = caller
    if caller == SESSION:
        stub.add_response("get_role", ROLE_ANSWER, {"RoleName": "Admin"})
        principal = ROLE
    for action, resource in needs_of(PLACE):
        if closed:
            stub.add_client_error("simulate_principal_policy", "AccessDenied", "not you", http_status_code=403)
            break
        result = {"EvalActionName": action, "EvalDecision": "allowed", **decisions.get(action, {})}
        asked = {"PolicySourceArn": principal, "ActionNames": [action], "ResourceArns": [resource]}
        stub.add_response("simulate_principal_policy", {"EvaluationResults": [result]}, asked)
    return refuse_missing_rights(PLACE, sts, iam)


@pytest.mark.parametrize("caller", [USER, SESSION])
def test_an_administrator_is_let_through(caller: str) -> None:
    assert answer(caller, {}) is None


def test_every_missing_right_is_named_with_its_resource() -> None:
    denied = {"iam:CreateRole": {"EvalDecision": "explicitDeny"}, "ec2:CreateVpc": {"EvalDecision": "implicitDeny"}}
    with pytest.raises(CommandError) as refused:
        answer(SESSION, denied)
    assert str(refused.value).splitlines() == [
        f"{ROLE} lacks rights in account {ACCOUNT}:",
        f"  ec2:CreateVpc on arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/*",
        f"  iam:CreateRole on arn:aws:iam::{ACCOUNT}:role/test-grafana-task",
        "  fix: sign in as an administrator (AWS_PROFILE=...), or name a role with these rights as `deploy_role_arn:`",
    ]


def test_a_denial_that_hangs_on_a_tag_is_none() -> None:
    missing = {"EvalDecision": "implicitDeny", "MissingContextValues": ["aws:RequestTag/groundwork:environment"]}
    assert answer(USER, {"ec2:CreateVpc": missing}) is None


def test_who_may_not_ask_iam_is_told_that_it_is_not_known() -> None:
    said = answer(USER, {}, closed=True)
    assert said is not None
    assert said.startswith(f"Whether your rights in account {ACCOUNT} suffice is not known: ")


def test_the_root_user_may_everything_and_a_federated_one_is_not_asked_about() -> None:
    iam, _ = stubbed("iam")
    assert principal_arn(f"arn:aws:iam::{ACCOUNT}:root", iam) is None
    assert principal_arn(f"arn:aws:sts::{ACCOUNT}:federated-user/anna", iam) is None


def test_only_what_the_platform_really_needs_is_asked_for() -> None:
    known = {action for shared in (True, False) for action in load_rights().changes(shared=shared)}
    of_the_backend = {"s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutObject", "ecr:PutImage"}
    for place in (PLACE, shared_place([PLACE])):
        assert {action for action, _ in needs_of(place)} <= known | of_the_backend
