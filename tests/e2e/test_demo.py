"""The whole path, as a visitor walks it: demo, demo again, and back to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local_aws import launcher
from modules.delivery.deploy_rights import GROUPS
from tests.cli.logs.collection_server import collection_server
from tests.data_access import INDEX_ACTIONS, READS, WRITES, by_data_policies, by_iam
from tests.e2e.named import resource
from tests.e2e.recorded_calls import read_calls
from tests.e2e.visitor import SERVICES, Visitor, allowed, is_a_persons, workflow_role

pytestmark = pytest.mark.e2e

NEVER_IN_DEV = {"aps", "backup", "backup-storage", "ecr", "globalaccelerator", "elasticfilesystem", "ssm", "tag"}
"""Services that the shop's dev has nothing of: Prometheus' workspaces, backups, an accelerator, file systems; and what
`groundwork` asks."""
STACKS = {"dev-network", "dev-cluster", "dev-edge", *(f"dev-service-{name}" for name in SERVICES)}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    root = tmp_path_factory.mktemp("visitor") / "checkout"
    yield Visitor(root, "demo")
    launcher.stop(directory=root / ".local-aws")


def test_the_demo_shows_stacks_names_and_rules(visitor: Visitor) -> None:
    output = visitor.first_output
    assert all(stack in output for stack in STACKS)
    assert all(f"{name}.app.local" in output for name in SERVICES)
    assert "shop.dev.example.com" in output
    assert "Deployed in" in output


def test_every_stack_has_its_own_state_and_no_lock_is_left(visitor: Visitor) -> None:
    stacks = visitor.code().keys()
    assert stacks >= STACKS
    assert visitor.states() == {f"dev/{stack.removeprefix('dev-')}.tfstate" for stack in stacks}


def test_the_network_has_three_tiers_in_three_zones(visitor: Visitor) -> None:
    ec2 = visitor.aws.client("ec2", endpoint_url=visitor.url)
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "tag:groundwork:environment", "Values": ["dev"]}])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["RouteTables"]
    associated = {a.get("SubnetId") for table in tables for a in table["Associations"]}
    assert len(subnets) == 9
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 3
    assert {subnet["SubnetId"] for subnet in subnets} <= associated


def test_only_the_public_service_is_behind_the_load_balancer(visitor: Visitor) -> None:
    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    groups = {
        group["TargetGroupArn"]: group["TargetGroupName"] for group in elb.describe_target_groups()["TargetGroups"]
    }
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = [r for each in listeners for r in elb.describe_rules(ListenerArn=each["ListenerArn"])["Rules"]]
    targets = {action.get("TargetGroupArn") for rule in rules for action in rule["Actions"]}
    assert {f"dev-{name}" for name in SERVICES}.intersection(groups.values()) == {"dev-storefront"}
    assert {groups[target] for target in targets if target} >= {"dev-storefront"}


def test_every_service_registers_under_its_name(visitor: Visitor) -> None:
    ecs = visitor.aws.client("ecs", endpoint_url=visitor.url)
    names = visitor.aws.client("servicediscovery", endpoint_url=visitor.url)
    known = {service["Arn"]: service["Name"] for service in names.list_services()["Services"]}
    arns = ecs.list_services(cluster="dev")["serviceArns"]
    services = ecs.describe_services(cluster="dev", services=arns)["services"]
    registered = {s["serviceName"]: known[s["serviceRegistries"][0]["registryArn"]] for s in services}
    assert registered.keys() >= SERVICES
    assert all(service == name for service, name in registered.items())


def test_a_name_that_is_empty_for_a_moment_is_not_remembered_as_empty(visitor: Visitor) -> None:
    names = visitor.aws.client("servicediscovery", endpoint_url=visitor.url)
    (namespace,) = names.list_namespaces()["Namespaces"]
    assert namespace["Properties"]["DnsProperties"]["SOA"] == {"TTL": 15}


def test_each_service_has_a_collection_with_its_policies_and_a_router(visitor: Visitor) -> None:
    aoss = visitor.aws.client("opensearchserverless", endpoint_url=visitor.url)
    names = {f"dev-{name}" for name in SERVICES}
    assert visitor.collections() == names
    data = {one["name"] for one in aoss.list_access_policies(type="data")["accessPolicySummaries"]}
    kept = {one["name"] for one in aoss.list_lifecycle_policies(type="retention")["lifecyclePolicySummaries"]}
    assert data == kept == names
    for kind in ("encryption", "network"):
        (policy,) = aoss.list_security_policies(type=kind)["securityPolicySummaries"]
        assert policy["name"] == "dev-logging"
    (endpoint,) = aoss.list_vpc_endpoints()["vpcEndpointSummaries"]
    (way,) = aoss.get_security_policy(name="dev-logging", type="network")["securityPolicyDetail"]["policy"]
    assert way["SourceVPCEs"] == [endpoint["id"]]
    for name in SERVICES:
        assert visitor.containers(name) == {name, "ecs-exporter", "fluent-bit"}


def test_both_gates_of_each_collection_are_open_to_its_own_task_and_to_grafana_alone(visitor: Visitor) -> None:
    aoss = visitor.aws.client("opensearchserverless", endpoint_url=visitor.url)
    iam = visitor.aws.client("iam", endpoint_url=visitor.url)
    collections = {one["name"]: one["arn"] for one in aoss.list_collections()["collectionSummaries"]}
    policies: list[Any] = [
        aoss.get_access_policy(name=name, type="data")["accessPolicyDetail"]["policy"] for name in collections
    ]
    roles = {
        role["RoleName"]: role["Arn"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]
    }
    for role, role_arn in roles.items():
        documents: list[Any] = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        ]
        statements = [statement for document in documents for statement in document["Statement"]]
        for name, arn in collections.items():
            service = name.removeprefix("dev-")
            own = {"dev-grafana-task": READS, f"{name}-task": WRITES}.get(role, set())
            for action in INDEX_ACTIONS:
                allowed = by_iam(statements, arn) and by_data_policies(
                    policies, role_arn, action, f"{name}/{service}-2026.48"
                )
                assert allowed is (action in own), (role, action, name)


def test_a_log_is_read_from_its_collection_and_from_cloudwatch(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server on this machine stands in for the collection's data; the rest is what Terraform made."""
    logs = visitor.aws.client("logs", endpoint_url=visitor.url)
    group, stream = "/dev/services/prometheus", "task/prometheus/0123456789abcdef"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = datetime.now(UTC)
    event: Any = {"timestamp": int(now.timestamp() * 1000), "message": 'level=error msg="disk full"'}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    assert "ERROR 01234567 level=error" in visitor.run("logs", "dev", "prometheus", "--level", "error", "--local")

    with collection_server(tmp_path) as collection:
        monkeypatch.setenv("SSL_CERT_FILE", str(collection.certificate))
        collection.documents = [{"_id": "1", "@timestamp": now.isoformat(), "body": "sent", "task_id": "abc"}]
        through = ("--through", f"127.0.0.1:{collection.port}", "--local")
        assert "abc      sent" in visitor.run("logs", "dev", "orders", *through)
    assert "has no data there" in visitor.run("logs", "dev", "orders", "--local", code=1)


def test_the_demo_again_changes_nothing(visitor: Visitor) -> None:
    assert "No changes: everything is as the code says." in visitor.run("demo")


def test_a_plan_finds_no_difference(visitor: Visitor) -> None:
    before = len(read_calls(visitor.record))
    said = visitor.run("diff", "dev", "--local")
    assert f"dev: no changes in {len(visitor.code())} stacks" in said
    visitor.calls_of_the_plan = read_calls(visitor.record)[before:]


def test_the_way_back_leaves_no_resource_and_no_process(visitor: Visitor) -> None:
    assert "0 resources left. The embedded AWS has stopped." in visitor.run("demo-down")
    assert launcher.status(directory=visitor.root / ".local-aws") is None
    assert "nothing to take away" in visitor.run("demo-down")


def test_the_deploy_role_may_make_every_call_of_a_deploy_and_a_destroy_and_uses_every_service(
    visitor: Visitor,
) -> None:
    """But those that make and take away the roles themselves, which are a person's."""
    deploy = workflow_role(visitor, "deploy")
    calls = [call for call in read_calls(visitor.record) if call.by_terraform and not is_a_persons(call)]
    assert len(calls) > 1_000
    refused = {(call.action, resource(call)) for call in calls if not allowed(deploy, call)}
    assert not refused
    used = {call.action.partition(":")[0] for call in calls}
    allowed_services = {action.partition(":")[0] for action in deploy.actions}
    assert allowed_services - used == NEVER_IN_DEV
    assert set().union(*GROUPS.values()) >= allowed_services


def test_a_plan_makes_no_call_that_the_plan_role_may_not(visitor: Visitor) -> None:
    plan = workflow_role(visitor, "plan")
    calls = visitor.calls_of_the_plan
    assert len(calls) > 200
    assert not {(call.action, resource(call)) for call in calls if not allowed(plan, call)}
