"""The target group of a public service: what the load balancer asks its tasks, and how it lets them go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

import botocore.session
import pytest
from botocore.model import StructureShape
from cdktf import TerraformStack

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


def a_route(
    http: dict[str, object] | None = None, check: dict[str, object] | None = None, *, cidrs: Sequence[IPv4Network] = ()
) -> Stack:
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
            certificate=Certificate(stack, "certificate", domain=environment.domain, zone=zone),
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
            host="web.test.example.com",
            settings=route,
            health_check=service.health_check,
            allowed_cidrs=cidrs,
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


@pytest.mark.e2e
def test_the_provider_takes_every_setting(tmp_path: Path) -> None:
    http = {"protocol": "grpc", "drain_s": 0, "slow_start_s": 900, "sticky_s": 604_800}
    offices = [IPv4Network("203.0.113.0/24"), IPv4Network("198.51.100.7/32")]
    (tmp_path / "cdk.tf.json").write_text(json.dumps(a_route(http, {"matcher": "0-99"}, cidrs=offices).document))
    assert provider_says(tmp_path) == []
