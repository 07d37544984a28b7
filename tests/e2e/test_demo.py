"""The whole path, as a visitor walks it: demo, demo again, a service more, a service less, and back to nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli.terraform.provider_mirror import prepare_terraform
from cli.terraform.synthesized import OUTPUT
from local_aws import launcher
from local_aws.calls import RECORD
from modules.delivery.deploy_rights import GROUPS
from tests.cli.logs.collection_server import collection_server
from tests.data_access import INDEX_ACTIONS, READS, WRITES, by_data_policies, by_iam
from tests.delivered import DELIVERED
from tests.e2e.named import context, resource
from tests.e2e.recorded_calls import Call, read_calls
from tests.modules.iam_simulator import Role
from tests.modules.iam_simulator import role as role_of
from tests.synthesis import ROOT, SHOP, Stack

pytestmark = pytest.mark.e2e

GROUNDWORK = Path(sys.executable).with_name("groundwork")
SERVICES = {"mailer", "orders", "storefront"}
NEVER_IN_DEV = {"ecr", "globalaccelerator", "elasticfilesystem", "ssm", "tag"}
"""Services that the shop's dev has nothing of: an accelerator, file systems, and what `groundwork` asks itself."""
OF_ANYBODY = "sts:GetCallerIdentity"
STACKS = {"dev-network", "dev-cluster", "dev-edge", *(f"dev-service-{name}" for name in SERVICES)}


class Visitor:
    """A checkout of the shop, and the dev environment deployed from it by `groundwork demo`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(SHOP, root)
        for name in ("main.py", "node_modules", ".venv"):
            (root / name).symlink_to(ROOT / name)
        for name, text in DELIVERED.items():
            (root / name).write_text((root / name).read_text() + text)
        self.record = root.parent / "calls.jsonl"
        self.calls_of_the_plan: list[Call] = []
        self.calls_of_the_preview: list[Call] = []
        self.first_output = self.run("demo")
        endpoint = launcher.status(directory=root / ".local-aws")
        assert endpoint is not None
        self.url = endpoint.url
        self.aws = boto3.Session("test", "test", region_name="eu-west-1")

    def run(self, *arguments: str, code: int = 0) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            [str(GROUNDWORK), *arguments],
            cwd=self.root,
            env={**environment, "COLUMNS": "200", RECORD: str(self.record)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def plans_nothing(self, stack: str) -> bool:
        """Whether Terraform itself finds no difference in a stack, as it was synthesized last."""
        endpoint = launcher.status(directory=self.root / ".local-aws")
        assert endpoint is not None
        environment = prepare_terraform(self.root, endpoint.environment(os.environ)).environment
        done = subprocess.run(
            ["terraform", "plan", "-detailed-exitcode", "-input=false", "-lock=false", "-no-color"],
            cwd=self.root / OUTPUT / "stacks" / stack,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode in (0, 2), done.stdout
        return done.returncode == 0

    def states(self) -> set[str]:
        s3 = self.aws.client("s3", endpoint_url=self.url)
        found = s3.list_objects_v2(Bucket="acme-dev-terraform-state", Prefix="dev/")["Contents"]
        return {entry["Key"] for entry in found if not entry["Key"].endswith(".applied")}

    def code(self) -> dict[str, str]:
        """Every stack's synthesized JSON."""
        return {path.parent.name: path.read_text() for path in (self.root / OUTPUT / "stacks").glob("*/cdk.tf.json")}

    def collections(self) -> set[str]:
        """The names of the log collections that are ready."""
        found = self.aws.client("opensearchserverless", endpoint_url=self.url).list_collections()
        return {one["name"] for one in found["collectionSummaries"] if one["status"] == "ACTIVE"}

    def containers(self, service: str) -> set[str]:
        """What runs in a service's task."""
        ecs = self.aws.client("ecs", endpoint_url=self.url)
        definition = ecs.describe_task_definition(taskDefinition=f"dev-{service}")["taskDefinition"]
        return {one["name"] for one in definition["containerDefinitions"]}


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    root = tmp_path_factory.mktemp("visitor") / "checkout"
    yield Visitor(root)
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


def test_a_preview_stands_beside_dev_and_changes_nothing_of_it(visitor: Visitor) -> None:
    """Until the last test but one it stays: what comes between leaves it alone."""
    before, begun = visitor.code(), len(read_calls(visitor.record))
    made = visitor.run("preview", "pr-17", "--service", "storefront=1.29.2", "-s", "orders=1.29.3", "--local")
    visitor.calls_of_the_preview = read_calls(visitor.record)[begun:]
    assert "storefront: https://storefront-pr-17.dev.example.com" in made
    assert "orders: orders--pr-17.app.local:80, from inside only" in made
    assert "orders uses the database of dev: what it writes there stays." in made
    after = visitor.code()
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"dev-preview-pr-17"}
    assert visitor.plans_nothing("dev-preview-pr-17")

    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    [https] = [listener["ListenerArn"] for listener in listeners if listener["Protocol"] == "HTTPS"]
    [rule] = [
        rule
        for rule in elb.describe_rules(ListenerArn=https)["Rules"]
        for condition in rule["Conditions"]
        if condition.get("HostHeaderConfig", {}).get("Values") == ["storefront-pr-17.dev.example.com"]
    ]
    [action] = rule["Actions"]
    [group] = elb.describe_target_groups(TargetGroupArns=[action["TargetGroupArn"]])["TargetGroups"]
    assert group["TargetGroupName"] == "dev-storefront-P-pr-17"
    ecs = visitor.aws.client("ecs", endpoint_url=visitor.url)
    running = ecs.describe_services(cluster="dev", services=["storefront--pr-17", "orders--pr-17"])["services"]
    assert [its["runningCount"] for its in running] == [1, 1]
    assert running[0]["loadBalancers"][0]["targetGroupArn"] == action["TargetGroupArn"]
    images = {
        its["image"]
        for service in running
        for its in ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"][
            "containerDefinitions"
        ]
    }
    assert images == {"public.ecr.aws/nginx/nginx:1.29.2", "public.ecr.aws/nginx/nginx:1.29.3"}

    assert "storefront-pr-17.dev.example.com" in visitor.run("preview", "list", "--local")
    assert "0 resources outside the states of dev." in visitor.run("unmanaged", "dev", "--local")
    again = visitor.run("preview", "pr-17", "-s", "storefront=1.29.2", "-s", "orders=1.29.3", "--local")
    assert "dev-preview-pr-17: no changes" in again
    assert "dev: no changes in 1 stack" in visitor.run("plan", "dev", "network", "--local")


def test_one_more_service_changes_its_own_stack_and_the_task_of_prometheus_alone_and_its_removal_leaves_nothing(
    visitor: Visitor,
) -> None:
    before = visitor.code()
    file = visitor.root / "service_configs/returns.yaml"
    file.write_text("kind: worker\nimage: public.ecr.aws/docker/library/busybox:1.37.0\nscaling: {min_tasks: 1}\n")
    visitor.run("deploy", "dev", "service-returns", "--local")
    after = visitor.code()
    assert after.keys() - before.keys() == {"dev-service-returns", "dev-logs-returns"}
    assert {name for name in before if after[name] != before[name]} == {"dev-monitoring"}
    assert {"dev/service-returns.tfstate", "dev/logs-returns.tfstate"} <= set(visitor.states())
    assert "dev-returns" in visitor.collections()

    file.write_text(f"{file.read_text()}logs: {{destination: cloudwatch}}\n")
    cheaper = visitor.run("deploy", "dev", "service-returns", "--local", "--prune")
    assert re.search(r"dev-logs-returns: \d+ destroyed", cheaper)
    assert "dev/logs-returns.tfstate" not in visitor.states()
    assert visitor.collections() == {f"dev-{name}" for name in SERVICES}
    assert visitor.containers("returns") == {"returns", "ecs-exporter"}

    file.unlink()
    pruned = visitor.run("deploy", "dev", "--local", "--prune")
    assert all(f"{stack}: no changes" in pruned for stack in before)
    assert re.search(r"dev-service-returns: \d+ destroyed", pruned)
    assert "dev/service-returns.tfstate" not in visitor.states()
    assert "0 resources outside the states of dev." in visitor.run("unmanaged", "dev", "--local")


EDGE = """\
  create_zone: true
  records:
    - {name: "@", type: MX, values: [10 mx1.example.net, 20 mx2.example.net]}
    - {name: _dmarc, type: TXT, values: [v=DMARC1; p=none]}
  domains:
    - {name: shop.example.net, zone_id: FOREIGN}
    - {name: shop.example.org}
"""
STOREFRONT = """\
    http:
      host: [shop, www, shop.example.net, shop.example.org]
      path: [/, /api/v2]
      drain_s: 45
      slow_start_s: 60
      sticky_s: 3600
      redirects:
        - {host: old, to_host: shop}
        - {path: /sale, to_path: "/offers/#{path}", code: 302}
      waf: {count: [GenericLFI_URIPATH]}
"""
RPC = """\
kind: public-web
image: public.ecr.aws/nginx/nginx:1.29.1
port: 50051
http: {protocol: grpc}
logs: {destination: cloudwatch}
scaling: {min_tasks: 1}
rollout: {watch_s: 0}
"""


def listener_rules(visitor: Visitor) -> dict[tuple[tuple[str, ...], tuple[str, ...]], Any]:
    """The action of each rule of the HTTPS listener, by its hosts and path patterns."""
    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    found = {}
    for rule in elb.describe_rules(ListenerArn=https_listener(visitor))["Rules"]:
        values = {its["Field"]: its for its in rule["Conditions"]}
        hosts = values.get("host-header", {}).get("HostHeaderConfig", {}).get("Values", [])
        paths = values.get("path-pattern", {}).get("PathPatternConfig", {}).get("Values", [])
        found[tuple(hosts), tuple(paths)] = rule["Actions"][0]
    return found


def https_listener(visitor: Visitor) -> str:
    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return str(next(listener["ListenerArn"] for listener in listeners if listener["Protocol"] == "HTTPS"))


def records(visitor: Visitor, zone: str) -> dict[tuple[str, str], Any]:
    route53 = visitor.aws.client("route53", endpoint_url=visitor.url)
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {(its["Name"].rstrip("."), its["Type"]): its for its in found}


@pytest.fixture(scope="module")
def foreign_zone(visitor: Visitor) -> str:
    """The zone of another company's domain, which dev's storefront is to answer; then everything that the edge has."""
    route53 = visitor.aws.client("route53", endpoint_url=visitor.url)
    made = route53.create_hosted_zone(Name="shop.example.net", CallerReference="foreign")["HostedZone"]["Id"]
    zone = str(made).rpartition("/")[2]
    dev, staging = (visitor.root / f"environments/{name}.yaml" for name in ("dev", "staging"))
    edge = EDGE.replace("FOREIGN", zone)
    text, found = re.subn(r"  create_zone: true .*\n", lambda _: edge, dev.read_text())
    assert found == 1
    dev.write_text(text.replace("\n  waf:\n", "\n  waf:\n    allowed_cidrs: [203.0.113.0/28]\n"))
    below = staging.read_text().replace("domain: staging.example.com", "domain: qa.dev.example.com")
    servers = "  name_servers: [ns-1.example.net, ns-2.example.net]\n"
    staging.write_text(below.replace("  create_zone: true\n", f"  create_zone: true\n{servers}"))
    storefront = visitor.root / "service_configs/storefront.yaml"
    storefront.write_text(storefront.read_text() + STOREFRONT)
    (visitor.root / "service_configs/rpc.yaml").write_text(RPC)
    visitor.run("deploy", "dev", "edge", "service-storefront", "service-rpc", "--local")
    return zone


def test_the_zone_has_the_companys_records_and_delegates_what_lies_below(visitor: Visitor, foreign_zone: str) -> None:
    route53 = visitor.aws.client("route53", endpoint_url=visitor.url)
    [own] = [zone for zone in route53.list_hosted_zones()["HostedZones"] if zone["Name"] == "dev.example.com."]
    found = records(visitor, own["Id"])
    values = {at: sorted(one["Value"] for one in its.get("ResourceRecords", [])) for at, its in found.items()}
    assert values["dev.example.com", "MX"] == ["10 mx1.example.net", "20 mx2.example.net"]
    assert values["_dmarc.dev.example.com", "TXT"] == ['"v=DMARC1; p=none"']
    assert values["qa.dev.example.com", "NS"] == ["ns-1.example.net", "ns-2.example.net"]


def test_a_foreign_domain_is_proven_shown_and_answered(visitor: Visitor, foreign_zone: str) -> None:
    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    acm = visitor.aws.client("acm", endpoint_url=visitor.url)
    shown = elb.describe_listener_certificates(ListenerArn=https_listener(visitor))["Certificates"]
    certificates = [acm.describe_certificate(CertificateArn=one["CertificateArn"])["Certificate"] for one in shown]
    assert {one["DomainName"] for one in certificates} >= {"shop.example.net", "shop.example.org"}
    assert {one["Status"] for one in certificates} == {"ISSUED"}

    there = records(visitor, foreign_zone)
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    assert there["shop.example.net", "A"]["AliasTarget"]["DNSName"].rstrip(".") == balancer["DNSName"]
    assert [type_ for _, type_ in there].count("CNAME") == 1
    s3 = visitor.aws.client("s3", endpoint_url=visitor.url)
    state = json.loads(s3.get_object(Bucket="acme-dev-terraform-state", Key="dev/edge.tfstate")["Body"].read())
    proof, address = state["outputs"]["records-shop-example-org"]["value"]
    assert re.fullmatch(r"_\S+\.shop\.example\.org\. CNAME \S+\.", proof)
    assert address == f"shop.example.org. CNAME {balancer['DNSName']}."


def test_every_host_and_path_leads_to_the_service_or_elsewhere(visitor: Visitor, foreign_zone: str) -> None:
    elb = visitor.aws.client("elbv2", endpoint_url=visitor.url)
    groups = {its["TargetGroupName"]: its for its in elb.describe_target_groups()["TargetGroups"]}
    rules, storefront = listener_rules(visitor), groups["dev-storefront"]["TargetGroupArn"]
    hosts = {"shop.dev.example.com", "www.dev.example.com", "shop.example.net", "shop.example.org"}
    answered = {
        (host, path)
        for (names, paths), action in rules.items()
        if action.get("TargetGroupArn") == storefront
        for host in names
        for path in paths
    }
    assert answered == {(host, path) for host in hosts for path in ("/*", "/api/v2", "/api/v2/*")}
    assert all(len(names) + len(paths) <= 5 for names, paths in rules)
    [old] = [its["RedirectConfig"] for (names, _), its in rules.items() if names == ("old.dev.example.com",)]
    assert (old["Host"], old["Path"], old["StatusCode"]) == ("shop.dev.example.com", "/#{path}", "HTTP_301")
    sales = [its["RedirectConfig"] for (_, paths), its in rules.items() if "/sale" in paths]
    assert {(its["Path"], its["StatusCode"]) for its in sales} == {("/offers/#{path}", "HTTP_302")}

    attributes = elb.describe_target_group_attributes(TargetGroupArn=storefront)["Attributes"]
    its = {one["Key"]: one["Value"] for one in attributes}
    assert its["deregistration_delay.timeout_seconds"] == "45"
    assert its["slow_start.duration_seconds"] == "60"
    assert (its["stickiness.enabled"], its["stickiness.lb_cookie.duration_seconds"]) == ("true", "3600")
    assert groups["dev-rpc"]["ProtocolVersion"] == "GRPC"


def test_the_firewall_counts_lets_pass_and_makes_exceptions_by_host(visitor: Visitor, foreign_zone: str) -> None:
    waf = visitor.aws.client("wafv2", endpoint_url=visitor.url)
    [acl] = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    rules = waf.get_web_acl(Name=acl["Name"], Id=acl["Id"], Scope="REGIONAL")["WebACL"]["Rules"]
    by_name = {rule["Name"]: rule for rule in rules}
    [addresses] = waf.list_ip_sets(Scope="REGIONAL")["IPSets"]
    assert by_name["allowed"]["Statement"]["IPSetReferenceStatement"]["ARN"] == addresses["ARN"]
    common = by_name["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert {"NoUserAgent_HEADER", "GenericLFI_URIPATH"} <= {one["Name"] for one in common["RuleActionOverrides"]}
    told = json.dumps(by_name["exception-1"]["Statement"], default=lambda value: value.decode())
    for host in ("shop.dev.example.com", "www.dev.example.com", "shop.example.net", "shop.example.org"):
        assert f'"{host}"' in told


def test_of_all_that_nothing_is_left_to_do(visitor: Visitor, foreign_zone: str) -> None:
    for stack in ("edge", "service-storefront", "service-rpc"):
        assert visitor.plans_nothing(f"dev-{stack}")


def test_another_protocol_is_refused_before_anything_changes(visitor: Visitor, foreign_zone: str) -> None:
    file = visitor.root / "service_configs/rpc.yaml"
    file.write_text(RPC.replace("grpc", "http2"))
    begun = len(read_calls(visitor.record))
    said = visitor.run("deploy", "dev", "service-rpc", "--local", code=2)
    assert "service_configs/rpc.yaml: http.protocol: target group dev-rpc was made for grpc" in said
    assert not [call for call in read_calls(visitor.record)[begun:] if call.by_terraform and not is_question(call)]
    file.write_text(RPC)


def is_question(call: Call) -> bool:
    """Whether it changes nothing."""
    return call.action.partition(":")[2].startswith(("Get", "List", "Describe", "Head"))


def open_ports(visitor: Visitor, service: str) -> dict[str, set[int]]:
    """The ports on which the load balancer reaches a service's tasks, by security group."""
    ecs = visitor.aws.client("ecs", endpoint_url=visitor.url)
    ec2 = visitor.aws.client("ec2", endpoint_url=visitor.url)
    [its] = ecs.describe_services(cluster="dev", services=[service])["services"]
    groups = its["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    [edge] = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["dev-edge"]}])["SecurityGroups"]
    return {
        group["GroupId"]: {rule["FromPort"] for rule in group["IpPermissions"]}
        for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
        if any(
            pair["GroupId"] == edge["GroupId"] for rule in group["IpPermissions"] for pair in rule["UserIdGroupPairs"]
        )
    }


def test_a_changed_port_takes_the_old_one_away_when_the_new_tasks_have_been_judged(
    visitor: Visitor, foreign_zone: str
) -> None:
    [before] = open_ports(visitor, "rpc").items()
    assert before[1] == {50_051}
    (visitor.root / "service_configs/rpc.yaml").write_text(RPC.replace("50051", "50052"))
    begun = len(read_calls(visitor.record))
    visitor.run("deploy", "dev", "service-rpc", "--local")
    [after] = open_ports(visitor, "rpc").items()
    assert after[1] == {50_052}
    calls = [call for call in read_calls(visitor.record)[begun:] if call.by_terraform]
    changes = [call.action for call in calls if not is_question(call)]
    opened, started = changes.index("ec2:AuthorizeSecurityGroupIngress"), changes.index("ecs:UpdateService")
    judged = max(at for at, action in enumerate(changes) if action == "lambda:InvokeFunction")
    closed, removed = changes.index("ec2:RevokeSecurityGroupIngress"), changes.index("ec2:DeleteSecurityGroup")
    assert opened < started < judged < min(closed, removed)
    assert not {"TargetGroup", "Rule"} & {action.removeprefix("elasticloadbalancing:Delete") for action in changes}
    assert not [action for action in changes if action.startswith("elasticloadbalancing:")]
    [deleted] = [call for call in calls if call.action == "ec2:DeleteSecurityGroup"]
    assert deleted.parameters["GroupId"] == before[0]
    assert visitor.plans_nothing("dev-service-rpc")
    (visitor.root / "service_configs/rpc.yaml").unlink()
    visitor.run("deploy", "dev", "--local", "--prune")


def test_a_preview_is_left_alone_by_a_prune_and_swept_once_its_last_day_is_over(visitor: Visitor) -> None:
    assert "dev/preview-pr-17.tfstate" in visitor.states()
    assert "No preview of dev is older than it may be." in visitor.run("preview", "sweep", "--local")
    begun = len(read_calls(visitor.record))
    swept = visitor.run("preview", "sweep", "--as-of", "2100-01-01", "--local")
    visitor.calls_of_the_preview += read_calls(visitor.record)[begun:]
    assert re.search(r"dev-preview-pr-17: \d+ destroyed", swept)
    assert "dev/preview-pr-17.tfstate" not in visitor.states()
    ecs = visitor.aws.client("ecs", endpoint_url=visitor.url)
    gone = ecs.describe_services(cluster="dev", services=["storefront--pr-17", "orders--pr-17"])["services"]
    assert {its["status"] for its in gone} <= {"INACTIVE"}  # AWS shows them for an hour more
    assert "dev has no preview pr-17." in visitor.run("preview", "remove", "pr-17", "--local")
    assert "0 resources outside the states of dev." in visitor.run("unmanaged", "dev", "--local")


def test_the_way_back_leaves_no_resource_and_no_process(visitor: Visitor) -> None:
    assert "0 resources left. The embedded AWS has stopped." in visitor.run("demo-down")
    assert launcher.status(directory=visitor.root / ".local-aws") is None
    assert "nothing to take away" in visitor.run("demo-down")


def is_a_persons(call: Call) -> bool:
    """Whether it changes the stack `delivery`, whose roles cannot change themselves."""
    names = [str(call.parameters.get(name, "")) for name in ("RoleName", "PolicyName", "PolicyArn")]
    return call.action.startswith("iam:") and any("groundwork-dev-" in name for name in names) and not is_read(call)


def is_read(call: Call) -> bool:
    return call.action.partition(":")[2].startswith(("Get", "List"))


def allowed(its: Role, call: Call) -> bool:
    return call.action == OF_ANYBODY or its.may(call.action, resource(call), context(call))


def workflow_role(visitor: Visitor, kind: str) -> Role:
    """A role of dev's workflows, as it was deployed."""
    document = json.loads(visitor.code()["dev-delivery"])
    return role_of(Stack("dev-delivery", document), f"groundwork-dev-{kind}")


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


def test_the_preview_role_may_make_every_call_of_a_preview_and_its_end(visitor: Visitor) -> None:
    """What concerns dev's own stacks is only read: the role could not change them."""
    its = workflow_role(visitor, "preview")
    calls = [call for call in visitor.calls_of_the_preview if call.by_terraform]
    assert len(calls) > 100
    assert not {(call.action, resource(call)) for call in calls if not allowed(its, call)}
