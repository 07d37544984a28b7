"""checkov finds nothing in any environment of a shop with every kind of service; what it overlooks has its reason."""

from __future__ import annotations

import pytest

from tests.checkov_scan import Excuse, Finding, by_check, excuses, idle, scan, unexcused
from tests.delivered import DELIVERED
from tests.synthesis import Checkout, Platform

pytestmark = pytest.mark.e2e

SHORTEST_REASON = 25


# What the shop of the tests does not have.
MORE_SERVICES = {
    "draft": "kind: public-web\nport: 8080\n",
    "report": "kind: scheduled-job\nimage: example/report:1\nschedule: {expression: rate(1 day)}\n",
    "migrate": "kind: one-off\nbefore: orders\nimage: example/orders:1\n",
    "tool": "kind: one-off\nimage: example/tool:1\n",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    checkout = Checkout(tmp_path_factory.mktemp("checkov") / "checkout")
    for name, text in MORE_SERVICES.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    for file, text in DELIVERED.items():
        checkout.add(file, text)
    return checkout.synthesize()


@pytest.fixture(scope="module")
def result(platform: Platform) -> tuple[int, list[Finding]]:
    return scan(platform)


@pytest.fixture(scope="module")
def given(platform: Platform) -> list[Excuse]:
    return excuses(platform)


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
