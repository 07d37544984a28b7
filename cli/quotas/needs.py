"""Needs of an environment that AWS puts a limit to, counted in its synthesized stacks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack

CPU_UNITS_OF_A_VCPU = 1024
IN_A_DEPLOY = 2
"""A rolling deploy of a service runs its old and its new tasks at once."""
_OF_THIS_STACK = re.compile(r"^\$\{([\w.-]+)\.id\}$")
_OF_ANOTHER_STACK = re.compile(r"cross-stack-reference-input-([\w-]+)\.outputs\.cross-stack-output-([\w-]+)id\}$")


@dataclass(frozen=True)
class Needs:
    """The numbers, in the words of the quotas they are compared with."""

    addresses: int
    networks: int
    interface_endpoints: int
    rules_of_a_group: int
    on_demand_vcpu: float
    spot_vcpu: float
    rules_of_a_load_balancer: int
    target_groups_of_a_load_balancer: int


def needs_of(program: SynthesizedApp) -> Needs:
    """Count what all stacks of an environment need together."""
    vcpu = _vcpu(program)
    return Needs(
        addresses=_count(program, "aws_eip"),
        networks=_count(program, "aws_vpc"),
        interface_endpoints=sum(
            endpoint.get("vpc_endpoint_type") == "Interface" for endpoint in _all(program, "aws_vpc_endpoint")
        ),
        rules_of_a_group=_rules_of_the_fullest_group(program),
        on_demand_vcpu=vcpu["FARGATE"],
        spot_vcpu=vcpu["FARGATE_SPOT"],
        rules_of_a_load_balancer=_count(program, "aws_lb_listener_rule"),
        target_groups_of_a_load_balancer=_count(program, "aws_lb_target_group"),
    )


def _resources(stack: SynthesizedStack, kind: str) -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = stack.code.get("resource", {}).get(kind, {})
    return found


def _all(program: SynthesizedApp, kind: str) -> Iterator[dict[str, Any]]:
    for stack in program.stacks:
        yield from _resources(stack, kind).values()


def _count(program: SynthesizedApp, kind: str) -> int:
    return sum(1 for _ in _all(program, kind))


def _rules_of_the_fullest_group(program: SynthesizedApp) -> int:
    """Return the most rules of one group in one direction, wherever they are written."""
    rules: Counter[tuple[str, str, str]] = Counter()
    for stack in program.stacks:
        for direction in ("ingress", "egress"):
            for rule in _resources(stack, f"aws_vpc_security_group_{direction}_rule").values():
                rules[direction, *_group(stack, rule["security_group_id"])] += 1
    return max(rules.values(), default=0)


def _group(stack: SynthesizedStack, reference: str) -> tuple[str, str]:
    if other := _OF_ANOTHER_STACK.search(reference):
        return other[1], other[2]
    own = _OF_THIS_STACK.match(reference)
    return stack.id, own[1].replace(".", "") if own else reference


def _vcpu(program: SynthesizedApp) -> Mapping[str, float]:
    """Return the vCPUs that the fewest tasks of each service take while all are deployed, by capacity provider."""
    found: defaultdict[str, float] = defaultdict(float)
    for stack in program.stacks:
        definitions = _resources(stack, "aws_ecs_task_definition")
        for service in _resources(stack, "aws_ecs_service").values():
            definition = definitions[service["task_definition"].split(".")[1]]
            vcpu = int(definition["cpu"]) / CPU_UNITS_OF_A_VCPU
            for provider, tasks in _shares(service).items():
                found[provider] += vcpu * tasks * IN_A_DEPLOY
    return found


def _shares(service: Mapping[str, Any]) -> dict[str, float]:
    """Return the tasks on each capacity provider: its base first, and of the rest its weight's share.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
    """
    strategy = service["capacity_provider_strategy"]
    bases = {item["capacity_provider"]: min(item["base"], service["desired_count"]) for item in strategy}
    rest = max(service["desired_count"] - sum(bases.values()), 0)
    weights = sum(item["weight"] for item in strategy)
    return {
        provider: bases[provider] + rest * item["weight"] / weights
        for item in strategy
        for provider in [item["capacity_provider"]]
    }
