"""An environment's resources as other values of a setting would have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from config.models.service.logs import LogClass
from config.models.service.service import Service
from costs.formulas.logs import RARE, STANDARD, is_infrequent, service_groups, written_group
from costs.formulas.monitoring import EXPORTER
from costs.inventory import Inventory, Resource

Edit = Callable[[Resource], Resource | None]

NAT_TYPES = ("aws_nat_gateway", "aws_instance")
NAT_INSTANCE: Mapping[str, Any] = {
    "instance_type": "t4g.nano",
    "block_device_mappings": [{"ebs": {"volume_size": 8}}],
}
WEEKDAYS = {"start": "cron(0 7 ? * MON-FRI *)", "stop": "cron(0 20 ? * MON-FRI *)"}
"""By the names of the actions that office hours are made of, when they move services."""
AROUND = {"start": "cron(45 6 ? * MON-FRI *)", "stop": "cron(15 20 ? * MON-FRI *)"}
"""When they move what services need."""
SIZES = {"cpu": "cpu", "memory": "memory_mib"}
"""The attributes of a task definition that say its size, and the fields that they are of."""
ACTION, SCHEDULE, TARGET = (
    "aws_appautoscaling_scheduled_action",
    "aws_scheduler_schedule",
    "aws_appautoscaling_target",
)
QUEUE, ALARM = "aws_sqs_queue", "aws_cloudwatch_metric_alarm"


def edited(inventory: Inventory, edit: Edit, more: tuple[Resource, ...] = ()) -> Inventory:
    """Return the environment with each resource edited, or left out, and with more of them."""
    kept = tuple(other for one in inventory.resources if (other := edit(one)) is not None)
    return Inventory(inventory.environment, (*kept, *more))


def set_all(type_: str, *, owned: bool = False, **attributes: Any) -> Edit:
    """Give all resources of a type these attributes; with `owned` only those of services."""

    def edit(one: Resource) -> Resource:
        if one.type != type_ or (owned and not one.owner):
            return one
        return replace(one, attributes={**one.attributes, **attributes})

    return edit


def with_nat(inventory: Inventory, nat: str) -> Inventory | None:
    """Return the environment with one NAT gateway (`single`) or one NAT instance; None where that is what it has."""
    here = inventory.all(*NAT_TYPES)
    type_ = "aws_nat_gateway" if nat == "single" else "aws_instance"
    if not here or [one.type for one in here] == [type_]:
        return None
    stack = here[0].stack
    alarms = [one for one in inventory.all(ALARM) if one.stack == stack]
    gone = {one.address for one in (*here, *inventory.all("aws_eip")[1:], *alarms)}
    way = Resource(stack, type_, "other", {"launch_template": {"id": "${aws_launch_template.other.id}"}}, "")
    template = Resource(stack, "aws_launch_template", "other", NAT_INSTANCE, "")
    alarm = Resource(stack, ALARM, "other", {}, "")
    more = (way, template, alarm) if type_ == "aws_instance" else (way,)
    return edited(inventory, lambda one: None if one.address in gone else one, more)


def with_exporter_moved(inventory: Inventory) -> tuple[str, Inventory] | None:
    """Return `monitoring.single_task` with its other value: the exporter moves into Grafana's task, or out of it."""
    services = {name: one for one in inventory.all("aws_ecs_service") for name in inventory.containers(one)}
    exporter, grafana = services.get(EXPORTER), services.get("grafana")
    if exporter is None or grafana is None:
        return None
    definition = inventory.referred(grafana, str(grafana.attributes["task_definition"]))
    if exporter is not grafana:
        gone = {one.address for one in _with_its_own(inventory, exporter)}
        both = json.dumps([{"name": name} for name in (*inventory.containers(grafana), EXPORTER)])
        return "true", edited(
            inventory,
            lambda one: (
                None
                if one.address in gone
                else replace(one, attributes={**one.attributes, "container_definitions": both})
                if one is definition
                else one
            ),
        )
    small = {name: str(Service.model_fields[field].default) for name, field in SIZES.items()}
    alone = {"name": EXPORTER, "container_definitions": json.dumps([{"name": EXPORTER}]), **small}
    more = []
    for one in _with_its_own(inventory, grafana):
        text = json.dumps(dict(one.attributes))
        for other in _with_its_own(inventory, grafana):
            text = text.replace(f"{{{other.type}.{other.id}.", f"{{{other.type}.{other.id}-exporter.")
        named = alone if one is definition else {"name": EXPORTER} if one is grafana else {}
        more.append(replace(one, id=f"{one.id}-exporter", attributes={**json.loads(text), **named}))
    return "false", edited(inventory, lambda one: one, tuple(more))


def _with_its_own(inventory: Inventory, service: Resource) -> Iterator[Resource]:
    """Yield an ECS service, its task definition, and what stops and starts it by the clock."""
    yield service
    if definition := inventory.referred(service, str(service.attributes["task_definition"])):
        yield definition
    for target in inventory.referring(TARGET, "resource_id", service):
        yield target
        yield from inventory.referring(ACTION, "resource_id", target)


def with_log_class(inventory: Inventory) -> tuple[str, Inventory] | None:
    """Return `logging.log_class` with its other value; None where no service's log goes to CloudWatch."""
    written = [written_group(inventory, groups) for groups in service_groups(inventory).values()]
    if not written:
        return None
    value = LogClass.STANDARD if any(map(is_infrequent, written)) else LogClass.INFREQUENT_ACCESS
    class_ = {"log_group_class": STANDARD if value is LogClass.STANDARD else RARE}
    changed = {one.address for one in written}
    return value, edited(
        inventory,
        lambda one: replace(one, attributes={**one.attributes, **class_}) if one.address in changed else one,
    )


def other_hours(inventory: Inventory) -> Iterator[tuple[str, str, Inventory]]:
    """Yield office hours given up, as a whole or in part; where it may be given up at night, weekdays alone."""
    actions = [one for one in inventory.all(ACTION) if one.attributes.get("name") in WEEKDAYS]
    databases = {one.address for one in inventory.all(SCHEDULE) if "DBInstance" in str(one.attributes.get("target"))}
    if not actions:
        if not any(one.attributes.get("enable_deletion_protection") for one in inventory.all("aws_lb")):
            yield "office_hours", "weekdays", _on_weekdays(inventory)
        return
    monitoring = {one.address for one in actions if not one.owner}
    everything = {one.address for one in actions} | databases
    for setting, value, gone in (
        ("office_hours", "none", everything),
        ("office_hours.monitoring", "false", monitoring),
        ("office_hours.databases", "false", databases),
    ):
        if gone:
            yield setting, value, _without(inventory, gone)


def _without(inventory: Inventory, gone: set[str]) -> Inventory:
    """Return the environment without these, and without the queues and alarms for schedules that are among them."""
    kept = edited(inventory, lambda one: None if one.address in gone else one)
    queues = [one for one in inventory.all(QUEUE) if inventory.is_of_schedule(one) and not kept.is_of_schedule(one)]
    alarms = [alarm for queue in queues for alarm in inventory.referring(ALARM, "dimensions", queue)]
    with_them = {one.address for one in (*queues, *alarms)}
    return edited(kept, lambda one: None if one.address in with_them else one)


def _on_weekdays(inventory: Inventory) -> Inventory:
    """Return the environment when it sleeps by night: services, databases, monitoring and its instance."""
    more: list[Resource] = []
    for service in inventory.all("aws_ecs_service"):
        target = next(inventory.referring(TARGET, "resource_id", service), None)
        if target is None:
            count = service.attributes.get("desired_count")
            resource_id = f"service/${{aws_ecs_service.{service.id}.name}}"
            range_ = {"min_capacity": count, "max_capacity": count, "resource_id": resource_id}
            target = replace(service, type=TARGET, attributes=range_)
            more.append(target)
        most = target.attributes["max_capacity"]
        more += [
            replace(
                target,
                type=ACTION,
                id=f"{target.id}-{name}",
                attributes={
                    "name": name,
                    "schedule": cron,
                    "resource_id": f"${{aws_appautoscaling_target.{target.id}.resource_id}}",
                    "scalable_target_action": {"max_capacity": 0 if name == "stop" else most},
                },
            )
            for name, cron in (WEEKDAYS if service.owner else AROUND).items()
        ]
    for database in inventory.all("aws_db_instance"):
        more += [
            replace(
                database,
                type=SCHEDULE,
                id=f"{database.id}-{name}",
                attributes={"schedule_expression": cron, "target": {"arn": f"aws-sdk:rds:{name}DBInstance"}},
            )
            for name, cron in AROUND.items()
        ]
        more.append(replace(database, type=ALARM, id=f"{database.id}-hours", attributes={}))
    return edited(inventory, set_all("aws_autoscaling_group", min_size=0), tuple(more))
