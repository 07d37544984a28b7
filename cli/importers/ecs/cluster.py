"""The services of an ECS cluster as AWS describes them: their task definitions, numbers of tasks and routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError, UsageError
from cli.importers.draft import Draft, Import
from cli.importers.ecs.task_definition import draft_of, image_of
from cli.importers.hosts import set_hosts
from cli.importers.relations import settle_kind, share_images
from config.source.node import Node

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

_PAGE = 10
_SPOT = "FARGATE_SPOT"


def import_ecs(cluster: str, region: str | None) -> Import:
    """Draft a service for each one that runs in the cluster; asks AWS, and changes nothing there."""
    found = Import()
    images = []
    try:
        for service in _services(cluster, region):
            definition = boto3.client("ecs", region_name=region).describe_task_definition(
                taskDefinition=service["taskDefinition"]
            )["taskDefinition"]
            node = as_node(Path(cluster) / service["serviceName"], dict(definition))
            draft = draft_of(found, node, name=service["serviceName"])
            images.append((draft, image_of(node)))
            _running(draft, node, service, region)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(
            f"AWS does not tell: {error}", fix="sign in to the account of the cluster, with the right to describe ECS"
        ) from error
    if not found.drafts:
        raise UsageError(f"no service runs in the cluster {cluster}", fix="name another cluster, or another --region")
    share_images(images)
    return found


def as_node(file: Path, value: Any) -> Node:
    """Return what AWS answered as values of a file that has no lines."""
    if isinstance(value, dict):
        return Node(file, 0, "{…}", {name: as_node(file, its) for name, its in value.items()})
    if isinstance(value, list):
        return Node(file, 0, "[…]", tuple(as_node(file, its) for its in value))
    if isinstance(value, str | int | float | bool) or value is None:
        return Node(file, 0, str(value).lower() if isinstance(value, bool) else str(value), value)
    return Node(file, 0, str(value), str(value))


def _services(cluster: str, region: str | None) -> Iterator[ServiceTypeDef]:
    ecs = boto3.client("ecs", region_name=region)
    arns = [arn for page in ecs.get_paginator("list_services").paginate(cluster=cluster) for arn in page["serviceArns"]]
    for start in range(0, len(arns), _PAGE):
        described = ecs.describe_services(cluster=cluster, services=arns[start : start + _PAGE])["services"]
        yield from sorted(described, key=lambda service: service["serviceName"])


def _running(draft: Draft, node: Node, service: ServiceTypeDef, region: str | None) -> None:
    """Draft what the service says beside its task definition."""
    balancers = service.get("loadBalancers", [])
    port = balancers[0].get("containerPort") if balancers else draft.get("port")
    draft.fields.pop("port", None)
    routed = [group for balancer in balancers if (group := balancer.get("targetGroupArn"))]
    for arn in routed[:1]:
        _route(draft, node, arn, region)
    settle_kind(draft, node, port=port, known_by=None, outside=bool(routed), callers=[], before=[])
    _tasks(draft, node, service, region)
    if service.get("enableExecuteCommand"):
        draft.set("exec", value=True)
        draft.carried(node, "enableExecuteCommand", "exec: true")
    weights = {its["capacityProvider"]: its.get("weight", 0) for its in service.get("capacityProviderStrategy", [])}
    if _SPOT in weights and (total := sum(weights.values())):
        draft.set("spot_percent", share := round(100 * weights[_SPOT] / total))
        draft.carried(node, "capacityProviderStrategy", f"spot_percent: {share}")
    if service.get("launchType") == "EC2":
        draft.changed(node, "launchType", "Fargate: no instance to look after; a program that needs a disk has none")
    if service.get("serviceRegistries") or service.get("serviceConnectConfiguration"):
        draft.changed(
            node, "serviceRegistries", f"its name is {draft.name}.app.local, for those that name it in `calls:`"
        )


def _tasks(draft: Draft, node: Node, service: ServiceTypeDef, region: str | None) -> None:
    rollout = service.get("deploymentConfiguration", {})
    if rollout.get("maximumPercent", 200) == 100 and rollout.get("minimumHealthyPercent", 100) == 0:
        draft.set("scaling", {"singleton": True})
        draft.carried(node, "deploymentConfiguration", "scaling.singleton")
        return
    cluster = service["clusterArn"].rpartition("/")[2]
    targets = boto3.client("application-autoscaling", region_name=region).describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=[f"service/{cluster}/{service['serviceName']}"]
    )["ScalableTargets"]
    if draft.get("scaling.singleton"):
        return
    least, most = service["desiredCount"], service["desiredCount"]
    if targets:
        least, most = targets[0]["MinCapacity"], targets[0]["MaxCapacity"]
    if least == 0 and most > 0:
        least = 1
        draft.changed(node, "minCapacity", "`min_tasks: 1`: nothing would start the first task")
    draft.set("scaling.min_tasks", least)
    draft.set("scaling.max_tasks", most)
    draft.carried(node, "desiredCount", f"scaling: {least} to {most} tasks")


def _route(draft: Draft, node: Node, group: str, region: str | None) -> None:
    """Draft the health check and the route of a target group."""
    elb = boto3.client("elbv2", region_name=region)
    (target,) = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    if path := target.get("HealthCheckPath"):
        draft.set("health_check.path", path)
        draft.carried(node, "HealthCheckPath", f"health_check.path: {path}")
    if (codes := target.get("Matcher", {}).get("HttpCode", "200")) != "200":
        draft.to_do(node, "Matcher", f"only 200 is healthy here, for {codes}: let a path answer 200")
    rules = dict.fromkeys(_rules(elb, group, target.get("LoadBalancerArns", [])))
    if hosts := [host for names, _ in rules for host in names]:
        set_hosts(draft, node, "host-header", hosts)
    if paths := list(dict.fromkeys(path for _, patterns in rules for path in patterns)):
        draft.set("http.path", paths[0] if len(paths) == 1 else paths)
        draft.carried(node, "path-pattern", f"http.path: {', '.join(paths)}")
    if len(rules) > 1:
        draft.to_do(
            node, "rules", f"{len(rules)} rules led here, and now each host is answered on each path: look at them"
        )


def _rules(elb: Any, group: str, balancers: Iterable[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the hosts and path patterns of each listener rule that leads to a target group."""
    for balancer in balancers:
        for listener in elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
            for rule in elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                if any(action.get("TargetGroupArn") == group for action in rule.get("Actions", [])):
                    by_field = {its["Field"]: _values(its) for its in rule.get("Conditions", [])}
                    yield tuple(by_field.get("host-header", ())), tuple(by_field.get("path-pattern", ()))


def _values(condition: Any) -> list[str]:
    """Return a condition's values: of one rule it has them in the older form as well."""
    older = condition.get("Values", [])
    newer = [
        *condition.get("HostHeaderConfig", {}).get("Values", []),
        *condition.get("PathPatternConfig", {}).get("Values", []),
    ]
    return newer or older
