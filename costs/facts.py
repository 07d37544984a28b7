"""The input of every formula: the resources, the expected usage and the prices of one environment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from config.models.environment.usage import Usage
from costs.inventory import Inventory, Resource
from costs.line import Line, Term, make_line
from costs.price_list import PriceList

MONTH_H = 730
MONTH_DAYS = MONTH_H / 24
WEEKS = MONTH_DAYS / 7
SECONDS_H = 3600
FARGATE, SPOT = "FARGATE", "FARGATE_SPOT"
_CLOCK = re.compile(r"cron\((\d+) (\d+) \S+ \S+ (\S+) \S+\)")
_WEEK = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@dataclass(frozen=True)
class Facts:
    """One environment, ready for the arithmetic."""

    inventory: Inventory
    usage: Usage
    prices: PriceList
    most_ocu: int = 0
    """The ceiling of compute units of OpenSearch Serverless."""

    def line(self, item: str, owner: str, terms: Sequence[Term], resources: Sequence[Resource], note: str = "") -> Line:
        """One line at the prices of the region."""
        return make_line(self.prices, item, owner, terms, resources, note=note)

    def without(self, service: str) -> Facts:
        """Return the environment when the service is not there."""
        return replace(self, inventory=self.inventory.without(service))

    @cached_property
    def hours(self) -> Mapping[str, float]:
        """The hours a month that the tasks of each service run, where something stops and starts them."""
        return {
            owner: started_hours(self.inventory, resources)
            for owner, resources in self._targets_by_owner().items()
            if owner
        }

    def running_hours(self, owner: str) -> float:
        """Return the hours of one service."""
        return self.hours.get(owner, MONTH_H)

    @property
    def public(self) -> tuple[str, ...]:
        """The services that the load balancer sends requests to, the platform's own excepted."""
        return tuple(sorted({one.owner for one in self.inventory.all("aws_lb_target_group")} - {""}))

    def million_requests(self, service: str) -> float:
        """Return requests a month of a service behind the load balancer."""
        return self.usage.requests(service) * self.running_hours(service) * SECONDS_H / 1e6

    def service_hours(self, service: Resource) -> float:
        """Return the hours a month in which an ECS service has tasks."""
        targets = self.inventory.referring("aws_appautoscaling_target", "resource_id", service)
        return started_hours(self.inventory, list(targets))

    def group_hours(self, group: Resource) -> float:
        """Return the hours a month in which a group has an instance: one that may be empty has it while tasks run."""
        if group.number("min_size"):
            return MONTH_H
        services = [one for one in self.inventory.all("aws_ecs_service") if not on_fargate(one)]
        return max(map(self.service_hours, services), default=0)

    def kept_days(self, stack: str) -> float:
        """Return for how many days the buckets of a stack keep what is in them."""
        rules = [
            rule
            for one in self.inventory.all("aws_s3_bucket_lifecycle_configuration")
            if one.stack == stack
            for rule in one.blocks("rule")
        ]
        ends = [rule["expiration"] for rule in rules if rule.get("expiration")]
        days = [
            float(its["days"]) for end in ends for its in (end if isinstance(end, list) else [end]) if "days" in its
        ]
        return max(days, default=30)

    def _targets_by_owner(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for one in self.inventory.all("aws_appautoscaling_target"):
            found.setdefault(one.owner, []).append(one)
        return found


def on_fargate(service: Resource) -> bool:
    """Return whether the tasks of an ECS service run on Fargate, by demand or on Spot."""
    strategy = service.blocks("capacity_provider_strategy")
    return {str(one["capacity_provider"]) for one in strategy} <= {FARGATE, SPOT}


def started_hours(inventory: Inventory, targets: Sequence[Resource]) -> float:
    """Return the hours a month in which scaling targets have tasks, by the actions that stop and start them."""
    if not targets:
        return MONTH_H
    per_target = []
    for target in targets:
        actions = list(inventory.referring("aws_appautoscaling_scheduled_action", "resource_id", target))
        most = {
            one.attributes["name"]: (
                one.attributes["schedule"],
                float(one.blocks("scalable_target_action")[0].get("max_capacity", 1)),
            )
            for one in actions
        }
        per_target.append(weekly_hours(list(most.values())) * WEEKS)
    return max(per_target)


def weekly_hours(actions: Sequence[tuple[str, float]]) -> float:
    """Hours of a week between the actions that start something and those that stop it: (cron, how many run then)."""
    moments = sorted((moment, size) for cron, size in actions for moment in _moments(cron))
    stops = [size for _, size in moments if size == 0]
    if not stops or len(stops) == len(moments):
        return 24 * 7
    hours = 0.0
    for at, (moment, size) in enumerate(moments):
        following = moments[at + 1][0] if at + 1 < len(moments) else moments[0][0] + 24 * 7
        hours += (following - moment) if size else 0
    return hours


def _moments(cron: str) -> list[float]:
    """Return when a cron of weekdays and a time falls within a week, in hours from Monday; none for another."""
    match = _CLOCK.search(cron)
    if not match:
        return []
    minute, hour, days = match.groups()
    return [day * 24 + int(hour) + int(minute) / 60 for day in _days(days)]


def _days(words: str) -> list[int]:
    if words in ("*", "?"):
        return list(range(7))
    days: set[int] = set()
    for part in words.upper().split(","):
        first, _, last = part.partition("-")
        if first in _WEEK:
            begin, end = _WEEK.index(first), _WEEK.index(last or first)
            days.update(range(begin, end + 1))
    return sorted(days)
