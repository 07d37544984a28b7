"""One service's stack: what runs, under whose name, as whom, and how it grows and is replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.settings import ACCOUNT
from tests.synthesis import Attributes, Checkout, Platform, Stack

REGION = "eu-west-1"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
CHECKOUT = """\
kind: public-web
port: 8080
cpu: 512
memory_mib: 2048
http: {host: pay, path: "/v2/*"}
health_check: {path: /ready, interval_s: 20, timeout_s: 4, grace_s: 90}
variables: {LOG_LEVEL: info, COLOUR: blue}
calls: [stock]
scaling: {min_tasks: 2, max_tasks: 9, cpu_percent: 55, memory_percent: null, requests_per_task: 500}
spot_percent: 25
logs: {destination: cloudwatch, retention_days: 14}
"""
STOCK = """\
kind: internal
health_check: none
port: 9090
ports: {admin: 9191, debug: 9292}
architecture: x86_64
exec: true
"""
MAILER = "kind: worker\nimage: public.ecr.aws/docker/library/busybox:1.37.0\ncommand: [sh, -c, work]\n"
GATEWAY = """\
kind: public-web
port: 8080
image: a/gateway:1
memory_mib: 1024
cpu: 512
calls: [stock:admin]
ephemeral_gib: 50
sidecars: {nginx: {image: "a/nginx:1", port: 8080, secrets: {KEY: nginx-key}}}
"""
RELEASES = "checkout: 2026-11-23\nstock: v1\n"
TASK_METRICS, ROUTER_METRICS = 9779, 2020
KINDS_THAT_RUN = (
    "aws_ecs_service",
    "aws_lambda_invocation",
    "aws_appautoscaling_target",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_scheduled_action",
    "aws_cloudwatch_metric_alarm",
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    checkout = Checkout(tmp_path_factory.mktemp("services") / "checkout")
    checkout.keep_services()
    draft = CHECKOUT.replace("host: pay", "host: draft")
    for name, text in {
        "checkout": CHECKOUT,
        "draft": draft,
        "stock": STOCK,
        "mailer": MAILER,
        "gateway": GATEWAY,
    }.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    checkout.write("service_configs/releases/staging.yaml", RELEASES)
    return checkout.synthesize(only="staging")


@pytest.fixture(scope="module")
def web(platform: Platform) -> Stack:
    return platform["staging-service-checkout"]


@pytest.fixture(scope="module")
def internal(platform: Platform) -> Stack:
    return platform["staging-service-stock"]


@pytest.fixture(scope="module")
def gateway(platform: Platform) -> Stack:
    return platform["staging-service-gateway"]


@pytest.fixture(scope="module")
def worker(platform: Platform) -> Stack:
    return platform["staging-service-mailer"]


def container(stack: Stack) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    (own,) = [one for one in found if one["name"] == stack.name.removeprefix("staging-service-")]
    return own


def statements(stack: Stack, role: str) -> list[Attributes]:
    """What a role may do by the policies written into it."""
    (found,) = [r for r in stack.all("aws_iam_role") if r["name"].endswith(role)]
    policies = stack.all("aws_iam_role_policy", role=stack.id_of(found))
    return [statement for policy in policies for statement in json.loads(policy["policy"])["Statement"]]


def test_the_release_of_the_environment_runs_from_the_services_own_repository(web: Stack) -> None:
    assert container(web)["image"] == f"{REGISTRY}/checkout:2026-11-23"


def test_an_image_of_its_own_choice_runs_as_written(worker: Stack) -> None:
    assert container(worker)["image"] == "public.ecr.aws/docker/library/busybox:1.37.0"
    assert container(worker)["command"] == ["sh", "-c", "work"]


def test_without_a_release_there_is_everything_but_what_runs(platform: Platform, web: Stack) -> None:
    draft = platform["staging-service-draft"]
    assert not [kind for kind in KINDS_THAT_RUN if draft.all(kind)]
    kept = {kind: len(found) for kind, found in web.resources.items() if kind not in KINDS_THAT_RUN}
    assert {kind: len(found) for kind, found in draft.resources.items()} == kept


def test_the_first_release_is_a_deployment_of_the_least_number_of_tasks(web: Stack) -> None:
    assert web.one("aws_ecs_service")["desired_count"] == 2


def test_size_and_processor_are_those_of_the_file(web: Stack, internal: Stack) -> None:
    task = web.one("aws_ecs_task_definition")
    assert (task["cpu"], task["memory"]) == ("512", "2048")
    assert task["runtime_platform"]["cpu_architecture"] == "ARM64"
    assert internal.one("aws_ecs_task_definition")["runtime_platform"]["cpu_architecture"] == "X86_64"


def test_a_task_is_measured_by_a_container_beside_its_own_that_cannot_hurt_it(web: Stack, worker: Stack) -> None:
    for stack in (web, worker):
        own, exporter, *_ = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
        assert own["essential"]
        assert exporter["image"].startswith(f"{REGISTRY}/platform/ecs-exporter:")
        assert not exporter["essential"]
        assert exporter["restartPolicy"] == {"enabled": True}
        assert exporter["memory"] == 64
        assert [port["containerPort"] for port in exporter["portMappings"]] == [TASK_METRICS]


def test_the_images_of_a_task_may_be_pulled_and_no_other(web: Stack, worker: Stack) -> None:
    for stack, repositories in (
        (web, ["checkout", "platform/ecs-exporter"]),
        (worker, ["platform/ecs-exporter", "platform/fluent-bit"]),
    ):
        (pull,) = [one for one in statements(stack, "-execution") if "ecr:BatchGetImage" in one["Action"]]
        assert [arn.partition(":repository/")[2] for arn in pull["Resource"]] == repositories


def test_variables_are_set_in_a_stable_order(web: Stack) -> None:
    own = [v for v in container(web)["environment"] if v["name"] in ("COLOUR", "LOG_LEVEL")]
    assert own == [{"name": "COLOUR", "value": "blue"}, {"name": "LOG_LEVEL", "value": "info"}]


def test_tasks_run_in_the_private_subnets_without_a_public_address(web: Stack, platform: Platform) -> None:
    network = web.one("aws_ecs_service")["network_configuration"]
    assert network["assign_public_ip"] is False
    for subnet in network["subnets"]:
        stack, reference = platform.resolve(web, subnet)
        assert stack.target(reference)["tags"]["groundwork:tier"] == "private"


def test_every_task_registers_its_address_under_its_services_name(platform: Platform) -> None:
    for name in ("checkout", "stock", "mailer"):
        stack = platform[f"staging-service-{name}"]
        registration = stack.one("aws_service_discovery_service")
        assert registration["name"] == name
        dns = registration["dns_config"]
        assert (dns["routing_policy"], dns["dns_records"][0]["type"]) == ("MULTIVALUE", "A")
        owner, namespace = platform.resolve(stack, dns["namespace_id"])
        assert owner.target(namespace)["name"] == "app.local"
        registries = stack.one("aws_ecs_service")["service_registries"]
        assert stack.target(registries["registry_arn"]) is registration


def test_only_a_public_service_has_a_rule_and_a_target_group(web: Stack, internal: Stack, worker: Stack) -> None:
    assert web.one("aws_lb_listener_rule")
    assert web.one("aws_lb_target_group")
    for stack in (internal, worker):
        assert not stack.all("aws_lb_listener_rule")
        assert not stack.all("aws_lb_target_group")
        assert "load_balancer" not in stack.one("aws_ecs_service")


def test_the_rule_is_for_the_services_host_and_path(web: Stack) -> None:
    conditions = web.one("aws_lb_listener_rule")["condition"]
    assert [c["host_header"]["values"] for c in conditions if "host_header" in c] == [["pay.staging.example.com"]]
    assert [c["path_pattern"]["values"] for c in conditions if "path_pattern" in c] == [["/v2/*"]]


def test_the_load_balancer_asks_what_the_health_check_says(web: Stack) -> None:
    check = web.one("aws_lb_target_group")["health_check"]
    assert (check["path"], check["interval"], check["timeout"]) == ("/ready", 20, 4)
    service = web.one("aws_ecs_service")
    assert service["health_check_grace_period_seconds"] == 90
    (balancer,) = service["load_balancer"]
    assert (balancer["container_name"], balancer["container_port"]) == ("checkout", 8080)


def test_a_task_is_stopped_only_after_the_load_balancer_has_let_it_go(web: Stack) -> None:
    assert container(web)["stopTimeout"] > int(web.one("aws_lb_target_group")["deregistration_delay"])


def test_no_deploy_takes_capacity_away(web: Stack) -> None:
    service = web.one("aws_ecs_service")
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["deployment_maximum_percent"] == 200
    assert service["availability_zone_rebalancing"] == "ENABLED"


def test_spot_takes_its_share(web: Stack, worker: Stack) -> None:
    def shares(stack: Stack) -> dict[str, int]:
        strategy = stack.one("aws_ecs_service")["capacity_provider_strategy"]
        return {part["capacity_provider"]: part["weight"] for part in strategy}

    assert shares(web) == {"FARGATE": 75, "FARGATE_SPOT": 25}
    assert shares(worker) == {"FARGATE": 50, "FARGATE_SPOT": 50}, "the environment's share"


def test_of_two_tasks_one_is_on_demand_unless_a_field_says_otherwise(checkout: Checkout) -> None:
    def strategy(text: str) -> dict[str, tuple[int, int]]:
        checkout.write("service_configs/mailer.yaml", MAILER + text)
        service = checkout.synthesize(only="dev")["dev-service-mailer"].one("aws_ecs_service")
        return {one["capacity_provider"]: (one["base"], one["weight"]) for one in service["capacity_provider_strategy"]}

    # Fargate would place no task, not even its base, without a weight.
    assert strategy("spot_percent: 100\n") == {"FARGATE": (1, 1), "FARGATE_SPOT": (0, 100)}
    assert strategy("spot_percent: 100\non_demand_base: 0\n") == {"FARGATE_SPOT": (0, 100)}
    assert strategy("spot_percent: 100\nscaling: {min_tasks: 1}\n") == {"FARGATE_SPOT": (0, 100)}
    assert strategy("spot_percent: 0\n") == {"FARGATE": (0, 100)}


def test_another_share_of_spot_is_a_deployment_and_no_new_service(web: Stack) -> None:
    assert web.one("aws_ecs_service")["force_new_deployment"] is True


def test_autoscaling_follows_every_measure_that_is_named(web: Stack) -> None:
    measures = {
        policy["target_tracking_scaling_policy_configuration"]["predefined_metric_specification"][
            "predefined_metric_type"
        ]: policy["target_tracking_scaling_policy_configuration"]["target_value"]
        for policy in web.all("aws_appautoscaling_policy")
        if policy["policy_type"] == "TargetTrackingScaling"
    }
    assert measures == {"ECSServiceAverageCPUUtilization": 55, "ALBRequestCountPerTarget": 500}
    target = web.one("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 9)


def test_a_deploy_leaves_the_number_of_tasks_to_autoscaling(web: Stack) -> None:
    assert "desired_count" in web.one("aws_ecs_service")["lifecycle"]["ignore_changes"]


def test_a_called_service_opens_to_its_caller_in_the_callers_stack(web: Stack, internal: Stack) -> None:
    ports = [rule["from_port"] for rule in web.all("aws_vpc_security_group_ingress_rule")]
    assert sorted(ports) == [8080, 9090, TASK_METRICS]
    own = [rule["from_port"] for rule in internal.all("aws_vpc_security_group_ingress_rule")]
    assert sorted(own) == [ROUTER_METRICS, TASK_METRICS], "its callers open the rest"


def test_the_code_of_a_service_may_do_nothing_by_itself(web: Stack) -> None:
    assert statements(web, "checkout-task") == []


def test_starting_a_task_may_pull_its_own_image_and_write_its_own_log(web: Stack) -> None:
    resources = {
        resource: sorted(statement["Action"])
        for statement in statements(web, "checkout-execution")
        for resource in statement["Resource"]
        if resource != "*"
    }
    for repository in ("checkout", "platform/ecs-exporter"):
        assert "ecr:BatchGetImage" in resources.pop(f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{repository}")
    for end in (":*", "/*"):  # what ECS rolls back to may write to the group of another class, which is below it
        (log,) = [one for one in resources if one.endswith(end)]
        assert web.target(log.removesuffix(end)) is web.one("aws_cloudwatch_log_group")
        assert resources.pop(log) == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert not resources


def test_a_shell_in_a_task_is_off_unless_asked_for_and_written_down(web: Stack, internal: Stack) -> None:
    assert web.one("aws_ecs_service").get("enable_execute_command") is not True
    assert internal.one("aws_ecs_service")["enable_execute_command"] is True
    assert container(internal)["linuxParameters"] == {"initProcessEnabled": True}
    actions = [action for statement in statements(internal, "stock-task") for action in statement["Action"]]
    assert {"ssmmessages:OpenDataChannel", "logs:PutLogEvents", "kms:Decrypt"} <= set(actions)


def test_logs_are_encrypted_and_kept_as_long_as_the_file_says(web: Stack, platform: Platform) -> None:
    group = web.one("aws_cloudwatch_log_group")
    assert group["retention_in_days"] == 14
    owner, key = platform.resolve(web, group["kms_key_id"])
    assert owner.target(key)["enable_key_rotation"] is True


def test_a_full_log_never_stops_the_service(web: Stack) -> None:
    assert container(web)["logConfiguration"]["options"]["mode"] == "non-blocking"


def test_a_call_of_a_named_port_opens_that_one_alone(platform: Platform, gateway: Stack, web: Stack) -> None:
    for caller, ports in ((gateway, {9191}), (web, {9090})):
        [own] = [group for group in caller.all("aws_security_group") if "name" in group]
        into = caller.all("aws_vpc_security_group_ingress_rule", referenced_security_group_id=caller.id_of(own))
        assert {rule["from_port"] for rule in into} == {rule["to_port"] for rule in into} == ports
        assert {platform.resolve(caller, rule["security_group_id"])[0].name for rule in into} == {
            "staging-service-stock"
        }
        out = caller.all("aws_vpc_security_group_egress_rule", security_group_id=caller.id_of(own))
        assert {rule["from_port"] for rule in out} == {443, *ports}


def test_the_load_balancer_sends_requests_to_the_sidecar_in_front(gateway: Stack) -> None:
    target = gateway.one("aws_ecs_service")["load_balancer"]
    assert [(one["container_name"], one["container_port"]) for one in target] == [("nginx", 8080)]
    containers = json.loads(gateway.one("aws_ecs_task_definition")["container_definitions"])
    assert "portMappings" not in next(one for one in containers if one["name"] == "gateway")


def test_a_sidecars_secret_reaches_it_alone_and_its_role_reads_it(gateway: Stack) -> None:
    containers = json.loads(gateway.one("aws_ecs_task_definition")["container_definitions"])
    (secret,) = next(one for one in containers if one["name"] == "nginx")["secrets"]
    assert next(one for one in containers if one["name"] == "gateway")["secrets"] == []
    read = [its for its in statements(gateway, "-execution") if "secretsmanager:GetSecretValue" in its["Action"]]
    assert [its["Resource"] for its in read] == [[secret["valueFrom"]]]


def test_a_task_has_the_disk_that_it_asks_for(gateway: Stack, web: Stack) -> None:
    assert gateway.one("aws_ecs_task_definition")["ephemeral_storage"] == {"size_in_gib": 50}
    assert "ephemeral_storage" not in web.one("aws_ecs_task_definition")
