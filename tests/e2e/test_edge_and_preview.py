"""The edge of dev with everything that it can have, a preview beside it, and a service more and less."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws import launcher
from tests.e2e.named import resource
from tests.e2e.recorded_calls import read_calls
from tests.e2e.visitor import SERVICES, Visitor, allowed, is_question, workflow_role

pytestmark = [pytest.mark.e2e, pytest.mark.long]


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """What `shop.dev.example.com` and a preview of it need; a deploy takes the network and the cluster along."""
    root = tmp_path_factory.mktemp("visitor") / "checkout"
    yield Visitor(root, "deploy", "dev", "service-orders", "service-storefront", "--local")
    launcher.stop(directory=root / ".local-aws")


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


def test_the_preview_role_may_make_every_call_of_a_preview_and_its_end(visitor: Visitor) -> None:
    """What concerns dev's own stacks is only read: the role could not change them."""
    its = workflow_role(visitor, "preview")
    calls = [call for call in visitor.calls_of_the_preview if call.by_terraform]
    assert len(calls) > 100
    assert not {(call.action, resource(call)) for call in calls if not allowed(its, call)}
