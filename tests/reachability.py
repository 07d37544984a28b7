"""Who can connect to whom, walked from synthesized security groups, access lists and routes.

Each layer is told by itself as well, because one wall that has fallen does not show while the next one stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from tests.synthesis import Attributes, Platform, Stack

INTERNET = "the internet"
ANYWHERE = "0.0.0.0/0"
ALL_PORTS = (0, 65_535)
# What Linux and the load balancer choose their own end's port from.
CLIENT_PORTS = (32_768, 60_999)
# Resources through which another is placed in subnets or put behind security groups.
HOLDERS = ("aws_db_subnet_group", "aws_launch_template", "aws_elasticache_subnet_group")
GROUP, SUBNET = "aws_security_group", "aws_subnet"

Ports = tuple[int, int]

_REFERENCE = re.compile(r"data\.terraform_remote_state\.[\w-]+\.outputs\.[\w-]+|\baws_\w+\.[\w-]+\.\w+")


@dataclass(frozen=True, order=True)
class Door:
    """One rule: on these ports `peer` (a group's name, or addresses) may come in, or be called."""

    owner: str
    peer: str
    ports: Ports


@dataclass
class Subnet:
    """A subnet with what surrounds it."""

    tier: str
    cidr: IPv4Network
    to_internet: set[str] = field(default_factory=set)
    acl_in: list[tuple[IPv4Network, Ports]] = field(default_factory=list)
    acl_out: list[tuple[IPv4Network, Ports]] = field(default_factory=list)


class Network:
    """The network of one environment: security groups, access lists and routes, and who reaches whom through them."""

    def __init__(self, platform: Platform, environment: str) -> None:
        self._platform = platform
        self._stacks = [stack for stack in platform if stack.name.partition("-")[0] == environment]
        self.subnets: dict[str, Subnet] = {}
        self.groups: dict[str, set[str]] = {}
        self.doors_in: set[Door] = set()
        self.doors_out: set[Door] = set()
        for stack in self._stacks:
            self._read_subnets(stack)
        self._read_routes()
        for stack in self._stacks:
            self._read_acls(stack)
            self._read_groups(stack)
        for stack in self._stacks:
            self._read_rules(stack)
            self._read_places(stack)

    @property
    def routes(self) -> set[tuple[str, str]]:
        """The tiers that have a way out of the VPC, and by what."""
        return {(subnet.tier, way) for subnet in self.subnets.values() for way in subnet.to_internet}

    def acl(self, direction: str) -> set[Door]:
        """The doors of each tier's access list: `in` or `out`."""
        return {
            Door(subnet.tier, str(cidr), ports)
            for subnet in self.subnets.values()
            for cidr, ports in (subnet.acl_in if direction == "in" else subnet.acl_out)
        }

    def reached_by(self, source: str) -> set[tuple[str, Ports]]:
        """Every group, or the internet, that the source can open a connection to, all layers together."""
        targets = [*self.groups, INTERNET] if source != INTERNET else list(self.groups)
        return {
            (target, ports)
            for target in targets
            if target != source
            for wanted in self._let_through(self.doors_out, source, target)
            for admitted in self._let_through(self.doors_in, target, source)
            if (common := overlap(wanted, admitted))
            for ports in self._ways(source, target, common)
        }

    def _let_through(self, doors: set[Door], owner: str, peer: str) -> Iterator[Ports]:
        if owner == INTERNET:
            yield ALL_PORTS
        for door in doors:
            if door.owner == owner and (door.peer == peer or self._holds(door.peer, peer)):
                yield door.ports

    def _holds(self, addresses: str, peer: str) -> bool:
        if "/" not in addresses:
            return False
        if peer == INTERNET:
            return not IPv4Network(addresses).is_private or addresses == ANYWHERE
        return any(IPv4Network(addresses).overlaps(self.subnets[place].cidr) for place in self.groups[peer])

    def _ways(self, source: str, target: str, ports: Ports) -> set[Ports]:
        """The ports that routes and access lists leave, from any place of the source to any of the target."""
        outside: list[Subnet | None] = [None]
        places = [
            [self.subnets[p] for p in self.groups[end]] if end != INTERNET else outside for end in (source, target)
        ]
        ways = set()
        for here in places[0]:
            for there in places[1]:
                if left := self._way(here, there, ports):
                    ways.add(left)
        return ways

    def _way(self, here: Subnet | None, there: Subnet | None, ports: Ports) -> Ports | None:
        if here is there:  # the access list stands around the subnet, not in it
            return ports
        if here is None and "aws_internet_gateway" not in (there.to_internet if there else set()):
            return None
        if there is None and not (here and here.to_internet):
            return None
        hops = [(here.acl_out, there, ports)] if here else []
        hops += [(there.acl_in, here, ports)] if there else []
        answers = [(there.acl_out, here)] if there else []
        answers += [(here.acl_in, there)] if here else []
        for rules, other, wanted in hops:
            if (left := allowed(rules, other.cidr if other else None, wanted)) is None:
                return None
            ports = left
        if any(allowed(rules, other.cidr if other else None, CLIENT_PORTS) != CLIENT_PORTS for rules, other in answers):
            return None
        return ports

    def _follow(self, stack: Stack, value: str) -> tuple[str, str, Attributes]:
        """The type, name and attributes of the resource behind a reference, in whatever stack it is."""
        owner, reference = self._platform.resolve(stack, value)
        kind, id_ = reference.removeprefix("${").split(".")[:2]
        return kind, f"{owner.name}/{id_}", owner.resources[kind][id_]

    def _read_subnets(self, stack: Stack) -> None:
        for id_, subnet in stack.resources.get(SUBNET, {}).items():
            tier = subnet["tags"]["groundwork:tier"]
            self.subnets[f"{stack.name}/{id_}"] = Subnet(tier, IPv4Network(subnet["cidr_block"]))

    def _read_routes(self) -> None:
        ways: dict[str, set[str]] = {}
        for stack, route in self._all("aws_route"):
            way = next(route[name] for name in route if name.endswith(("gateway_id", "interface_id")))
            _, table, _ = self._follow(stack, route["route_table_id"])
            ways.setdefault(table, set()).add(self._follow(stack, way)[0])
        for stack, association in self._all("aws_route_table_association"):
            subnet = self.subnets[self._follow(stack, association["subnet_id"])[1]]
            subnet.to_internet = ways.get(self._follow(stack, association["route_table_id"])[1], set())

    def _all(self, kind: str) -> Iterator[tuple[Stack, Attributes]]:
        for stack in self._stacks:
            yield from ((stack, resource) for resource in stack.all(kind))

    def _read_acls(self, stack: Stack) -> None:
        for acl in stack.all("aws_network_acl"):
            for reference in acl["subnet_ids"]:
                subnet = self.subnets[self._follow(stack, reference)[1]]
                subnet.acl_in, subnet.acl_out = [list(map(acl_rule, acl[side])) for side in ("ingress", "egress")]

    def _read_groups(self, stack: Stack) -> None:
        for group in stack.all(GROUP):
            assert not {"ingress", "egress"} & group.keys(), "rules are resources of their own"
            self.groups[_name(group)] = set()
        assert not stack.all("aws_security_group_rule"), "rules are written as vpc_security_group_…_rule"

    def _read_rules(self, stack: Stack) -> None:
        for kind, doors in (("ingress", self.doors_in), ("egress", self.doors_out)):
            for rule in stack.all(f"aws_vpc_security_group_{kind}_rule"):
                owner = _name(self._follow(stack, rule["security_group_id"])[2])
                if peer := rule.get("referenced_security_group_id"):
                    peer = _name(self._follow(stack, peer)[2])
                doors.add(Door(owner, peer or rule["cidr_ipv4"], rule_ports(rule)))

    def _read_places(self, stack: Stack) -> None:
        """Put each group into the subnets of whatever stands behind it."""
        for kind, resources in stack.resources.items():
            if kind in HOLDERS or kind.startswith(("aws_vpc_security_group", GROUP)):
                continue
            for resource in resources.values():
                groups, places = set(), set()
                for found, id_, attributes in self._reached(stack, resource):
                    if found == GROUP:
                        groups.add(_name(attributes))
                    elif found == SUBNET:
                        places.add(id_)
                for group in groups:
                    self.groups[group] |= places

    def _reached(self, stack: Stack, value: Any) -> Iterator[tuple[str, str, Attributes]]:
        for text in references(value):
            owner, reference = self._platform.resolve(stack, text)
            parts = reference.removeprefix("${").split(".")
            if parts[0] in (GROUP, SUBNET):
                yield self._follow(stack, text)
            elif parts[0] in HOLDERS:
                yield from self._reached(owner, owner.resources[parts[0]][parts[1]])


def references(value: Any) -> Iterator[str]:
    """Every resource that a value names, however deep, and within whatever expression."""
    if isinstance(value, str):
        yield from (f"${{{reference}}}" for reference in _REFERENCE.findall(value) if "${" in value)
    elif isinstance(value, dict):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def rule_ports(rule: Attributes) -> Ports:
    """The ports that a rule opens; -1 is every protocol on every port."""
    if rule.get("ip_protocol", rule.get("protocol")) in ("-1", "all"):
        return ALL_PORTS
    return int(rule["from_port"]), int(rule["to_port"])


def acl_rule(rule: Attributes) -> tuple[IPv4Network, Ports]:
    """One rule of an access list."""
    assert rule["action"] == "allow", "a deny needs the order of the rules, which nothing here looks at"
    return IPv4Network(rule["cidr_block"]), rule_ports(rule)


def overlap(one: Ports, other: Ports) -> Ports | None:
    """The ports in both ranges."""
    both = max(one[0], other[0]), min(one[1], other[1])
    return both if both[0] <= both[1] else None


def allowed(rules: list[tuple[IPv4Network, Ports]], peer: IPv4Network | None, ports: Ports) -> Ports | None:
    """What of the ports the widest rule that holds the peer (None: the internet) leaves."""
    left = [
        common
        for cidr, range_ in rules
        if (str(cidr) == ANYWHERE or (peer is not None and peer.subnet_of(cidr))) and (common := overlap(range_, ports))
    ]
    return max(left, key=lambda range_: range_[1] - range_[0], default=None)


def _name(group: Attributes) -> str:
    """The name of a security group, or what AWS makes one of."""
    return str(group.get("name") or group["name_prefix"].rstrip("-"))
