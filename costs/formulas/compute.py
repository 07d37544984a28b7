"""Tasks on Fargate, instances, the function of the rollouts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from costs.facts import MONTH_H, SPOT, Facts, on_fargate
from costs.formulas.schedule import runs_a_month
from costs.inventory import Resource
from costs.line import Line, Term

REQUESTS = "ALBRequestCountPerTarget"
ROLLOUT_MINUTES = 5
LOOKS_AN_HOUR, LOOK_S = 12, 3  # modules/rollouts/password_restarts.py
FREE_DISK_GIB = 20


@dataclass(frozen=True)
class Range:
    """The number of tasks: on average, at the least, at the most."""

    average: float
    least: float
    most: float


def services(facts: Facts) -> Iterator[Line]:
    """Price tasks x hours x size, at the prices of the processor, on demand or on Spot."""
    for service in facts.inventory.all("aws_ecs_service"):
        definition = facts.inventory.referred(service, str(service.attributes["task_definition"]))
        if definition is None:
            continue
        targets = list(facts.inventory.referring("aws_appautoscaling_target", "resource_id", service))
        covered = [service, definition, *targets]
        name = f"tasks of {service.attributes['name']}"
        strategy = service.blocks("capacity_provider_strategy")
        if not on_fargate(service):
            yield facts.line(name, service.owner, [], covered, note="on the cluster's instance, which is a line itself")
            continue
        tasks = task_range(facts, service, targets)
        hours = facts.service_hours(service)
        counts = [
            on_demand_equivalent(facts, strategy, count) * hours for count in (tasks.average, tasks.least, tasks.most)
        ]
        yield facts.line(name, service.owner, _task_terms(definition, *counts), covered, note=_count(tasks, hours))


def _count(tasks: Range, hours: float) -> str:
    count = f"{tasks.average:g} task{'' if tasks.average == 1 else 's'}"
    span = f", {tasks.least:g} to {tasks.most:g}" if tasks.most > tasks.least else ""
    return f"{count}{span}, for {hours:.0f} h"


def task_range(facts: Facts, service: Resource, targets: list[Resource]) -> Range:
    """Return what autoscaling allows, and what the expected requests ask for."""
    if not targets:
        count = service.number("desired_count")
        return Range(count, count, count)
    least = min(one.number("min_capacity") for one in targets)
    most = max([one.number("max_capacity") for one in targets] + [_planned(facts, one) for one in targets])
    said = facts.usage.tasks(service.owner)
    if said is not None:
        return Range(min(max(said, least), most), least, most)
    wanted = [
        ceil(facts.usage.requests(service.owner) * 60 / target_value)
        for one in targets
        for policy in facts.inventory.referring("aws_appautoscaling_policy", "resource_id", one)
        for target_value in _requests_per_task(policy)
    ]
    return Range(min(max([least, *wanted]), most), least, most)


def _planned(facts: Facts, target: Resource) -> float:
    actions = facts.inventory.referring("aws_appautoscaling_scheduled_action", "resource_id", target)
    return max((float(one.blocks("scalable_target_action")[0]["max_capacity"]) for one in actions), default=0)


def _requests_per_task(policy: Resource) -> Iterator[float]:
    for tracking in policy.blocks("target_tracking_scaling_policy_configuration"):
        measure = tracking.get("predefined_metric_specification") or {}
        measure = measure[0] if isinstance(measure, list) else measure
        if measure.get("predefined_metric_type") == REQUESTS:
            yield float(tracking["target_value"])


def on_demand_equivalent(facts: Facts, strategy: Sequence[Mapping[str, Any]], tasks: float) -> float:
    """Return how many tasks on demand cost as much as these on their mixture of on demand and Spot."""
    factor = facts.prices.usd("fargate_spot_factor")
    base = min(tasks, sum(float(one.get("base") or 0) for one in strategy))
    weights = {str(one["capacity_provider"]): float(one.get("weight") or 0) for one in strategy}
    spot = weights.get(SPOT, 0) / (sum(weights.values()) or 1)
    return base + (tasks - base) * (1 - spot + spot * (1 if factor is None else factor))


def _task_terms(
    definition: Resource, hours: float, least: float | None = None, most: float | None = None
) -> list[Term]:
    """Return processor and memory of so many hours of a task: on average, at the least, at the most."""
    platform = definition.blocks("runtime_platform")
    processor = "arm" if any(one.get("cpu_architecture") == "ARM64" for one in platform) else "x86"
    disk = max((float(one["size_in_gib"]) for one in definition.blocks("ephemeral_storage")), default=0)
    sizes = {
        f"fargate_vcpu_{processor}": definition.number("cpu") / 1024,
        f"fargate_gb_{processor}": definition.number("memory") / 1024,
        **({"fargate_disk_gb": disk - FREE_DISK_GIB} if disk else {}),
    }
    return [
        Term(
            hours * size,
            key,
            least=None if least is None else least * size,
            most=None if most is None else most * size,
        )
        for key, size in sizes.items()
    ]


def jobs(facts: Facts) -> Iterator[Line]:
    """Price scheduled jobs by their schedule, one-offs by the deploys before which they run."""
    running = {
        definition.address
        for service in facts.inventory.all("aws_ecs_service")
        if (definition := facts.inventory.referred(service, str(service.attributes["task_definition"])))
    }
    for definition in facts.inventory.all("aws_ecs_task_definition"):
        if definition.address in running:
            continue
        schedules = [
            one
            for one in facts.inventory.all("aws_scheduler_schedule")
            if one.stack == definition.stack and definition.id in json.dumps(one.attributes.get("target", {}))
        ]
        runs = sum(runs_a_month(str(one.attributes["schedule_expression"])) for one in schedules)
        runs = runs if schedules else facts.usage.deploys
        hours = runs * facts.usage.task_minutes / 60
        terms = [*_task_terms(definition, hours), Term(runs / 1e6 if schedules else 0, "scheduler_m")]
        note = f"{runs:,.0f} runs of {facts.usage.task_minutes:g} minutes"
        yield facts.line("runs of the task", definition.owner, terms, [definition, *schedules], note=note)


def instances(facts: Facts) -> Iterator[Line]:
    """Price groups of instances with their root disks, disks of their own, and snapshots of these."""
    for group in facts.inventory.all("aws_autoscaling_group"):
        reference = str(group.blocks("launch_template")[0]["id"])
        template = facts.inventory.referred(group, reference)
        if template is None:
            continue
        count = group.number("desired_capacity") or group.number("min_size") or group.number("max_size", 1)
        hours = facts.group_hours(group)
        name = f"instances of {group.attributes['name']}"
        terms = [Term(count * hours, f"ec2.{template.attributes['instance_type']}")]
        yield facts.line(name, group.owner, terms, [group, template])
        gib = disks_gib(template)
        # A group at night has no instance and no root disk.
        yield facts.line(
            f"root disks of {group.attributes['name']}",
            group.owner,
            [Term(count * gib * hours / MONTH_H, "ebs_gp3")],
            [template],
        )
    if volumes := facts.inventory.all("aws_ebs_volume"):
        gib = sum(one.number("size") for one in volumes)
        yield facts.line("disk of Prometheus", "", [Term(gib, "ebs_gp3")], volumes)
        if policies := facts.inventory.all("aws_dlm_lifecycle_policy"):
            note = "the disk once: what is on it, and what changes each day"
            yield facts.line("snapshots of that disk", "", [Term(gib, "ebs_snapshot")], policies, note=note)


def disks_gib(template: Resource) -> float:
    """Return the size of all disks that a launch template gives an instance."""
    disks = [mapping.get("ebs") or {} for mapping in template.blocks("block_device_mappings")]
    return sum(float((disk[0] if isinstance(disk, list) else disk)["volume_size"]) for disk in disks)


def functions(facts: Facts) -> Iterator[Line]:
    """Price the function that watches rollouts: some minutes of each deploy, and a look at passwords by the clock."""
    for one in facts.inventory.all("aws_lambda_function"):
        seconds = facts.usage.deploys * ROLLOUT_MINUTES * 60 + MONTH_H * LOOKS_AN_HOUR * LOOK_S
        terms = [Term(seconds * one.number("memory_size", 128) / 1024, "lambda_gbs")]
        yield facts.line("function of the rollouts", one.owner, terms, [one])
