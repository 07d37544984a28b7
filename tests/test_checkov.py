"""checkov finds nothing in any environment of the shop, and what it is told to overlook has its reason."""

from __future__ import annotations

import pytest

from tests.checkov_scan import Excuse, Finding, by_check, excuses, idle, scan, unexcused
from tests.synthesis import Platform

pytestmark = pytest.mark.e2e

SHORTEST_REASON = 25


@pytest.fixture(scope="module")
def result(shop: Platform) -> tuple[int, list[Finding]]:
    return scan(shop)


@pytest.fixture(scope="module")
def given(shop: Platform) -> list[Excuse]:
    return excuses(shop)


def test_no_check_fails_without_a_reason_beside_its_resource(
    result: tuple[int, list[Finding]], given: list[Excuse]
) -> None:
    passed, findings = result
    assert passed > 500
    assert not unexcused(findings, given), by_check(unexcused(findings, given))


def test_every_excuse_is_needed(result: tuple[int, list[Finding]], given: list[Excuse]) -> None:
    _, findings = result
    assert not idle(findings, given)


def test_every_excuse_says_why(given: list[Excuse]) -> None:
    assert all(len(excuse.reason) >= SHORTEST_REASON for excuse in given)


def test_a_finding_is_excused_in_its_own_stack_only() -> None:
    finding = Finding("dev-edge", "aws_lb", "load-balancer", "CKV_AWS_150", "deletion protection")
    elsewhere = Excuse("prod-edge", "aws_lb", "load-balancer", "CKV_AWS_150", "a reason that is long enough")
    assert unexcused([finding], [elsewhere]) == [finding]
