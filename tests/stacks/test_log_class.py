"""Log groups by class: which there are, which is written to, and who says so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import main
from config.models.preview import Preview
from tests.synthesis import Attributes, Checkout, Platform, Stack, read_platform

SERVICE = "kind: internal\nhealth_check: none\nimage: a/b:1\nport: 8080\n"
LOGS = {
    "rare": "{log_class: infrequent-access, retention_days: 14}",
    "back": "{log_class: standard}",
    "plain": "{retention_days: 7}",
    "searched": "{destination: opensearch}",
}
JOB = "kind: scheduled-job\nimage: a/b:1\nschedule: {expression: rate(1 day)}\n"
GROUP = "aws_cloudwatch_log_group"


def shop(root: Any, logging: str) -> Checkout:
    made = Checkout(root / "checkout")
    made.keep_services()
    for name, logs in LOGS.items():
        made.write(f"service_configs/{name}.yaml", f"{SERVICE}environments: {{dev: {{logs: {logs}}}}}\n")
    made.write("service_configs/nightly.yaml", JOB)
    made.write("service_configs/migrate.yaml", "kind: one-off\nimage: a/b:1\nbefore: plain\n")
    dev = (made.root / "environments/dev.yaml").read_text().partition("\nlogging:")[0]
    made.write("environments/dev.yaml", f"{dev}\nlogging: {logging}\npreviews: {{}}\n")
    return made


@pytest.fixture(scope="module")
def without_default(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return shop(tmp_path_factory.mktemp("classes"), "{destination: cloudwatch}").synthesize(only="dev")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    root = tmp_path_factory.mktemp("default")
    return shop(root, "{destination: cloudwatch, log_class: infrequent-access}")


@pytest.fixture(scope="module")
def with_default(checkout: Checkout) -> Platform:
    return checkout.synthesize(only="dev")


def groups(stack: Stack) -> dict[str, str | None]:
    """The class of each log group, by its name."""
    return {group["name"]: group.get("log_group_class") for group in stack.all(GROUP)}


def written(stack: Stack) -> set[str]:
    """The log groups that the containers of its tasks write to."""
    definitions = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    options = [one["logConfiguration"]["options"] for one in definitions]
    return {stack.target(its["awslogs-group"])["name"] for its in options if "awslogs-group" in its}


def test_another_class_is_another_group_and_the_first_stays(without_default: Platform) -> None:
    rare = without_default["dev-service-rare"]
    assert groups(rare) == {"/dev/services/rare": None, "/dev/services/rare/infrequent": "INFREQUENT_ACCESS"}
    assert written(rare) == {"/dev/services/rare/infrequent"}
    kept: list[Attributes] = rare.all(GROUP)
    assert {(its["retention_in_days"], its["kms_key_id"]) for its in kept} == {(14, kept[0]["kms_key_id"])}


def test_back_to_standard_keeps_the_other_group(without_default: Platform) -> None:
    back = without_default["dev-service-back"]
    assert groups(back) == {"/dev/services/back": None, "/dev/services/back/infrequent": "INFREQUENT_ACCESS"}
    assert written(back) == {"/dev/services/back"}


def test_where_nobody_chose_a_class_there_is_one_group(without_default: Platform) -> None:
    for name in ("plain", "searched", "nightly", "migrate"):
        assert groups(without_default[f"dev-service-{name}"]) == {f"/dev/services/{name}": None}


def test_the_first_group_is_the_same_resource_whatever_the_class(
    without_default: Platform, with_default: Platform
) -> None:
    for name in ("plain", "nightly", "migrate"):
        stacks = without_default[f"dev-service-{name}"], with_default[f"dev-service-{name}"]
        before, after = (stack.resources[GROUP] for stack in stacks)
        assert before.items() <= after.items()


def test_an_environment_has_a_default_which_a_service_overrules(with_default: Platform) -> None:
    for name in ("rare", "plain", "nightly", "migrate"):
        assert written(with_default[f"dev-service-{name}"]) == {f"/dev/services/{name}/infrequent"}
    assert written(with_default["dev-service-back"]) == {"/dev/services/back"}


def test_neither_the_platform_nor_a_log_in_opensearch_takes_the_default(with_default: Platform) -> None:
    assert groups(with_default["dev-service-searched"]) == {"/dev/services/searched": None}
    assert set(groups(with_default["dev-monitoring"]).values()) == {None}


def test_a_preview_writes_to_a_standard_group_alone(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("preview") / "out"
    preview = Preview.model_validate({"name": "pr-1", "services": {"rare": "v2"}, "expires": "2026-12-04"})
    main.synthesize(checkout.root, out=out, only="dev", local_aws=False, preview=preview)
    assert groups(read_platform(out)["dev-preview-pr-1"]) == {"/dev/services/rare--pr-1": None}


def test_who_judges_and_runs_is_told_the_class(with_default: Platform, without_default: Platform) -> None:
    def asked(stack: Stack) -> str:
        (found,) = [one["input"] for one in stack.all("aws_lambda_invocation") if '"do"' in one["input"]]
        return str(found)

    for name in ("plain", "migrate"):
        before, after = (asked(platform[f"dev-service-{name}"]) for platform in (without_default, with_default))
        assert "log_class" not in before, "an invocation of before is not another one"
        assert '"log_class": "infrequent-access"' in after
        (group,) = re.findall(r'"log_group": "([^"]+)"', after)
        assert with_default[f"dev-service-{name}"].target(group)["name"] == f"/dev/services/{name}/infrequent"
