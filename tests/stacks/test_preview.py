"""A preview's stack: beside an environment that it does not change, small, and short-lived."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import main
from config.models.preview import Preview
from tests.delivered import DELIVERED, EVERY_PART
from tests.synthesis import Checkout, Platform, Stack, read_platform

ASKED = Preview(name="pr-17", services={"storefront": "1.29.2", "orders": "v2"}, expires=date(2026, 12, 4))
STACK = "dev-preview-pr-17"


def delivered_shop(root: Path) -> Checkout:
    """Copy the shop, delivered by GitHub; the storefront names the orders' address in a variable and has a secret."""
    made = Checkout(root / "checkout")
    for file, text in (DELIVERED | EVERY_PART).items():
        made.add(file, text)
    orders = made.root / "service_configs/orders.yaml"
    made.write(
        "service_configs/orders.yaml",
        "".join(line for line in orders.read_text().splitlines(True) if not line.startswith("image:")),
    )
    made.add(
        "service_configs/storefront.yaml",
        "variables: {ORDERS: 'http://orders.app.local/v1', OTHER: 'http://my-orders.app.local'}\n"
        "secrets: {KEY: stripe-key}\nmetrics: {}\n",
    )
    return made


def preview_of_the_shop(root: Path) -> Stack:
    """Synthesize the preview beside that shop."""
    main.synthesize(delivered_shop(root).root, out=root / "out", only="dev", local_aws=False, preview=ASKED)
    return read_platform(root / "out")[STACK]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return delivered_shop(tmp_path_factory.mktemp("preview"))


@pytest.fixture(scope="module")
def without(checkout: Checkout) -> Platform:
    return checkout.synthesize(only="dev")


@pytest.fixture(scope="module")
def platform(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    out = tmp_path_factory.mktemp("with") / "out"
    main.synthesize(checkout.root, out=out, only="dev", local_aws=False, preview=ASKED)
    return read_platform(out)


@pytest.fixture(scope="module")
def preview(platform: Platform) -> Stack:
    return platform[STACK]


def containers(stack: Stack, family: str) -> dict[str, dict[str, object]]:
    definition = stack.one("aws_ecs_task_definition", family=family)
    return {its["name"]: its for its in json.loads(definition["container_definitions"])}


def test_no_stack_of_the_environment_differs_by_a_byte(platform: Platform, without: Platform) -> None:
    assert {stack.name for stack in platform} - {stack.name for stack in without} == {STACK}
    for stack in without:
        path = Path("stacks") / stack.name / "cdk.tf.json"
        assert (platform.out / path).read_bytes() == (without.out / path).read_bytes(), stack.name


def test_it_has_a_state_and_tags_of_its_own(preview: Stack) -> None:
    assert preview.document["terraform"]["backend"]["s3"]["key"] == "dev/preview-pr-17.tfstate"
    (provider,) = preview.document["provider"]["aws"]
    (tags,) = provider["default_tags"]
    assert tags["tags"] == {
        "owner": "platform",
        "groundwork:environment": "dev",
        "groundwork:expires": "2026-12-04",
        "groundwork:managed-by": "groundwork",
        "groundwork:preview": "pr-17",
        "groundwork:stack": "preview-pr-17",
    }


def test_everything_that_has_a_name_has_one_that_no_service_can_have(preview: Stack) -> None:
    named = [
        resource.get(field)
        for kind, field in (
            ("aws_ecs_service", "name"),
            ("aws_ecs_task_definition", "family"),
            ("aws_iam_role", "name"),
            ("aws_security_group", "name"),
            ("aws_cloudwatch_log_group", "name"),
            ("aws_service_discovery_service", "name"),
        )
        for resource in preview.all(kind)
        if field in resource
    ]
    assert len(named) == 2 + 2 + 4 + 2 + 2 + 2
    assert all("--pr-17" in str(name) for name in named)
    assert preview.one("aws_lb_target_group")["name"] == "dev-storefront-P-pr-17"
    [way_in] = [one for one in preview.all("aws_security_group") if "name_prefix" in one]
    assert way_in["name_prefix"] == "dev-storefront-P-pr-17-80-"


def test_only_the_public_service_answers_on_a_host_of_its_own_with_a_priority_of_previews(preview: Stack) -> None:
    rule = preview.one("aws_lb_listener_rule")
    hosts = [condition["host_header"]["values"] for condition in rule["condition"] if "host_header" in condition]
    assert hosts == [["storefront-pr-17.dev.example.com"]]
    assert 24_800 < rule["priority"] <= 25_000


def test_it_runs_one_task_of_each_without_scraping_alarms_or_a_log_collection(preview: Stack) -> None:
    assert not preview.all("aws_cloudwatch_metric_alarm")
    assert not preview.all("aws_appautoscaling_policy")
    for service, image in (("storefront", "public.ecr.aws/nginx/nginx:1.29.2"), ("orders", ":v2")):
        its = containers(preview, f"dev-{service}--pr-17")
        assert set(its) == {f"{service}--pr-17"}
        assert str(its[f"{service}--pr-17"]["image"]).endswith(image)
    for target in preview.all("aws_appautoscaling_target"):
        assert (target["min_capacity"], target["max_capacity"]) == (1, 1)
    assert {its["retention_in_days"] for its in preview.all("aws_cloudwatch_log_group")} == {3}
    callers = {its["description"] for its in preview.all("aws_vpc_security_group_ingress_rule")}
    assert not [caller for caller in callers if "scraper" in str(caller)]


def test_at_night_it_runs_nothing_like_its_environment(preview: Stack) -> None:
    actions = preview.all("aws_appautoscaling_scheduled_action", name="stop")
    assert [its["scalable_target_action"]["max_capacity"] for its in actions] == ["0", "0"]


def test_its_addresses_lead_to_the_preview_and_its_secrets_are_the_environments(preview: Stack) -> None:
    own = containers(preview, "dev-storefront--pr-17")["storefront--pr-17"]
    assert own["environment"] == [
        {"name": "ORDERS", "value": "http://orders--pr-17.app.local/v1"},
        {"name": "OTHER", "value": "http://my-orders.app.local"},
    ]
    (secret,) = preview.document["data"]["aws_secretsmanager_secret"].values()
    assert secret["name"] == "dev/storefront/stripe-key"


def test_it_may_use_the_environments_database_and_what_it_calls_and_runs_no_migration(
    preview: Stack, platform: Platform
) -> None:
    assert {"dev-database-orders", "dev-service-orders", "dev-delivery"} <= preview.dependencies
    assert "dev-service-migrate" in {stack.name for stack in platform}
    assert "dev-service-migrate" not in preview.dependencies
    assert '\\"do\\": \\"run\\"' not in json.dumps(preview.document)


def test_its_roles_are_bounded_like_all_others(preview: Stack) -> None:
    bounds = {role["permissions_boundary"] for role in preview.all("aws_iam_role")}
    assert bounds == {"arn:aws:iam::123456789012:policy/groundwork-dev-workload-boundary"}


def test_an_internal_service_answers_from_outside_only_where_the_environment_says_so(
    checkout: Checkout, tmp_path: Path
) -> None:
    dev = checkout.root / "environments/dev.yaml"
    text = dev.read_text()
    dev.write_text(text.replace("  max_age_days: 7\n", "  max_age_days: 7\n  public: [orders]\n"))
    try:
        main.synthesize(checkout.root, out=tmp_path / "out", only="dev", local_aws=False, preview=ASKED)
    finally:
        dev.write_text(text)
    stack = read_platform(tmp_path / "out")[STACK]
    rules = stack.all("aws_lb_listener_rule")
    hosts = [c["host_header"]["values"][0] for r in rules for c in r["condition"] if "host_header" in c]
    assert sorted(hosts) == ["orders-pr-17.dev.example.com", "storefront-pr-17.dev.example.com"]
    assert len({rule["priority"] for rule in rules}) == 2


def test_an_image_of_a_pull_request_is_pulled_from_its_own_repository_alone(checkout: Checkout, tmp_path: Path) -> None:
    asked = ASKED.model_copy(update={"services": {"orders": "pr-17-3f1c2ab"}})
    main.synthesize(checkout.root, out=tmp_path / "out", only="dev", local_aws=False, preview=asked)
    stack = read_platform(tmp_path / "out")[STACK]
    image = containers(stack, "dev-orders--pr-17")["orders--pr-17"]["image"]
    assert image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/previews/orders:pr-17-3f1c2ab"
    pulled = [
        statement["Resource"]
        for policy in stack.all("aws_iam_role_policy", name="start-tasks")
        for statement in json.loads(policy["policy"])["Statement"]
        if "ecr:BatchGetImage" in statement["Action"]
    ]
    assert pulled == [["arn:aws:ecr:eu-west-1:123456789012:repository/previews/orders"]]
