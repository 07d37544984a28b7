"""Which job on GitHub may assume which role: the whole table, and nobody beside it."""

from __future__ import annotations

import json

import pytest

from tests.delivered import DELIVERED
from tests.modules.trust import ISSUER, roles_for
from tests.synthesis import Checkout, Platform

PLANS = {f"groundwork-{place}-plan" for place in ("dev", "staging", "prod", "shared")}
ON_THE_BRANCH = PLANS | {"groundwork-shared-images", "groundwork-dev-preview"}
OURS = "repo:acme/groundwork"

SUBJECTS = {
    # This repository.
    f"{OURS}:pull_request": PLANS,
    f"{OURS}:ref:refs/heads/main": ON_THE_BRANCH,
    f"{OURS}:environment:dev": {"groundwork-dev-deploy"},
    f"{OURS}:environment:staging": {"groundwork-staging-deploy"},
    f"{OURS}:environment:prod": {"groundwork-prod-deploy"},
    f"{OURS}:environment:shared": {"groundwork-shared-deploy"},
    f"{OURS}:ref:refs/heads/feature": set(),
    f"{OURS}:ref:refs/heads/main2": set(),
    f"{OURS}:ref:refs/heads/main/x": set(),
    f"{OURS}:ref:refs/tags/main": set(),
    f"{OURS}:ref:refs/tags/v1": set(),
    f"{OURS}:environment:production": set(),
    f"{OURS}:environment:Prod": set(),
    f"{OURS}:environment:prod%3Aref": set(),
    f"{OURS}:*": set(),
    OURS: set(),
    # A fork, and names that look alike.
    "repo:mallory/groundwork:pull_request": set(),
    "repo:mallory/groundwork:environment:prod": set(),
    "repo:acme/groundwork-fork:ref:refs/heads/main": set(),
    "repo:acme/groundwork2:environment:prod": set(),
    "repo:acme2/groundwork:environment:prod": set(),
    "repo:xacme/groundwork:environment:prod": set(),
    "repo:ACME/groundwork:environment:prod": set(),
    "repo:acme/Groundwork:pull_request": set(),
    # The form with ids, of a repository that is trusted by its names: whoever takes a freed name has it.
    "repo:acme@1/groundwork@2:environment:prod": set(),
    "repo:acme@1/groundwork@2:pull_request": set(),
    # A service's repository, trusted in the form with ids.
    "repo:acme@4711/orders@815:ref:refs/heads/main": {"groundwork-shared-push-orders"},
    "repo:acme@4711/orders@815:pull_request": {"groundwork-shared-preview-orders"},
    "repo:mallory@1/orders@2:pull_request": set(),
    "repo:acme@4711/orders@815:ref:refs/pull/17/merge": set(),
    "repo:acme/orders:pull_request": set(),
    "repo:Acme-Web/Shop.Front:pull_request": set(),
    "repo:acme@4711/orders@815:environment:prod": set(),
    "repo:acme@4711/orders@816:ref:refs/heads/main": set(),
    "repo:acme@4712/orders@815:ref:refs/heads/main": set(),
    "repo:acme/orders:ref:refs/heads/main": set(),
    "repo:new-owner@4711/orders@815:ref:refs/heads/main": set(),
    # One in another organization, with another branch.
    "repo:Acme-Web/Shop.Front:ref:refs/heads/trunk": {"groundwork-shared-push-storefront"},
    "repo:Acme-Web/Shop.Front:ref:refs/heads/main": set(),
    "repo:Acme-Web/ShopxFront:ref:refs/heads/trunk": set(),
    "repo:acme/mailer:ref:refs/heads/main": set(),
}


@pytest.mark.parametrize(("subject", "roles"), SUBJECTS.items())
def test_a_subject_is_let_into_exactly_these_roles(subject: str, roles: set[str], delivered: Platform) -> None:
    assert roles_for(delivered, subject) == roles


def test_every_role_of_a_workflow_is_in_the_table(delivered: Platform) -> None:
    named = {r["name"] for stack in delivered for r in stack.all("aws_iam_role") if r["name"].startswith("groundwork-")}
    assert named == set().union(*SUBJECTS.values())


def test_a_token_for_somebody_else_or_from_somebody_else_is_let_in_nowhere(delivered: Platform) -> None:
    for subject in SUBJECTS:
        assert not roles_for(delivered, subject, audience="https://github.com/acme")
        assert not roles_for(delivered, subject, issuer="token.actions.githubusercontent.com.example.com")


@pytest.fixture(scope="module")
def with_ids(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A repository that was made, renamed or moved after 2026-07-15, private and on GitHub Free."""
    checkout = Checkout(tmp_path_factory.mktemp("ids") / "checkout")
    more = "  subject_prefix: repo:acme@1/groundwork@2\n  github_environments: false\n"
    text = DELIVERED["environments/shared.yaml"].replace("  services:\n", f"{more}  services:\n")
    checkout.add("environments/shared.yaml", text)
    return checkout.synthesize(only="prod")


@pytest.mark.parametrize(
    ("subject", "roles"),
    [
        ("repo:acme@1/groundwork@2:pull_request", {"groundwork-prod-plan"}),
        ("repo:acme@1/groundwork@2:ref:refs/heads/main", {"groundwork-prod-plan", "groundwork-prod-deploy"}),
        ("repo:acme@1/groundwork@2:environment:prod", set()),
        ("repo:acme/groundwork:ref:refs/heads/main", set()),
        ("repo:acme/groundwork:pull_request", set()),
        ("repo:acme@1/groundwork@3:ref:refs/heads/main", set()),
        ("repo:renamed@1/groundwork@2:ref:refs/heads/main", set()),
    ],
)
def test_the_form_with_ids_is_trusted_as_a_whole(subject: str, roles: set[str], with_ids: Platform) -> None:
    assert roles_for(with_ids, subject) == roles


def test_each_account_has_the_provider_once(checkout: Checkout) -> None:
    text = DELIVERED["environments/shared.yaml"] + '  providers: {"222222222222": staging}\n'
    checkout.add("environments/shared.yaml", text + 'registry_account_id: "333333333333"\n')
    for name, account in (("dev", "2" * 12), ("staging", "2" * 12), ("prod", "4" * 12)):
        file = checkout.root / f"environments/{name}.yaml"
        file.write_text(file.read_text().replace("123456789012", account))
    platform = checkout.synthesize()
    providers = [stack.name for stack in platform for _ in stack.all("aws_iam_openid_connect_provider")]
    assert sorted(providers) == ["prod-delivery", "shared-delivery", "staging-delivery"]
    alone = checkout.synthesize(only="dev")
    assert all(stack.text == platform[stack.name].text for stack in alone)


def test_every_role_that_a_deploy_makes_is_bounded(delivered: Platform) -> None:
    for stack in delivered:
        environment, _, name = stack.name.partition("-")
        for role in stack.all("aws_iam_role"):
            if name != "delivery":
                bound = f"arn:aws:iam::123456789012:policy/groundwork-{environment}-workload-boundary"
                assert role["permissions_boundary"] == bound, role["name"]
                assert role["name"].startswith(f"{environment}-")
            else:
                assert "roles_boundary" in role["permissions_boundary"]
                assert not role["name"].startswith(f"{environment}-")


def test_the_delivery_is_deployed_before_all_that_it_bounds(delivered: Platform) -> None:
    for stack in delivered:
        environment, _, name = stack.name.partition("-")
        if name not in ("delivery", "registry"):
            assert f"{environment}-delivery" in stack.dependencies


def test_without_the_section_nothing_is_bounded_and_nobody_trusted(shop: Platform) -> None:
    assert not any(stack.name.endswith("-delivery") for stack in shop)
    assert not any("permissions_boundary" in role for stack in shop for role in stack.all("aws_iam_role"))
    assert not roles_for(shop, f"{OURS}:environment:prod")


def test_a_service_may_push_to_its_own_repository_and_do_nothing_else(delivered: Platform) -> None:
    stack = delivered["shared-delivery"]
    document = json.loads(stack.one("aws_iam_policy", name="groundwork-shared-push-orders-push")["policy"])
    login, pushes = document["Statement"]
    assert login["Action"] == ["ecr:GetAuthorizationToken"]
    assert pushes["Resource"] == ["arn:aws:ecr:eu-west-1:123456789012:repository/orders"]
    assert {action.partition(":")[0] for action in pushes["Action"]} == {"ecr"}
    assert not any(word in action for action in pushes["Action"] for word in ("Delete", "Policy", "Create", "Tag"))
    (role,) = [k for k, r in stack.resources["aws_iam_role"].items() if r["name"].endswith("push-orders")]
    attached = [a for a in stack.all("aws_iam_role_policy_attachment") if role in a["role"]]
    assert len(attached) == 1


def test_the_trust_names_no_pattern(delivered: Platform) -> None:
    for stack in delivered:
        for role in stack.all("aws_iam_role"):
            text = role["assume_role_policy"]
            assert "*" not in text or ISSUER not in text
