"""The cluster of each environment, and the private names in it."""

from __future__ import annotations

import json

import pytest

from tests.synthesis import Checkout, Platform

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_names_under_app_local_are_private_to_the_environments_network(environment: str, shop: Platform) -> None:
    cluster = shop[f"{environment}-cluster"]
    namespace = cluster.one("aws_service_discovery_private_dns_namespace")
    assert namespace["name"] == "app.local"
    network, vpc = shop.resolve(cluster, namespace["vpc"])
    assert network.name == f"{environment}-network"
    assert network.target(vpc) is network.one("aws_vpc")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_name_that_was_empty_is_asked_for_again_within_a_quarter_of_a_minute(
    environment: str, shop: Platform
) -> None:
    cluster = shop[f"{environment}-cluster"]
    limit = cluster.one("aws_lambda_invocation")
    namespace = cluster.id_of(cluster.one("aws_service_discovery_private_dns_namespace"))
    assert json.loads(limit["input"]) == {"do": "limit-negative-ttl", "namespace": namespace, "most_s": 15}
    assert cluster.target(limit["function_name"]) is cluster.one("aws_lambda_function")
    rights = cluster.one("aws_iam_role_policy", name="negative-ttl")
    assert limit["depends_on"] == [cluster.id_of(rights).removeprefix("${").removesuffix(".id}")]
    to_change = [one for one in json.loads(rights["policy"])["Statement"] if one["Resource"] != ["*"]]
    zone = namespace.replace(".id}", ".hosted_zone}")
    assert {action: one["Resource"] for one in to_change for action in one["Action"]} == {
        "servicediscovery:GetNamespace": [namespace.replace(".id}", ".arn}")],
        "servicediscovery:UpdatePrivateDnsNamespace": [namespace.replace(".id}", ".arn}")],
        "route53:ChangeResourceRecordSets": [f"arn:aws:route53:::hostedzone/{zone}"],
    }


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tasks_may_run_on_fargate_and_on_spot(environment: str, shop: Platform) -> None:
    providers = shop[f"{environment}-cluster"].one("aws_ecs_cluster_capacity_providers")["capacity_providers"]
    assert {"FARGATE", "FARGATE_SPOT"} <= set(providers)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_typed_into_a_task_is_written_down_encrypted(environment: str, shop: Platform) -> None:
    cluster = shop[f"{environment}-cluster"]
    command = cluster.one("aws_ecs_cluster")["configuration"]["execute_command_configuration"]
    assert command["logging"] == "OVERRIDE"
    log = command["log_configuration"]
    assert log["cloud_watch_encryption_enabled"] is True
    assert cluster.target(log["cloud_watch_log_group_name"])["kms_key_id"]


def test_container_insights_is_a_field(checkout: Checkout) -> None:
    dev = checkout.root / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("cluster:\n", "cluster:\n  container_insights: enhanced\n"))
    (setting,) = checkout.synthesize(only="dev")["dev-cluster"].one("aws_ecs_cluster")["setting"]
    assert setting == {"name": "containerInsights", "value": "enhanced"}


def test_container_insights_is_off_unless_it_is_asked_for(shop: Platform) -> None:
    cluster = shop["prod-cluster"].one("aws_ecs_cluster")
    assert cluster["setting"] == [{"name": "containerInsights", "value": "disabled"}]
    assert "CKV_AWS_65" in cluster["//"]["checkov"]
