"""prod as `groundwork deploy` leaves it: asked of AWS, planned again, grown, shrunk, protected and destroyed.

The tests run in the order of this file: the last ones destroy. `test_demo.py` does the same for dev.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.e2e.whole_platform import Checkout

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(1200)]

SERVICES = {"mailer", "orders", "orders_postgres", "storefront"}
SECRET_VALUE = "correct-horse-battery-staple"
# The parts of the monitoring, and where each runs.
MONITORING = {
    "alertmanager": "prod-ec2",
    "prometheus": "prod-ec2",
    "grafana": "FARGATE",
}
BESIDE_GRAFANA = {"cloudwatch-exporter", "blackbox-exporter"}
BILLING = """\
kind: internal
image: public.ecr.aws/nginx/nginx:1.29.1
port: 80
health_check: none
secrets:
  PAYMENT_KEY: payment-key
"""
PLANS_AT_A_TIME = 3
# What a credential looks like, whatever its name.
CREDENTIALS = re.compile(
    r"(?<![A-Z0-9])A(KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])|-----BEGIN [A-Z ]*PRIVATE KEY|xox[abp]-|ghp_[A-Za-z0-9]{36}"
)
SECRET_ATTRIBUTES = {"password", "master_password", "secret_string", "secret_binary", "auth_token", "private_key"}


def tag(resource: Any, key: str) -> str | None:
    return next((pair["Value"] for pair in resource.get("Tags", []) if pair["Key"] == key), None)


def test_every_subnet_of_three_tiers_and_zones_has_the_route_table_of_its_tier(prod: Checkout) -> None:
    ec2 = prod.aws.ec2
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:groundwork:environment", "Values": ["prod"]}])["Vpcs"]
    in_vpc: Any = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = ec2.describe_subnets(Filters=in_vpc)["Subnets"]
    places = {(tag(subnet, "groundwork:tier"), subnet["AvailabilityZone"]) for subnet in subnets}
    assert places == {(tier, f"eu-west-1{zone}") for tier in ("public", "private", "isolated") for zone in "abc"}
    assert len(subnets) == 9

    routed: dict[str, str | None] = {}
    for table in ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]:
        tier = tag(table, "groundwork:tier")
        ways = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        assert bool(ways) is (tier in ("public", "private"))
        assert all(("NatGatewayId" in way) is (tier == "private") for way in ways)
        routed |= {a["SubnetId"]: tier for a in table["Associations"] if "SubnetId" in a}
    assert routed == {subnet["SubnetId"]: tag(subnet, "groundwork:tier") for subnet in subnets}


def test_there_is_one_load_balancer_and_a_rule_for_grafana_and_the_public_service_alone(prod: Checkout) -> None:
    elb = prod.aws.elb
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    assert balancer["Type"] == "application"
    targets = [
        action["TargetGroupArn"].split("/")[1]
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
        for action in rule["Actions"]
        if action["Type"] == "forward"
    ]
    assert sorted(targets) == ["prod-grafana", "prod-storefront"]


def test_every_service_runs_and_is_registered_under_its_name(prod: Checkout) -> None:
    everything = SERVICES | MONITORING.keys()
    services = prod.aws.ecs.describe_services(cluster="prod", services=sorted(everything))["services"]
    assert {service["serviceName"] for service in services} == everything
    assert all(service["runningCount"] == service["desiredCount"] > 0 for service in services)
    names = {found["Arn"]: found["Name"] for found in prod.aws.names.list_services()["Services"]}
    (namespace,) = prod.aws.names.list_namespaces()["Namespaces"]
    assert namespace["Name"] == "app.local"
    for service in services:
        (registry,) = service["serviceRegistries"]
        assert names[registry["registryArn"]] == service["serviceName"]


def test_there_is_one_encrypted_state_object_per_stack(prod: Checkout) -> None:
    assert sorted(prod.states) == prod.stacks
    for entry in prod.aws.s3.list_objects_v2(Bucket=prod.state_bucket)["Contents"]:
        assert prod.aws.s3.head_object(Bucket=prod.state_bucket, Key=entry["Key"])["ServerSideEncryption"] == "AES256"


def test_the_monitoring_runs_where_its_data_is(prod: Checkout) -> None:
    services = prod.aws.ecs.describe_services(cluster="prod", services=sorted(MONITORING))["services"]
    places = {one["serviceName"]: one["capacityProviderStrategy"][0]["capacityProvider"] for one in services}
    assert places == MONITORING
    (cluster,) = prod.aws.ecs.describe_clusters(clusters=["prod"])["clusters"]
    assert set(cluster["capacityProviders"]) == {"FARGATE", "FARGATE_SPOT", "prod-ec2"}

    assert containers(prod, "grafana") >= {"grafana", *BESIDE_GRAFANA}

    (group,) = prod.aws.scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    owned: Any = [{"Name": "tag:Name", "Values": ["prod-ec2-data", "prod-ec2-data-2"]}]
    disks = {disk["AvailabilityZone"]: disk for disk in prod.aws.ec2.describe_volumes(Filters=owned)["Volumes"]}
    assert disks.keys() == {*group["AvailabilityZones"]} == {"eu-west-1a", "eu-west-1b"}
    assert all(disk["Encrypted"] for disk in disks.values())
    # Stock moto starts all instances of a group in one zone.
    members = [member["InstanceId"] for member in group["Instances"]]
    assert len(members) == 2
    for member in members:
        (found,) = prod.aws.ec2.describe_instances(InstanceIds=[member])["Reservations"]
        (instance,) = found["Instances"]
        assert tag(instance, "groundwork:stack") == "cluster"
        script = prod.aws.ec2.describe_instance_attribute(InstanceId=member, Attribute="userData")
        text = base64.b64decode(script["UserData"]["Value"]).decode()
        for zone, disk in disks.items():
            assert f"{zone}) volume={disk['VolumeId']} ;;\n" in text
        assert "ECS_CLUSTER=prod\n" in text
        assert "${volume/-/}" in text, "the shell's own substitution survives Terraform"


def containers(prod: Checkout, service: str) -> set[str]:
    """Return the names of the containers that a service runs."""
    task = prod.aws.ecs.describe_task_definition(taskDefinition=definitions(prod)[service])["taskDefinition"]
    return {container["name"] for container in task["containerDefinitions"]}


def test_every_optional_part_of_the_monitoring_is_there_and_nothing_is_left_to_change(prod: Checkout) -> None:
    services = prod.aws.ecs.describe_services(cluster="prod", services=["prometheus", "alertmanager"])["services"]
    assert [service["runningCount"] for service in services] == [2, 2]
    (workspace,) = prod.aws.amp.list_workspaces()["workspaces"]
    assert workspace["status"]["statusCode"] == "ACTIVE"
    assert "otel-collector" in containers(prod, "storefront")
    said = prod.run("drift")
    assert [stack for stack in prod.stacks if f"{stack}: no changes" not in said] == []


def definitions(prod: Checkout) -> dict[str, str]:
    """Which task definition each service runs, by name."""
    arns = prod.aws.ecs.list_services(cluster="prod")["serviceArns"]
    described = [
        service
        for start in range(0, len(arns), 10)
        for service in prod.aws.ecs.describe_services(cluster="prod", services=arns[start : start + 10])["services"]
    ]
    return {service["serviceName"]: service["taskDefinition"] for service in described}


def test_a_new_service_changes_its_own_stacks_and_the_tasks_of_prometheus_and_grafana_and_nothing_else(
    prod: Checkout,
) -> None:
    before, running = prod.code, definitions(prod)
    (prod.root / "service_configs/billing.yaml").write_text(BILLING)
    prod.run("secret set", "billing", "payment-key", stdin=SECRET_VALUE)
    said = prod.run("drift", expect=3)
    for stack in before.keys() - {"prod-monitoring"}:
        assert f"{stack}: no changes" in said
    assert re.search(r"prod-logs-billing: Plan: \d+ to add, 0 to change, 0 to destroy", said)
    for stack in ("prod-service-billing", "prod-monitoring"):
        assert f"{stack}: waits for logs-billing, which nobody has deployed yet" in said
    prod.run("deploy", "service-billing", "monitoring", "--yes")
    assert {stack for stack in before if prod.code[stack] != before[stack]} == {"prod-monitoring"}
    now = definitions(prod)
    # Grafana is told of the new collection by its task definition; its image stays.
    assert {name for name in running if running[name] != now[name]} == {"prometheus", "grafana"}
    assert f"/platform/prometheus:{prod.image_tag('prometheus')}" in json.dumps(
        prod.aws.ecs.describe_task_definition(taskDefinition=now["prometheus"])["taskDefinition"]
    )
    (billing,) = prod.aws.ecs.describe_services(cluster="prod", services=["billing"])["services"]
    assert billing["runningCount"] == billing["desiredCount"] > 0


def test_no_secret_value_is_in_any_code_plan_or_state(prod: Checkout) -> None:
    values = set()
    for secret in prod.aws.secrets.list_secrets()["SecretList"]:
        value = prod.aws.secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        values |= {value, *passwords(value)}
    assert SECRET_VALUE in values
    assert len(values) >= 3, "the database has a password of its own"
    texts = {f"code of {stack}": code for stack, code in prod.code.items()}
    texts |= {f"state of {stack}": json.dumps(state) for stack, state in prod.states.items()}
    environment = prod.terraform_environment
    with ThreadPoolExecutor(PLANS_AT_A_TIME) as pool:
        plans = pool.map(lambda stack: plan(prod.root / "cdktf.out/stacks" / stack, environment), prod.stacks)
        texts |= {f"plan of {stack}": text for stack, text in zip(prod.stacks, plans, strict=True)}
    for place, text in texts.items():
        assert not [value for value in values if value in text], f"a secret is in the {place}"
        assert not CREDENTIALS.search(text), place
    for stack, state in prod.states.items():
        assert not filled(state), f"{stack} has a secret attribute in its state"


def passwords(value: str) -> set[str]:
    """The password in a secret that is JSON."""
    try:
        fields = json.loads(value)
    except ValueError:
        return set()
    return {fields["password"]} if isinstance(fields, dict) and "password" in fields else set()


def plan(directory: Path, environment: Mapping[str, str]) -> str:
    """The file of a plan, unpacked: every value that Terraform knows, the state before, and the code."""
    arguments = ["-refresh=false", "-lock=false", "-input=false", "-out=secret-scan"]
    subprocess.run(["terraform", "plan", *arguments], cwd=directory, env=environment, check=True, capture_output=True)
    with ZipFile(directory / "secret-scan") as file:
        return "\n".join(file.read(name).decode(errors="replace") for name in file.namelist())


def filled(value: object) -> list[str]:
    """The attributes that hold a secret, wherever they are in a state."""
    if isinstance(value, dict):
        own = [key for key, held in value.items() if key in SECRET_ATTRIBUTES and held]
        return own + [key for held in value.values() for key in filled(held)]
    return [key for held in value for key in filled(held)] if isinstance(value, list) else []


def test_a_service_whose_file_is_gone_is_destroyed_and_nothing_else(prod: Checkout) -> None:
    (prod.root / "service_configs/billing.yaml").unlink()
    left = set(prod.states) - {"prod-service-billing"}
    prod.run("destroy", "service-billing", "--yes")
    assert set(prod.states) == left
    found = prod.aws.ecs.describe_services(cluster="prod", services=["billing"])["services"]
    assert not [service for service in found if service["status"] == "ACTIVE"]


def test_what_customers_depend_on_is_not_destroyed_in_one_step(prod: Checkout) -> None:
    prod.run("destroy", "--yes", expect=1)
    (database,) = prod.aws.rds.describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"]
    assert prod.aws.elb.describe_load_balancers()["LoadBalancers"]


def test_two_deliberate_steps_destroy_all_but_the_last_snapshots(prod: Checkout) -> None:
    yaml = prod.root / "environments/prod.yaml"
    protected, open_ = "deletion_protection: true", "deletion_protection: false"
    assert protected in yaml.read_text()
    yaml.write_text(yaml.read_text().replace(protected, open_))
    prod.run("deploy", "edge", "database-orders", "--yes")
    prod.run("destroy", "--yes")
    assert prod.states == {}
    left = [line for line in prod.run("unmanaged").splitlines() if "arn:" in line]
    of_the_database = [line for line in left if ":rds:" in line and ":snapshot:" in line]
    of_the_disk = [line for line in left if ":ec2:" in line and ":snapshot/" in line]
    assert len(of_the_database) == 1
    assert len(of_the_disk) == 2, "one of each replica"
    assert len(left) == 3
