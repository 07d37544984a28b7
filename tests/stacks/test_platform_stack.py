"""Every stack: as which role it deploys, and to which account."""

from __future__ import annotations

import pytest

from tests.synthesis import Checkout, Platform

ROLE = "arn:aws:iam::123456789012:role/deploy"
BUDGET = "budget:\n  monthly_usd: 100\n  counts: environment\n  alert_emails: [a@example.com]\n"


def with_fields(checkout: Checkout, fields: str) -> Checkout:
    checkout.keep_services("mailer")
    checkout.write(
        "environments/dev.yaml",
        f'account_id: "123456789012"\ndomain: dev.example.com\nnetwork:\n  cidr: 10.10.0.0/16\n'
        f"edge: {{create_zone: true}}\n{fields}",
    )
    return checkout


def test_every_stack_acts_and_keeps_and_reads_states_as_the_role(checkout: Checkout) -> None:
    for stack in with_fields(checkout, f"deploy_role_arn: {ROLE}\n").synthesize(only="dev"):
        (provider,) = stack.document["provider"]["aws"]
        assert provider["assume_role"] == [{"role_arn": ROLE}]
        assert stack.document["terraform"]["backend"]["s3"]["assume_role"] == {"role_arn": ROLE}
        for state in stack.document.get("data", {}).get("terraform_remote_state", {}).values():
            assert state["config"]["assume_role"] == {"role_arn": ROLE}


@pytest.mark.parametrize(("fields", "local_aws"), [("", False), (f"deploy_role_arn: {ROLE}\n", True)])
def test_no_role_is_assumed_unless_named_nor_on_the_laptop(checkout: Checkout, fields: str, local_aws: bool) -> None:
    for stack in with_fields(checkout, fields).synthesize(only="dev", local_aws=local_aws):
        assert '"assume_role":' not in stack.text


def test_no_stack_touches_another_account(shop: Platform) -> None:
    for stack in shop:
        (provider,) = stack.document["provider"]["aws"]
        assert len(provider["allowed_account_ids"]) == 1


def test_a_budget_is_a_stack_of_its_own_that_needs_nothing(checkout: Checkout) -> None:
    platform = with_fields(checkout, BUDGET).synthesize(only="dev")
    assert platform["dev-account"].dependencies == frozenset()
    assert platform["dev-account"].one("aws_budgets_budget")["name"] == "dev-monthly"


def test_without_a_budget_there_is_no_such_stack(checkout: Checkout) -> None:
    assert "dev-account" not in with_fields(checkout, "").synthesize(only="dev").stacks
