"""The target group of a public service: what the load balancer asks its tasks, and how it lets them go."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import botocore.session
import pytest
from botocore.model import StringShape, StructureShape
from cdktf import TerraformStack

from config.models.service.routing.conditions import LAST_PRIORITY, LONGEST_HOST, LONGEST_PATH, MOST_VALUES
from config.models.service.routing.redirect import Redirect
from config.models.service.target_group import CODES
from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_route import WebRoute
from modules.network.vpc import Vpc
from tests.settings import a_service, an_environment
from tests.synthesis import Stack, synthesize_construct
from tests.terraform_validation import provider_says

OFFICES = ["203.0.113.0/24", "198.51.100.7/32"]


def a_route(http: dict[str, object] | None = None, check: dict[str, object] | None = None) -> Stack:
    environment = an_environment()
    service = a_service("web", kind="public-web", http=http or {}, health_check=check or {})
    route = service.route
    assert route

    def build(stack: TerraformStack) -> None:
        vpc = Vpc(stack, "vpc", name="test", region="eu-west-1", settings=environment.network)
        zone = HostedZone(stack, "zone", settings=environment)
        load_balancer = LoadBalancer(
            stack,
            "load-balancer",
            name="test-edge",
            vpc=vpc,
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone_id=zone.id, wildcard=True),
            access_logs=AccessLogs(stack, "access-logs", name="acme-test-edge-logs", settings=environment),
            settings=environment,
        )
        WebRoute(
            stack,
            "route",
            name="test-web",
            service=service.name,
            vpc=vpc,
            load_balancer=load_balancer,
            environment=environment,
            port=80,
            settings=route,
            health_check=service.health_check,
        )

    return synthesize_construct(build)


def test_a_task_may_finish_for_half_a_minute_unless_its_service_says_longer() -> None:
    assert a_route().one("aws_lb_target_group")["deregistration_delay"] == "30"
    assert a_route({"drain_s": 900}).one("aws_lb_target_group")["deregistration_delay"] == "900"


def test_other_codes_than_200_may_tell_a_healthy_task() -> None:
    assert a_route().one("aws_lb_target_group")["health_check"]["matcher"] == "200"
    group = a_route(check={"matcher": "200-399,400"}).one("aws_lb_target_group")
    assert group["health_check"]["matcher"] == "200-399,400"


@pytest.mark.parametrize(("protocol", "version", "code"), [("http2", "HTTP2", "200"), ("grpc", "GRPC", "0")])
def test_tasks_may_speak_http_2_and_grpc(protocol: str, version: str, code: str) -> None:
    group = a_route({"protocol": protocol}).one("aws_lb_target_group")
    assert (group["protocol"], group["protocol_version"]) == ("HTTP", version)
    assert group["health_check"]["matcher"] == code


def test_a_group_of_before_keeps_every_argument() -> None:
    """Its protocol cannot change, and what is written anew would be a change of every service."""
    assert not {"protocol_version", "slow_start", "stickiness"} & a_route().one("aws_lb_target_group").keys()


def test_clients_may_stay_with_one_task_and_new_tasks_start_slowly() -> None:
    group = a_route({"sticky_s": 3600, "slow_start_s": 60}).one("aws_lb_target_group")
    assert group["slow_start"] == 60
    assert group["stickiness"] == {"type": "lb_cookie", "cookie_duration": 3600}


def test_every_protocol_is_one_that_aws_describes() -> None:
    model = botocore.session.get_session().get_service_model("elbv2")
    request = model.shape_for("CreateTargetGroupInput")
    assert isinstance(request, StructureShape)
    described = request.members["ProtocolVersion"].documentation
    for protocol in CODES:
        assert f"<code>{protocol.upper()}</code>" in described


def conditions(rule: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The hosts and the path patterns of a rule."""
    hosts = [value for one in rule["condition"] for value in one.get("host_header", {}).get("values", [])]
    return hosts, [value for one in rule["condition"] for value in one.get("path_pattern", {}).get("values", [])]


def test_several_hosts_and_paths_and_a_foreign_domain_lead_to_one_service() -> None:
    rule = a_route({"host": ["web", "@", "shop.example.net"], "path": ["/api"]}).one("aws_lb_listener_rule")
    assert conditions(rule) == (["web.test.example.com", "test.example.com", "shop.example.net"], ["/api", "/api/*"])


def test_what_does_not_fit_one_rule_goes_into_another_to_the_same_tasks() -> None:
    stack = a_route({"host": ["web", "www", "m", "n", "o"], "path": ["/a"]})
    rules = list(stack.resources["aws_lb_listener_rule"].values())
    assert len(rules) == 2
    assert {host for rule in rules for host in conditions(rule)[0]} == {
        f"{host}.test.example.com" for host in ("web", "www", "m", "n", "o")
    }
    for rule in rules:
        ((action,),) = [rule["action"]]
        assert stack.target(action["target_group_arn"]) is stack.one("aws_lb_target_group")


def test_another_port_has_a_security_group_of_its_own_and_the_old_one_goes_last() -> None:
    """Tasks on the old port keep theirs: Terraform removes it when all that came to depend on the new one is done."""
    stack = a_route()
    [group] = [one for one in stack.resources["aws_security_group"].values() if "name_prefix" in one]
    [rule] = [
        one
        for one in stack.resources["aws_vpc_security_group_ingress_rule"].values()
        if stack.target(one["security_group_id"]) is group
    ]
    assert group["name_prefix"] == "test-web-80-"
    assert "name" not in group
    assert (rule["from_port"], rule["to_port"]) == (80, 80)
    for one in (group, rule):
        assert one["lifecycle"] == {"create_before_destroy": True}


def test_the_rule_of_a_single_host_and_path_keeps_its_address() -> None:
    """Another address would take the rule away for a moment, and requests would be lost."""
    before = next(iter(a_route().resources["aws_lb_listener_rule"]))
    assert before in a_route({"host": ["web", *"abcdefgh"]}).resources["aws_lb_listener_rule"]


def test_a_redirect_keeps_the_query_and_says_for_how_long() -> None:
    http: dict[str, object] = {
        "redirects": [
            {"host": "www", "to_host": "web"},
            {"path": "/old", "to_path": "/new/#{path}", "code": 302},
            {"host": "shop.example.net", "to_host": "example.net", "to_path": "/"},
        ]
    }
    rules = [
        (conditions(rule), rule["action"][0]["redirect"])
        for rule in a_route(http).resources["aws_lb_listener_rule"].values()
        if rule["action"][0]["type"] == "redirect"
    ]
    https = {"protocol": "HTTPS", "port": "443"}
    assert sorted(rules, key=str) == sorted(
        [
            ((["www.test.example.com"], ["/*"]), {**https, "host": "web.test.example.com", "status_code": "HTTP_301"}),
            (
                (["web.test.example.com"], ["/old", "/old/*"]),
                {**https, "path": "/new/#{path}", "status_code": "HTTP_302"},
            ),
            ((["shop.example.net"], ["/*"]), {**https, "host": "example.net", "path": "/", "status_code": "HTTP_301"}),
        ],
        key=str,
    )


def test_what_a_redirect_may_say_is_what_aws_takes() -> None:
    model = botocore.session.get_session().get_service_model("elbv2")
    action, priority = model.shape_for("RedirectActionConfig"), model.shape_for("RulePriority")
    assert isinstance(action, StructureShape)
    codes = action.members["StatusCode"]
    assert isinstance(codes, StringShape)
    assert codes.enum == [f"HTTP_{code}" for code in get_args(Redirect.model_fields["code"].annotation)]
    assert re.fullmatch(action.members["Protocol"].metadata["pattern"], "HTTPS")
    assert action.members["Host"].metadata["max"] == LONGEST_HOST
    assert action.members["Path"].metadata["max"] == LONGEST_PATH
    for keyword in ("path", "host", "port"):
        assert f"#{{{keyword}}}" in action.members["Path"].documentation
    assert priority.metadata["max"] == LAST_PRIORITY


def test_only_the_allowed_addresses_reach_it_and_a_rule_has_five_values_with_them() -> None:
    path = ["/a", "/b", "/c"]
    rules = a_route({"path": path, "allowed_cidrs": OFFICES}).resources["aws_lb_listener_rule"].values()
    for rule in rules:
        found = {name: its["values"] for one in rule["condition"] for name, its in one.items()}
        assert found["source_ip"] == OFFICES
        assert sum(map(len, found.values())) <= MOST_VALUES
    patterns = [pattern for rule in rules for pattern in conditions(rule)[1]]
    assert sorted(patterns) == ["/a", "/a/*", "/b", "/b/*", "/c", "/c/*"]


@pytest.mark.e2e
def test_the_provider_takes_every_setting(tmp_path: Path) -> None:
    http = {
        "protocol": "grpc",
        "drain_s": 0,
        "slow_start_s": 900,
        "sticky_s": 604_800,
        "redirects": [{"path": "/old", "to_host": "a", "to_path": "/new/#{path}"}],
        "allowed_cidrs": OFFICES,
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps(a_route(http, {"matcher": "0-99"}).document))
    assert provider_says(tmp_path) == []
