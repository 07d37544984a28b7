"""No statement allows everything, or on everything, without a reason; and nothing is allowed to everyone."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest

from modules.policy import allow, allow_anything
from tests.synthesis import ROOT, Platform

# Every statement of the platform with * as its action or resource, by its Sid. Each is here on purpose:
# a new one is added to this list after somebody has read its reason.
WIDE = {
    "AccountDecidesByIam",
    "AlarmsOfThisAccount",
    "AllButWhatIsDenied",
    "ExecChannel",
    "FindAgentEndpoint",
    "FindClustersAndAddresses",
    "FindDataVolume",
    "FindExecLog",
    "FindRolloutTasks",
    "FindSnapshots",
    "FindServices",
    "FindTasks",
    "FollowLogQueries",
    "FollowNamespaceChange",
    "LogsOfThisAccount",
    "LookAndCreate",
    "ReadLogQueries",
    "ReadMetrics",
    "ReadMetricsAndAlarms",
    "ReadTaskDefinitions",
    "RegistryLogin",
    "RegistryToken",
    "RulesOfEventBridge",
    "SendTraces",
    "ServicesOfThePlatform",
}


def statements(platform: Platform) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy that any resource has, with the place it was found."""
    for stack in platform:
        for kind, resources in stack.resources.items():
            for id_, resource in resources.items():
                for attribute, value in resource.items():
                    if isinstance(value, str) and '"Statement"' in value:
                        for statement in json.loads(value)["Statement"]:
                            yield f"{stack.name}: {kind} {id_}.{attribute}", statement


def as_list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def is_wide(statement: dict[str, Any]) -> bool:
    """Whether it allows all actions (of a service), or on all resources (of a kind)."""
    if statement["Effect"] != "Allow":
        return False
    actions, resources = as_list(statement.get("Action")), as_list(statement.get("Resource"))
    return (
        "NotAction" in statement
        or "NotResource" in statement
        or any(action == "*" or action.endswith(":*") for action in actions)
        or any(resource == "*" or resource.split(":", 5)[5:] == ["*"] for resource in resources)
    )


def reasons() -> dict[str, str]:
    """What the code gives as the reason of each Sid."""
    found = {}
    for path in (*(ROOT / "modules").rglob("*.py"), *(ROOT / "stacks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "allow_anything":
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                found[ast.literal_eval(node.args[0])] = ast.literal_eval(given["reason"])
    return found


@pytest.mark.parametrize("platform", ["shop", "delivered"])
def test_every_wide_statement_is_known_by_its_sid(platform: str, request: pytest.FixtureRequest) -> None:
    found = statements(request.getfixturevalue(platform))
    wide = [(place, statement) for place, statement in found if is_wide(statement)]
    unnamed = [place for place, statement in wide if "Sid" not in statement]
    assert not unnamed
    assert {statement["Sid"] for _, statement in wide} <= WIDE


def test_every_wide_statement_has_its_reason_in_code() -> None:
    assert reasons().keys() == WIDE
    assert all(len(reason) >= 25 for reason in reasons().values())


def test_nothing_is_allowed_to_everyone(shop: Platform) -> None:
    for place, statement in statements(shop):
        everyone = statement.get("Principal") in ("*", {"AWS": "*"}) and statement["Effect"] == "Allow"
        assert not everyone, place


def test_services_assume_roles_for_this_account_only(shop: Platform) -> None:
    for place, statement in statements(shop):
        # EC2 does not say for whom it acts; an instance profile is of one account anyway.
        if statement["Action"] == "sts:AssumeRole" and statement["Principal"] not in (
            {"Service": "ec2.amazonaws.com"},
        ):
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012", place


@pytest.mark.parametrize(("action", "resource"), [("s3:*", "arn:aws:s3:::mine"), ("*", "x"), ("s3:GetObject", "*")])
def test_allowing_anything_is_refused_without_a_reason(action: str, resource: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        allow([action], [resource])
    with pytest.raises(ValueError, match="reason"):
        allow_anything("Sid", [action], reason="")


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::mine"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "arn:aws:s3:::mine"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"},
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::mine"},
    ],
)
def test_a_wide_statement_is_noticed(statement: dict[str, Any]) -> None:
    assert is_wide(statement)
    assert not is_wide(statement | {"Effect": "Deny"})
