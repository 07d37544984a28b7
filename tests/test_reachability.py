"""Only the load balancer is open to the internet, each service reaches what it names, and databases reach nothing.

Every kind of rule is also widened here, one at a time, to show that these promises would break.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.loader.platform import load_platform
from config.models.environment.subnets import Tier, plan_subnets
from config.models.service.relations import database_owner
from tests.reachability import ALL_PORTS, ANYWHERE, INTERNET, Door, Network, Ports
from tests.synthesis import SHOP, Checkout, Platform, Stack

HTTP, HTTPS, POSTGRES = (80, 80), (443, 443), (5432, 5432)
EPHEMERAL = (1024, 65_535)
NFS = 2049
CACHE = (6379, 6380)  # to write, and to read from replicas

# Every kind of service and of connection.
KINDS = {
    "storefront": "kind: public-web\nport: 8080\nimage: a/b:1\ncalls: [orders]\n",
    "admin": "kind: public-web\nport: 9000\nimage: a/b:1\n",
    "orders": "kind: internal\nhealth_check: none\nport: 8081\nimage: a/b:1\n"
    "calls: [stock]\ndatabase: {}\nmetrics: {}\ncache: {}\nports: {admin: 9191, debug: 9292}\n"
    "volumes: {media: {path: /srv/media}}\n",
    "stock": "kind: internal\nhealth_check: none\nport: 8082\nimage: a/b:1\ndatabase: {}\n",
    "mailer": "kind: worker\nimage: a/b:1\nmetrics: {port: 9100}\negress_ports: [587, 8081, 5432]\n",
    "nightly": "kind: scheduled-job\nimage: a/b:1\ncache: {of: orders}\n"
    "schedule:\n  expression: rate(1 day)\ncalls: [orders, orders:admin]\nvolumes: {media: {of: orders, path: /m}}\n",
    "migrate": "kind: one-off\nimage: a/b:1\nbefore: orders\n",
}


@dataclass(frozen=True)
class Promise:
    """All that is open in one environment; nothing else may be."""

    doors_in: set[Door]
    doors_out: set[Door]
    reached: dict[str, set[tuple[str, Ports]]]
    way_out: str
    """The type of what private subnets go out by."""

    def broken_by(self, network: Network) -> list[str]:
        """What is open beyond it, or not open as promised, at any layer."""
        cidrs = {tier: {str(s.cidr) for s in network.subnets.values() if s.tier == tier} for tier in TIERS}
        vpc = next(iter(network.subnets.values())).cidr.supernet(new_prefix=16).with_prefixlen
        private = cidrs["private"]
        layers: dict[str, tuple[object, object]] = {
            "security groups, in": (self.doors_in, network.doors_in),
            "security groups, out": (self.doors_out, network.doors_out),
            "access lists, in": (acl_in(vpc, private), network.acl("in")),
            "access lists, out": (acl_out(private), network.acl("out")),
            "routes": ({("public", "aws_internet_gateway"), ("private", self.way_out)}, network.routes),
            "the internet": ({("edge", HTTP), ("edge", HTTPS)}, named(network.reached_by(INTERNET))),
        }
        for group, places in network.groups.items():
            layers[f"the place of {group}"] = ({tier_of(group)}, {network.subnets[place].tier for place in places})
            layers[group] = (self.reached[short(group)], named(network.reached_by(group)))
        return [layer for layer, (promised, found) in layers.items() if promised != found]


TASK_METRICS, ROUTER_METRICS = 9779, 2020
PROBER = ("cloudwatch-exporter", 9115)  # the blackbox exporter, a container of its task
# What the platform's own parts reach, beside what the services add to the load balancer's and the scraper's.
PLATFORM: dict[str, dict[str, int]] = {
    "edge": {"grafana-3000": 3000},
    "grafana-3000": {},
    "scraper": dict.fromkeys(("prometheus", "alertmanager", "cloudwatch-exporter", "grafana"), TASK_METRICS),
    "prometheus": {"alertmanager": 9093, "cloudwatch-exporter": 5000, "grafana": 3000},
    "alertmanager": {},
    "cloudwatch-exporter": {},
    "grafana": {"prometheus": 9090, "alertmanager": 9093},
    "ec2": {},
    "logging": {},
}
TIERS = ("public", "private", "isolated")


def acl_in(vpc: str, private: set[str]) -> set[Door]:
    return {
        Door("public", ANYWHERE, HTTP),
        Door("public", ANYWHERE, HTTPS),
        Door("public", ANYWHERE, EPHEMERAL),
        *(Door("public", cidr, ALL_PORTS) for cidr in private),
        Door("private", vpc, ALL_PORTS),
        Door("private", ANYWHERE, EPHEMERAL),
        *(Door("isolated", cidr, POSTGRES) for cidr in private),
    }


def acl_out(private: set[str]) -> set[Door]:
    return {
        Door("public", ANYWHERE, ALL_PORTS),
        Door("private", ANYWHERE, ALL_PORTS),
        *(Door("isolated", cidr, EPHEMERAL) for cidr in private),
    }


def tier_of(group: str) -> str:
    """Where each kind of thing belongs."""
    if group.endswith("-database"):
        return "isolated"
    return "public" if group.endswith("-edge") or "-network-nat-" in group else "private"


def short(group: str) -> str:
    return group.partition("-")[2]


def named(reached: set[tuple[str, Ports]]) -> set[tuple[str, Ports]]:
    """The same with the environment's name left out of the groups'."""
    return {(target if target == INTERNET else short(target), ports) for target, ports in reached}


def promised(root: Path, environment: str) -> Promise:
    """What the YAML below root says, and nothing more."""
    (deployment,) = load_platform(root, only=environment)
    services = {service.name: service for service in deployment.services}
    outgoing = {caller: set(called.items()) for caller, called in PLATFORM.items()}
    outgoing["scraper"].add(PROBER)
    for service in services.values():
        wanted = set()
        for call in service.calls:
            callee, _, port = call.partition(":")
            wanted.add((callee, services[callee].ports[port] if port else services[callee].port or 0))
        for name, volume in service.volumes.items():
            wanted.add((f"{volume.of or service.name}-{name}-volume", NFS))
            outgoing[f"{volume.of or service.name}-{name}-volume"] = set()
        owner = services[database_owner(service, deployment.services)]
        if owner.own_database:
            wanted.add((f"{owner.name}-database", POSTGRES[0]))
            outgoing[f"{owner.name}-database"] = set()
            outgoing[f"{owner.name}_roles"] = {(f"{owner.name}-database", POSTGRES[0])}
        if service.cache:
            cache = f"{service.cache.of or service.name}-cache"
            wanted |= {(cache, port) for port in CACHE}
            outgoing[cache] = set()
        outgoing[service.name] = wanted
        if service.route and service.port:
            outgoing["edge"].add((f"{service.name}-{service.port}", service.port))
            outgoing[f"{service.name}-{service.port}"] = set()
        if service.kind.keeps_running:
            outgoing["scraper"] |= {(service.name, TASK_METRICS), (service.name, ROUTER_METRICS)}
        if service.metrics_port:
            outgoing["scraper"].add((service.name, service.metrics_port))
    pairs = [(caller, callee, (port, port)) for caller, called in outgoing.items() for callee, port in called]
    group, subnets = deployment.environment.qualify, plan_subnets(deployment.environment.network)
    reached = {caller: {(callee, (port, port)) for callee, port in called} for caller, called in outgoing.items()}
    calls_aws = [*services, *(name for name in PLATFORM if name not in ("edge", "grafana-3000", "scraper", "logging"))]
    calls_aws += [name for name in outgoing if name.endswith("_roles")]
    for name in calls_aws:
        # Whoever may call the world on 443 may call our own load balancer, and the endpoint of the logs.
        reached[name] |= {(INTERNET, HTTPS), ("edge", HTTPS), ("logging", HTTPS)}
    reached["scraper"].add(("logging", HTTPS))  # an endpoint in the private subnets, which all of them may call
    inside = {subnet.cidr for subnet in subnets if subnet.tier is Tier.PRIVATE}
    shared = ("edge", "scraper")
    more_ports = {(name, (port, port)) for name in services for port in services[name].egress_ports}
    for name, ports in more_ports:
        reached[name].add((INTERNET, ports))
    instances = deployment.environment.network.nat.has_instances
    ways = [f"network-nat-{zone}" for zone in deployment.environment.network.nat_zones if instances]
    for way in ways:
        # What goes out passes it, and whoever may call anyone on a port may call it on that port.
        for name in (*services, *calls_aws):
            reached[name] |= {(way, ports) for target, ports in reached[name] if target == INTERNET}
    for way in ways:
        reached[way] = {(INTERNET, ALL_PORTS), ("edge", HTTP), ("edge", HTTPS)}
    return Promise(
        way_out="aws_network_interface" if instances else "aws_nat_gateway",
        doors_in={Door(group(callee), group(caller), ports) for caller, callee, ports in pairs}
        | {Door(group("edge"), ANYWHERE, ports) for ports in (HTTP, HTTPS)}
        | {Door(group(way), cidr, ALL_PORTS) for way in ways for cidr in inside}
        | {Door(group("logging"), subnet.cidr, HTTPS) for subnet in subnets if subnet.tier is Tier.PRIVATE},
        doors_out={Door(group(way), ANYWHERE, ALL_PORTS) for way in ways}
        | {Door(group(caller), group(callee), ports) for caller, callee, ports in pairs if caller not in shared}
        | {Door(group(caller), cidr, ALL_PORTS) for caller in shared for cidr in inside}
        | {Door(group(name), ANYWHERE, HTTPS) for name in calls_aws}
        | {Door(group(name), ANYWHERE, ports) for name, ports in more_ports},
        reached=reached,
    )


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Platform]:
    checkout = Checkout(tmp_path_factory.mktemp("kinds") / "checkout")
    checkout.keep_services()
    for name, text in KINDS.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    dev = (checkout.root / "environments/dev.yaml").read_text()
    checkout.write("environments/dev.yaml", dev.replace("nat: instance", "nat: single"))  # what it adds is in the shop
    return checkout, checkout.synthesize(only="dev")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_environment_is_as_open_as_its_yaml_says(environment: str, shop: Platform) -> None:
    assert not promised(SHOP, environment).broken_by(Network(shop, environment))


def test_every_kind_of_service_is_as_open_as_its_yaml_says(kinds: tuple[Checkout, Platform]) -> None:
    checkout, platform = kinds
    assert not promised(checkout.root, "dev").broken_by(Network(platform, "dev"))


def test_the_internet_reaches_the_load_balancer_and_nothing_else(kinds: tuple[Checkout, Platform]) -> None:
    network = Network(kinds[1], "dev")
    assert network.reached_by(INTERNET) == {("dev-edge", HTTP), ("dev-edge", HTTPS)}


def test_a_service_reaches_what_it_calls_and_its_own_database(kinds: tuple[Checkout, Platform]) -> None:
    network = Network(kinds[1], "dev")
    outside = {(INTERNET, HTTPS), ("dev-edge", HTTPS), ("dev-logging", HTTPS)}
    assert network.reached_by("dev-orders") == outside | {
        ("dev-stock", (8082, 8082)),
        ("dev-orders-database", POSTGRES),
        *(("dev-orders-cache", (port, port)) for port in CACHE),
        ("dev-orders-media-volume", (NFS, NFS)),
    }
    assert network.reached_by("dev-migrate") == outside | {("dev-orders-database", POSTGRES)}
    assert network.reached_by("dev-nightly") == outside | {
        ("dev-orders", (8081, 8081)),
        ("dev-orders", (9191, 9191)),
        ("dev-orders-media-volume", (NFS, NFS)),
        *(("dev-orders-cache", (port, port)) for port in CACHE),
    }


def test_a_port_that_is_open_to_the_outside_leads_to_no_other_service_or_database(
    kinds: tuple[Checkout, Platform],
) -> None:
    reached = Network(kinds[1], "dev").reached_by("dev-mailer")
    assert reached == {
        ("dev-edge", HTTPS),
        ("dev-logging", HTTPS),
        *((INTERNET, (port, port)) for port in (443, 587, 8081, 5432)),
    }


def test_databases_reach_nothing_and_have_no_way_out(kinds: tuple[Checkout, Platform]) -> None:
    network = Network(kinds[1], "dev")
    for database in ("dev-orders-database", "dev-stock-database"):
        assert network.reached_by(database) == set()
        assert {network.subnets[place].tier for place in network.groups[database]} == {"isolated"}
    assert {tier for tier, _ in network.routes} == {"public", "private"}


def test_a_cache_is_reached_by_those_who_name_it_and_reaches_nothing(kinds: tuple[Checkout, Platform]) -> None:
    network = Network(kinds[1], "dev")
    reaching = {group for group in network.groups if ("dev-orders-cache", (6379, 6379)) in network.reached_by(group)}
    assert reaching == {"dev-orders", "dev-nightly"}
    assert network.reached_by("dev-orders-cache") == set()


def test_the_load_balancer_reaches_the_public_services_alone(kinds: tuple[Checkout, Platform]) -> None:
    reached = Network(kinds[1], "dev").reached_by("dev-edge")
    assert reached == {
        ("dev-storefront-8080", (8080, 8080)),
        ("dev-admin-9000", (9000, 9000)),
        ("dev-grafana-3000", (3000, 3000)),
    }


def test_prometheus_reads_metrics_where_services_have_them_and_nothing_else(kinds: tuple[Checkout, Platform]) -> None:
    services = {"storefront", "admin", "orders", "stock", "mailer"}
    tasks = {"alertmanager", "cloudwatch-exporter", "grafana", "prometheus"} | services
    assert Network(kinds[1], "dev").reached_by("dev-scraper") == {
        *((f"dev-{name}", (9779, 9779)) for name in tasks),
        *((f"dev-{name}", (2020, 2020)) for name in services),
        ("dev-orders", (8081, 8081)),
        ("dev-mailer", (9100, 9100)),
        ("dev-cloudwatch-exporter", (9115, 9115)),
        ("dev-logging", HTTPS),  # the endpoint that whoever is in the private subnets may call
    }


def test_nothing_connects_to_the_instance(kinds: tuple[Checkout, Platform]) -> None:
    network = Network(kinds[1], "dev")
    assert not [group for group in network.groups if ("dev-ec2", ALL_PORTS) in network.reached_by(group)]
    assert not [door for door in network.doors_in if door.owner == "dev-ec2"]


def documents(platform: Platform) -> dict[str, Any]:
    return {stack.name: copy.deepcopy(dict(stack.document)) for stack in platform}


def resources(code: dict[str, Any], stack: str, kind: str) -> list[dict[str, Any]]:
    return list(code[stack]["resource"][kind].values())


def named_like(code: dict[str, Any], stack: str, kind: str, text: str) -> dict[str, Any]:
    return next(resource for resource in resources(code, stack, kind) if text in json.dumps(resource))


IN, OUT = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


def rule(stack: str, kind: str, text: str, **changes: object) -> Callable[[dict[str, Any]], None]:
    """Change the security group rule that has the text in it."""

    def widen(code: dict[str, Any]) -> None:
        found = named_like(code, stack, kind, text)
        if "cidr_ipv4" in changes:
            found.pop("referenced_security_group_id", None)
        found.update(changes)

    return widen


def acl(tier: str, side: str, **changes: object) -> Callable[[dict[str, Any]], None]:
    """Change the first rule of a tier's access list."""

    def widen(code: dict[str, Any]) -> None:
        named_like(code, "dev-network", "aws_network_acl", f"dev-network-{tier}")[side][0].update(changes)

    return widen


def route_out_of_the_isolated_tier(code: dict[str, Any]) -> None:
    routes = code["dev-network"]["resource"]["aws_route"]
    tables = code["dev-network"]["resource"]["aws_route_table"]
    (isolated,) = [id_ for id_, table in tables.items() if table["tags"]["groundwork:tier"] == "isolated"]
    leak = copy.deepcopy(next(route for route in routes.values() if "nat_gateway_id" in route))
    routes["leak"] = leak | {"route_table_id": f"${{aws_route_table.{isolated}.id}}"}


def private_subnet_on_public_routes(code: dict[str, Any]) -> None:
    public = named_like(code, "dev-network", "aws_route_table_association", "public-a")["route_table_id"]
    named_like(code, "dev-network", "aws_route_table_association", "private-a")["route_table_id"] = public


def database_among_the_tasks(code: dict[str, Any]) -> None:
    service = resources(code, "dev-service-orders", "aws_ecs_service")[0]
    group = resources(code, "dev-database-orders", "aws_db_subnet_group")[0]
    group["subnet_ids"] = service["network_configuration"]["subnets"]


WIDENED: dict[str, Callable[[dict[str, Any]], None]] = {
    "a caller becomes anyone": rule("dev-service-storefront", IN, "call-orders", cidr_ipv4=ANYWHERE),
    "a caller becomes the whole VPC": rule("dev-service-storefront", IN, "call-orders", cidr_ipv4="10.10.0.0/16"),
    "a port becomes a range": rule("dev-service-storefront", IN, "call-orders", from_port=8000),
    "a protocol becomes all": rule("dev-service-storefront", IN, "call-orders", ip_protocol="-1"),
    "a way to one becomes a way to all": rule("dev-service-storefront", OUT, "call-orders", cidr_ipv4=ANYWHERE),
    "a way out on 443 becomes all ports": rule("dev-service-mailer", OUT, "internet-out", from_port=0, to_port=65535),
    "the load balancer opens another port": rule("dev-edge", IN, "internet-in-443", to_port=8443),
    "the load balancer may call anyone": rule("dev-edge", OUT, "zone a", cidr_ipv4="10.10.0.0/16"),
    "Prometheus becomes anyone": rule("dev-service-mailer", IN, "scraper on 9100", cidr_ipv4="10.10.0.0/16"),
    "Grafana is open to the VPC": rule("dev-monitoring", IN, "edge on 3000", cidr_ipv4="10.10.0.0/16"),
    "the database lets the VPC in": rule("dev-service-orders", IN, "database", cidr_ipv4="10.10.0.0/16"),
    "the database opens all ports": rule("dev-service-orders", IN, "database", ip_protocol="-1"),
    "the VPC writes and reads logs": rule("dev-logging", IN, "zone a", cidr_ipv4="10.10.0.0/16"),
    "anyone writes and reads logs": rule("dev-logging", IN, "zone a", cidr_ipv4=ANYWHERE),
    "the isolated access list lets anyone in": acl("isolated", "ingress", cidr_block=ANYWHERE),
    "the isolated access list opens more ports": acl("isolated", "ingress", from_port=0, to_port=65535),
    "the isolated access list lets out": acl("isolated", "egress", cidr_block=ANYWHERE),
    "the private access list lets anyone in": acl("private", "ingress", cidr_block=ANYWHERE),
    "the public access list opens more ports": acl("public", "ingress", from_port=0, to_port=65535),
    "the isolated tier gets a way out": route_out_of_the_isolated_tier,
    "a private subnet gets public routes": private_subnet_on_public_routes,
    "a database moves to another tier": database_among_the_tasks,
}


@pytest.mark.parametrize("change", WIDENED.values(), ids=WIDENED)
def test_a_widened_rule_breaks_the_promise(
    change: Callable[[dict[str, Any]], None], kinds: tuple[Checkout, Platform]
) -> None:
    checkout, platform = kinds
    code = documents(platform)
    change(code)
    widened = Platform(platform.out, {s.name: Stack(s.name, code[s.name], s.dependencies) for s in platform})
    assert promised(checkout.root, "dev").broken_by(Network(widened, "dev"))


def test_a_rule_written_into_a_group_is_refused(kinds: tuple[Checkout, Platform]) -> None:
    code = documents(kinds[1])
    resources(code, "dev-edge", "aws_security_group")[0]["ingress"] = [{"cidr_blocks": [ANYWHERE]}]
    platform = Platform(kinds[1].out, {s.name: Stack(s.name, code[s.name], s.dependencies) for s in kinds[1]})
    with pytest.raises(AssertionError, match="rules are resources of their own"):
        Network(platform, "dev")
