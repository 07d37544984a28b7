"""`groundwork import ecs`: the services of a cluster, read from the local AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from config.loader.platform import load_platform
from config.models.service.service import Service
from local_aws.endpoint import Endpoint
from tests.cli.commands import Groundwork, groundwork_in
from tests.config.platform_files import write_platform

REGION = "eu-west-1"
ACCOUNT = "111122223333"
HOSTS = ["shop.example.com", "example.com", "shop.example.net"]


@pytest.fixture
def groundwork(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Groundwork:
    """Runs a command on a platform without services, with credentials of the local AWS."""
    for name, value in endpoint.environment(account_id=ACCOUNT).items():
        monkeypatch.setenv(name, value)
    root = write_platform(tmp_path / "platform", {"service_configs/api.yaml": None, "service_configs/web.yaml": None})
    return groundwork_in(root, monkeypatch, capsys)


def register(family: str, **container: Any) -> str:
    """A task definition of one container."""
    ecs = boto3.client("ecs", region_name=REGION)
    its = {"name": family, "image": f"ghcr.io/acme/{family}:1", "essential": True, **container}
    definition = ecs.register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
        containerDefinitions=[its],  # type: ignore[list-item]
    )["taskDefinition"]
    return str(definition["taskDefinitionArn"])


def routed_group() -> str:
    """A target group to which a load balancer sends two paths of three hosts."""
    ec2, elb = boto3.client("ec2", region_name=REGION), boto3.client("elbv2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    balancer = elb.create_load_balancer(Name="old", Subnets=[subnet["SubnetId"] for subnet in subnets])
    group = elb.create_target_group(
        Name="web", Protocol="HTTP", Port=8000, VpcId=vpc, TargetType="ip", HealthCheckPath="/live"
    )["TargetGroups"][0]["TargetGroupArn"]
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=fixed,  # type: ignore[arg-type]
    )["Listeners"][0]["ListenerArn"]
    elb.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[
            {"Field": "host-header", "HostHeaderConfig": {"Values": HOSTS}},
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/api/*", "/v2"]}},
        ],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    return group


@pytest.fixture
def cluster(groundwork: Groundwork) -> str:
    """A cluster with a web server, a clock and a service that is not reached from outside."""
    ecs = boto3.client("ecs", region_name=REGION)
    scaling = boto3.client("application-autoscaling", region_name=REGION)
    ecs.create_cluster(clusterName="old")
    web = register(
        "web",
        portMappings=[{"containerPort": 8000}],
        environment=[{"name": "LEVEL", "value": "info"}, {"name": "DB_PASSWORD", "value": "hunter2"}],
        secrets=[{"name": "KEY", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/web/key"}],
    )
    ecs.create_service(
        cluster="old",
        serviceName="web",
        taskDefinition=web,
        desiredCount=3,
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 3},
        ],
        loadBalancers=[{"targetGroupArn": routed_group(), "containerName": "web", "containerPort": 8000}],
        enableExecuteCommand=True,
    )
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/old/web",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=9,
    )
    ecs.create_service(
        cluster="old",
        serviceName="shop_clock",
        taskDefinition=register("clock", command=["celery", "-A", "shop", "beat"]),
        desiredCount=1,
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
    )
    ecs.create_service(
        cluster="old",
        serviceName="orders",
        taskDefinition=register("orders", portMappings=[{"containerPort": 9000}]),
        desiredCount=1,
    )
    return "old"


def test_a_cluster_becomes_services(cluster: str, groundwork: Groundwork, tmp_path: Path) -> None:
    ended = groundwork("import", "ecs", cluster, "--region", REGION)
    assert (ended.code, ended.err) == (0, "")
    (dev,) = load_platform(tmp_path / "platform", only="dev")
    services: dict[str, Service] = {service.name: service for service in dev.services}
    assert set(services) == {"web", "shop-clock", "orders"}
    web, clock, orders = services["web"], services["shop-clock"], services["orders"]
    assert (web.kind, web.port, web.cpu, web.memory_mib, web.exec) == ("public-web", 8000, 512, 1024, True)
    assert (web.scaling.min_tasks, web.scaling.max_tasks, web.spot_percent) == (2, 9, 75)
    assert web.route
    assert (web.route.host, web.route.path, web.health_check.path) == (("shop", "@"), ("/api/*", "/v2"), "/live")
    assert "`http.host: [shop, @]`: under the domain of each environment, which example.com must be" in ended.out
    assert "write shop.example.net in `http.host`, too, and its domain in `edge.domains`" in ended.out
    assert web.variables == {"LEVEL": "info"}
    assert {variable: its.name or its.parameter for variable, its in web.secrets.items()} == {
        "DB_PASSWORD": "db-password",
        "KEY": "/web/key",
    }
    assert (clock.kind, clock.scaling.singleton, clock.command[-1]) == ("worker", True, "beat")
    assert (orders.kind, orders.port) == ("internal", 9000)
    assert "hunter2" not in ended.out
    assert "groundwork secret set dev web db-password\n" in ended.out
    assert "groundwork secret set dev web key" not in ended.out  # it is read where it is
    again = groundwork("import", "ecs", cluster, "--region", REGION)
    assert again.code == 0
    assert again.out.count(": unchanged") == 3


@pytest.mark.parametrize(("cluster_name", "code"), [("none", 1), ("empty", 2)])
def test_a_cluster_without_services_is_said(cluster_name: str, code: int, groundwork: Groundwork) -> None:
    boto3.client("ecs", region_name=REGION).create_cluster(clusterName="empty")
    ended = groundwork("import", "ecs", cluster_name, "--region", REGION)
    assert (ended.code, ended.out) == (code, "")
    assert "fix: " in ended.err
