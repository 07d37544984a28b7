"""Where logs go: a collection for each service, who may do what there, and the router in each task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.data_access import COLLECTION_ACTIONS, INDEX_ACTIONS, READS, WRITES, by_data_policies
from tests.settings import ACCOUNT
from tests.synthesis import Checkout, Platform, Stack

SERVICE = "kind: internal\nhealth_check: none\nimage: a/b:1\nport: 8080\n"
SERVICES = {
    "orders": SERVICE + "logs: {retention_days: 90}\n",
    "stock": SERVICE,
    "nightly": "kind: scheduled-job\nimage: a/b:1\nschedule: {expression: rate(1 day)}\n",
    "tool": "kind: one-off\nimage: a/b:1\n",
    "cheap": SERVICE + "logs: {destination: cloudwatch}\n",
}
SEARCHED = ("nightly", "orders", "stock", "tool")
TEAM = f"arn:aws:iam::{ACCOUNT}:role/developers"
READERS = f"""
logging:
  reader_role_arns: [{TEAM}]
  saml: {{metadata_file: idp.xml, reader_groups: [platform]}}
"""
IDP = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp"/>'
GROUP = f"saml/{ACCOUNT}/dev-logging/group/platform"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("logs") / "checkout")
    made.keep_services()
    for name, text in SERVICES.items():
        made.write(f"service_configs/{name}.yaml", text)
    dev = (made.root / "environments/dev.yaml").read_text().partition("\nlogging:")[0]
    made.write("environments/dev.yaml", dev + READERS)
    made.write("environments/idp.xml", IDP)
    return made


@pytest.fixture(scope="module")
def platform(checkout: Checkout) -> Platform:
    return checkout.synthesize(only="dev")


def containers(stack: Stack) -> dict[str, dict[str, Any]]:
    found = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    return {one["name"]: one for one in found}


def task_statements(stack: Stack) -> list[dict[str, Any]]:
    (role,) = [one for one in stack.all("aws_iam_role") if one["name"].endswith("-task")]
    policies = stack.all("aws_iam_role_policy", role=stack.id_of(role))
    return [statement for policy in policies for statement in json.loads(policy["policy"])["Statement"]]


def collections_reached(platform: Platform, stack: Stack) -> set[str]:
    """The collections that IAM lets the task of a stack reach at all."""
    found = set()
    for statement in task_statements(stack):
        if "aoss:APIAccessAll" in statement["Action"]:
            for arn in statement["Resource"]:
                owner, reference = platform.resolve(stack, arn)
                found.add(owner.target(reference)["name"])
    return found


def data_policies(platform: Platform) -> list[list[dict[str, Any]]]:
    return [
        json.loads(access["policy"])
        for stack in platform
        for access in stack.all("aws_opensearchserverless_access_policy")
    ]


def test_each_service_has_a_collection_of_its_own_and_cloudwatch_ones_have_none(platform: Platform) -> None:
    names = {one["name"] for stack in platform for one in stack.all("aws_opensearchserverless_collection")}
    assert names == {f"dev-{name}" for name in SEARCHED}
    assert {stack.name for stack in platform if stack.name.startswith("dev-logs-")} == {
        f"dev-logs-{name}" for name in SEARCHED
    }
    for name in SEARCHED:
        stack = platform[f"dev-logs-{name}"]
        assert stack.one("aws_opensearchserverless_collection")["type"] == "TIMESERIES"
        assert stack.one("aws_opensearchserverless_access_policy")["name"] == f"dev-{name}"
        assert stack.one("aws_opensearchserverless_lifecycle_policy")["name"] == f"dev-{name}"


@pytest.mark.parametrize("owner", SEARCHED)
def test_each_role_may_do_in_each_index_exactly_what_it_should(owner: str, platform: Platform) -> None:
    tasks = {f"arn:aws:iam::{ACCOUNT}:role/dev-{name}-task": name for name in SERVICES}
    readers = {TEAM, GROUP, f"arn:aws:iam::{ACCOUNT}:role/dev-grafana-task"}
    policies = data_policies(platform)
    strangers = {
        f"arn:aws:iam::{ACCOUNT}:role/dev-orders-execution",
        f"arn:aws:iam::{ACCOUNT}:role/dev-prometheus-task",
    }
    for index, is_own in ((f"dev-{owner}/{owner}-2026.48", True), (f"dev-{owner}/.kibana", False)):
        for principal in (*tasks, *readers, *strangers):
            allowed = WRITES if tasks.get(principal) == owner else READS if principal in readers else set()
            for action in (*INDEX_ACTIONS, *COLLECTION_ACTIONS):
                expected = is_own and action in allowed
                assert by_data_policies(policies, principal, action, index) is expected, (principal, action, index)


def test_iam_lets_each_task_reach_its_own_collection_alone(platform: Platform) -> None:
    for name in SERVICES:
        reached = collections_reached(platform, platform[f"dev-service-{name}"])
        assert reached == ({f"dev-{name}"} if name in SEARCHED else set())


def test_no_task_of_the_platform_itself_needs_opensearch_to_log(platform: Platform) -> None:
    for task in platform["dev-monitoring"].all("aws_ecs_task_definition"):
        for container in json.loads(task["container_definitions"]):
            assert container["logConfiguration"]["logDriver"] == "awslogs"


def test_every_policy_is_written_canonically(platform: Platform) -> None:
    found = 0
    for stack in platform:
        for kind, resources in stack.resources.items():
            if kind.startswith("aws_opensearchserverless_") and kind.endswith("_policy"):
                for resource in resources.values():
                    found += 1
                    text = resource["policy"]
                    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
                    assert len(text) <= 10_240
    assert found == 2 + 2 * len(SEARCHED)


def test_one_key_and_one_way_in_serve_every_collection_of_the_environment(platform: Platform) -> None:
    stack = platform["dev-logging"]
    encryption = json.loads(stack.one("aws_opensearchserverless_security_policy", type="encryption")["policy"])
    assert encryption == {
        "AWSOwnedKey": True,
        "Rules": [{"Resource": ["collection/dev-*"], "ResourceType": "collection"}],
    }
    (way,) = json.loads(stack.one("aws_opensearchserverless_security_policy", type="network")["policy"])
    assert way["AllowFromPublic"] is False
    (endpoint,) = way["SourceVPCEs"]
    assert stack.target(endpoint) is stack.one("aws_opensearchserverless_vpc_endpoint")
    assert {rule["ResourceType"] for rule in way["Rules"]} == {"collection", "dashboard"}


def test_dashboards_alone_may_be_reached_from_anywhere_when_the_environment_says_so(checkout: Checkout) -> None:
    dev = checkout.root / "environments/dev.yaml"
    before = dev.read_text()
    dev.write_text(before.replace("\nlogging:\n", "\nlogging:\n  dashboards: public\n  encryption_key: environment\n"))
    try:
        stack = checkout.synthesize(only="dev")["dev-logging"]
    finally:
        dev.write_text(before)
    data, dashboards = json.loads(stack.one("aws_opensearchserverless_security_policy", type="network")["policy"])
    assert data["AllowFromPublic"] is False
    assert dashboards == {
        "AllowFromPublic": True,
        "Rules": [{"Resource": ["collection/dev-*"], "ResourceType": "dashboard"}],
    }
    encryption = json.loads(stack.one("aws_opensearchserverless_security_policy", type="encryption")["policy"])
    assert "AWSOwnedKey" not in encryption
    assert encryption["KmsARN"].startswith("${data.terraform_remote_state.")


def test_the_identity_provider_of_the_environment_signs_people_in(platform: Platform) -> None:
    config = platform["dev-logging"].one("aws_opensearchserverless_security_config")
    assert (config["name"], config["type"]) == ("dev-logging", "saml")
    assert config["saml_options"] == {"metadata": IDP, "group_attribute": "groups"}


@pytest.mark.parametrize(("service", "days"), [("orders", 90), ("stock", 30)])
def test_a_log_is_kept_as_long_as_the_file_says_and_the_week_of_its_index(
    service: str, days: int, platform: Platform
) -> None:
    stack = platform[f"dev-logs-{service}"]
    policy = json.loads(stack.one("aws_opensearchserverless_lifecycle_policy")["policy"])
    (rule,) = policy["Rules"]
    assert rule["MinIndexRetention"] == f"{days + 7}d"
    assert rule["Resource"] == [f"index/dev-{service}/*"]
    group = platform[f"dev-service-{service}"].one("aws_cloudwatch_log_group")
    assert group["retention_in_days"] == days


def test_what_a_service_writes_goes_through_a_router_that_is_there_before_it(platform: Platform) -> None:
    for name in SEARCHED:
        task = containers(platform[f"dev-service-{name}"])
        own, router = task[name], task["fluent-bit"]
        assert own["logConfiguration"]["logDriver"] == "awsfirelens"
        assert "Name" not in own["logConfiguration"]["options"], "it would be a second output"
        assert own["dependsOn"] == [{"containerName": "fluent-bit", "condition": "HEALTHY"}]
        assert "/api/v1/uptime" in router["healthCheck"]["command"][1]
        assert router["firelensConfiguration"] == {
            "type": "fluentbit",
            "options": {
                "enable-ecs-log-metadata": "true",
                "config-file-type": "file",
                "config-file-value": "/fluent-bit/etc/groundwork.conf",
            },
        }


def test_a_router_that_dies_is_started_anew_and_stops_nothing(platform: Platform) -> None:
    router = containers(platform["dev-service-orders"])["fluent-bit"]
    assert router["essential"] is False
    assert router["restartPolicy"]["enabled"] is True
    assert router["logConfiguration"]["logDriver"] == "awslogs", "its own log must not go through itself"
    assert router["logConfiguration"]["options"]["mode"] == "non-blocking"


def test_the_router_is_told_where_the_log_goes_and_whose_it_is(platform: Platform) -> None:
    stack = platform["dev-service-orders"]
    told = {one["name"]: one["value"] for one in containers(stack)["fluent-bit"]["environment"]}
    assert told["AOSS_HOST"].endswith(".eu-west-1.aoss.amazonaws.com")
    assert not told["AOSS_HOST"].startswith("https://")
    assert (told["SERVICE"], told["ENVIRONMENT"], told["JOB"]) == ("orders", "dev", "false")
    assert {"name": "JOB", "value": "true"} in containers(platform["dev-service-nightly"])["fluent-bit"]["environment"]


def test_what_a_file_says_reaches_the_containers_letter_by_letter(checkout: Checkout) -> None:
    odd = r'a ${timestamp()} %{if true} $$ 100 % \ "'
    file = checkout.root / "service_configs/orders.yaml"
    before = file.read_text()
    texts = f"variables: {{ODD: {json.dumps(odd)}}}\ncommand: [echo, {json.dumps(odd)}]\n"
    file.write_text(before.replace("{retention_days: 90}", f"{{mask: [{json.dumps('a${b}%{c}*')}]}}") + texts)
    try:
        found = containers(checkout.synthesize(only="dev")["dev-service-orders"])
    finally:
        file.write_text(before)
    escaped = odd.replace("${", "$${").replace("%{", "%%{")
    assert {"name": "ODD", "value": escaped} in found["orders"]["environment"]
    assert found["orders"]["command"] == ["echo", escaped]
    (mask,) = [one["value"] for one in found["fluent-bit"]["environment"] if one["name"] == "MASK"]
    assert "%{" not in mask.replace("%%{", "")


def test_errors_are_copied_to_the_services_own_log_group_and_no_other(platform: Platform) -> None:
    stack = platform["dev-service-orders"]
    (copies,) = [one for one in task_statements(stack) if "logs:PutLogEvents" in one["Action"]]
    (resource,) = copies["Resource"]
    assert stack.target(resource.removesuffix(":*")) is stack.one("aws_cloudwatch_log_group")


def test_no_task_starts_before_it_may_write_its_log(platform: Platform) -> None:
    stack = platform["dev-service-orders"]
    (policy,) = [id_ for id_, one in stack.resources["aws_iam_role_policy"].items() if one["name"] == "logs"]
    assert f"aws_iam_role_policy.{policy}" in stack.one("aws_ecs_task_definition")["depends_on"]
    assert {"dev-logs-orders"} <= stack.dependencies
    assert "dev-logging" in platform["dev-logs-orders"].dependencies


def test_cloudwatch_is_the_whole_platform_without_collections_routers_and_stacks(checkout: Checkout) -> None:
    dev = checkout.root / "environments/dev.yaml"
    before = dev.read_text()
    dev.write_text(before.partition("\nlogging:")[0] + "\nlogging: {destination: cloudwatch}\n")
    try:
        platform = checkout.synthesize(only="dev")
    finally:
        dev.write_text(before)
    assert not [stack.name for stack in platform if "log" in stack.name]
    assert "opensearchserverless" not in "".join(stack.text for stack in platform)
    for name in SERVICES:
        task = containers(platform[f"dev-service-{name}"])
        assert "fluent-bit" not in task
        assert task[name]["logConfiguration"]["logDriver"] == "awslogs"
        assert "dependsOn" not in task[name]


def test_a_protected_environment_keeps_the_logs_of_what_is_removed(shop: Platform) -> None:
    for environment, kept in (("prod", True), ("dev", False)):
        collection = shop[f"{environment}-logs-orders"].one("aws_opensearchserverless_collection")
        assert collection.get("lifecycle", {}).get("prevent_destroy", False) is kept


def test_standby_replicas_are_the_environments_choice(shop: Platform) -> None:
    chosen = {
        environment: shop[f"{environment}-logs-orders"].one("aws_opensearchserverless_collection")["standby_replicas"]
        for environment in ("dev", "staging", "prod")
    }
    assert chosen == {"dev": "DISABLED", "staging": "DISABLED", "prod": "ENABLED"}
