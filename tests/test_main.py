"""The whole program: which stacks there are, what each needs, where its state lies and what a new service changes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.synthesis import ROOT, Checkout, Platform, Stack

ENVIRONMENTS = ("dev", "staging", "prod")
ACCOUNT, REGION = "123456789012", "eu-west-1"

# What each stack of an environment needs from the others, as `make demo` deploys it.
GRAPH: dict[str, set[str]] = {
    "account": set(),
    "network": set(),
    "nat": {"network"},
    "cluster": {"network", "nat"},
    "edge": {"network"},
    "monitoring": {"network", "cluster", "edge", "logs-mailer", "logs-orders", "logs-storefront"},
    "database-orders": {"network"},
    "logins-orders": {"network", "cluster", "database-orders"},
    "storage-mailer": {"network"},
    "logging": {"network"},
    "logs-mailer": {"logging"},
    "logs-orders": {"logging"},
    "logs-storefront": {"logging"},
    "service-mailer": {"network", "cluster", "logs-mailer", "storage-mailer"},
    "service-orders": {"network", "cluster", "database-orders", "logins-orders", "logs-orders"},
    "service-storefront": {"network", "cluster", "edge", "service-orders", "logs-storefront"},
}
WITH_NAT_GATEWAYS = "prod"
SHARED: dict[str, set[str]] = {"shared-registry": set()}

WORKER = """\
kind: worker
image: public.ecr.aws/docker/library/busybox:1.37.0
"""
WEB = """\
kind: public-web
image: public.ecr.aws/nginx/nginx:1.29.1
port: 80
"""


def place(stack: Stack) -> tuple[str, str]:
    environment, _, name = stack.name.partition("-")
    return environment, name


def test_the_stacks_and_what_each_needs(shop: Platform) -> None:
    found = {stack.name: stack.dependencies for stack in shop}
    expected = {
        f"{environment}-{name}": {f"{environment}-{other}" for other in needs}
        for environment in ENVIRONMENTS
        for name, needs in GRAPH.items()
    }
    del expected[f"{WITH_NAT_GATEWAYS}-nat"]
    expected[f"{WITH_NAT_GATEWAYS}-cluster"].remove(f"{WITH_NAT_GATEWAYS}-nat")
    assert found == expected | SHARED


def test_each_stack_has_its_own_locked_encrypted_state(shop: Platform) -> None:
    for stack in shop:
        environment, name = place(stack)
        assert stack.document["terraform"]["backend"]["s3"] == {
            "bucket": f"acme-{environment}-terraform-state",
            "key": f"{environment}/{name}.tfstate",
            "region": REGION,
            "encrypt": True,
            "use_lockfile": True,
        }


def test_each_stack_refuses_every_other_account(shop: Platform) -> None:
    for stack in shop:
        (provider,) = stack.document["provider"]["aws"]
        assert provider["allowed_account_ids"] == [ACCOUNT]
        assert provider["region"] == REGION


def test_everything_is_tagged_with_where_it_comes_from(shop: Platform) -> None:
    for stack in shop:
        environment, name = place(stack)
        (provider,) = stack.document["provider"]["aws"]
        (tags,) = [default["tags"] for default in provider["default_tags"]]
        assert tags == {
            "groundwork:environment": environment,
            "groundwork:stack": name,
            "groundwork:managed-by": "groundwork",
            "owner": "platform",
        }


def test_stacks_read_the_state_of_those_they_depend_on_and_of_no_other(shop: Platform) -> None:
    for stack in shop:
        environment, _ = place(stack)
        read = {
            state["config"]["key"]
            for state in stack.document.get("data", {}).get("terraform_remote_state", {}).values()
        }
        assert read <= {f"{environment}/{name.removeprefix(f'{environment}-')}.tfstate" for name in stack.dependencies}


def test_no_stack_shows_what_another_reads_in_clear(shop: Platform) -> None:
    for stack in shop:
        for name, output in stack.document.get("output", {}).items():
            assert output.get("sensitive") or not name.startswith("cross-stack-output"), f"{stack.name}: {name}"


def test_nothing_of_the_embedded_aws_is_in_what_goes_to_an_account(shop: Platform) -> None:
    for stack in shop:
        # A container's health check asks 127.0.0.1 too, which is its own.
        text = re.sub(r"http://127\.0\.0\.1:\d+(/-/healthy|/healthz|/api/health|/api/v1/uptime|/)\W", "", stack.text)
        for switch in (
            "use_path_style",
            "s3_use_path_style",
            "max_retries",
            "endpoint_url",
            "127.0.0.1",
            "skip_credentials",
            "skip_request",
        ):
            assert switch not in text, f"{stack.name} has {switch}"


def test_the_embedded_aws_is_reached_by_three_switches_alone(shop: Platform, checkout: Checkout) -> None:
    embedded = checkout.synthesize(only="dev", local_aws=True)
    for stack in embedded:
        document = json.loads(stack.text)
        assert document["provider"]["aws"][0].pop("s3_use_path_style") is True
        assert document["provider"]["aws"][0].pop("max_retries") == 5
        assert document["terraform"]["backend"]["s3"].pop("use_path_style") is True
        for state in document.get("data", {}).get("terraform_remote_state", {}).values():
            assert state["config"].pop("use_path_style") is True
        assert document["resource"] == shop[stack.name].document["resource"]
        assert document["provider"] == shop[stack.name].document["provider"]


def test_only_one_environment_is_synthesized_when_one_is_named(checkout: Checkout, shop: Platform) -> None:
    staging = checkout.synthesize(only="staging")
    assert {stack.name for stack in staging} == {stack.name for stack in shop if place(stack)[0] == "staging"}
    assert all(stack.text == shop[stack.name].text for stack in staging)


def test_the_same_files_give_the_same_code_to_the_byte(checkout: Checkout, shop: Platform) -> None:
    again = checkout.synthesize()
    assert {stack.name: stack.text for stack in again} == {stack.name: stack.text for stack in shop}


@pytest.mark.parametrize(
    ("name", "text"),
    [("billing", WORKER), ("aaa", WEB), ("zzz", WEB)],
    ids=["of-a-kind-already-there", "sorting-first", "sorting-last"],
)
def test_a_new_service_changes_only_prometheus(name: str, text: str, checkout: Checkout, shop: Platform) -> None:
    checkout.write(f"service_configs/{name}.yaml", text)
    with_it = checkout.synthesize(only="dev")
    assert_only_its_own_stack_is_new(name, {s.name: s.text for s in shop if place(s)[0] == "dev"}, with_it)


def test_the_first_service_of_its_kind_changes_only_prometheus(checkout: Checkout) -> None:
    checkout.keep_services("mailer")
    before = {stack.name: stack.text for stack in checkout.synthesize(only="prod")}
    checkout.write("service_configs/shop.yaml", WEB)
    assert_only_its_own_stack_is_new("shop", before, checkout.synthesize(only="prod"))


def test_the_first_caller_of_a_service_changes_only_prometheus(checkout: Checkout, shop: Platform) -> None:
    checkout.write("service_configs/billing.yaml", WORKER + "calls: [orders]\n")
    with_it = checkout.synthesize(only="dev")
    assert_only_its_own_stack_is_new("billing", {s.name: s.text for s in shop if place(s)[0] == "dev"}, with_it)
    assert "dev-service-orders" in with_it["dev-service-billing"].dependencies


def test_removing_a_service_removes_its_stacks_and_changes_only_prometheus(checkout: Checkout) -> None:
    checkout.add("service_configs/orders.yaml", "queues: {returns: {}}\n")  # CloudWatch is asked about queues still
    before = {stack.name: stack.text for stack in checkout.synthesize(only="dev")}
    checkout.remove("service_configs/mailer.yaml")
    without = checkout.synthesize(only="dev")
    del before["dev-service-mailer"], before["dev-logs-mailer"], before["dev-storage-mailer"]
    assert without.stacks.keys() == before.keys()
    assert_only_prometheus_has_changed(before, without)


def assert_only_its_own_stack_is_new(name: str, before: dict[str, str], after: Platform) -> None:
    texts = {stack.name: stack.text for stack in after}
    (environment,) = {stack.partition("-")[0] for stack in texts}
    assert texts.keys() - before.keys() == {f"{environment}-service-{name}", f"{environment}-logs-{name}"}
    assert_only_prometheus_has_changed(before, after)


def assert_only_prometheus_has_changed(before: dict[str, str], after: Platform) -> None:
    """It scrapes every service, and so its image is another one; its task definition names it. Grafana's stays what it
    is, and its task is told of the log collections that there are; nothing else changes.
    """
    (changed,) = [stack for stack, text in before.items() if after[stack].text != text]
    assert place(after[changed])[1] == "monitoring"
    assert without_what_follows_services(before[changed]) == without_what_follows_services(after[changed].text)


def without_what_follows_services(text: str) -> dict[str, Any]:
    """The stack monitoring without the image of Prometheus and without the collections, whose states it reads."""
    document: dict[str, Any] = json.loads(text)
    definitions = {
        one["family"].partition("-")[2]: one for one in document["resource"]["aws_ecs_task_definition"].values()
    }
    for part in ("prometheus", "grafana"):
        own, *beside = json.loads(definitions[part].pop("container_definitions"))
        if part == "prometheus":
            assert "/platform/prometheus:" in own.pop("image")
        else:
            own["environment"] = [one for one in own["environment"] if one["name"] != "LOGS_COLLECTIONS"]
        definitions[part]["containers"] = [own, *beside]
    policies = document["resource"]["aws_iam_role_policy"]
    (of_collections,) = [id_ for id_, one in policies.items() if one["name"] == "logs"]
    (statement,) = json.loads(policies.pop(of_collections)["policy"])["Statement"]
    assert statement["Action"] == ["aoss:APIAccessAll"]
    states = document["data"]["terraform_remote_state"]
    for id_ in [id_ for id_, state in states.items() if "/logs-" in state["config"]["key"]]:
        del states[id_]
    return document


def run(root: Path, out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as cdktf starts it."""
    (root / "main.py").symlink_to(ROOT / "main.py")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "GROUNDWORK_"))}
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=root,
        env=clean | {"CDKTF_OUTDIR": str(out)} | environment,
        capture_output=True,
        text=True,
    )


def test_the_program_writes_what_the_tests_read_and_says_nothing(
    checkout: Checkout, tmp_path: Path, shop: Platform
) -> None:
    done = run(checkout.root, tmp_path, GROUNDWORK_ENVIRONMENT="dev")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    document = json.loads((tmp_path / "stacks/dev-network/cdk.tf.json").read_text())
    assert document == shop["dev-network"].document


def test_an_unknown_environment_is_refused_in_one_message(checkout: Checkout, tmp_path: Path) -> None:
    done = run(checkout.root, tmp_path, GROUNDWORK_ENVIRONMENT="production")
    assert done.returncode == 2
    assert "production" in done.stderr
    assert "Traceback" not in done.stderr
