"""What exists in AWS with an environment's tag, but in none of its states.

A Terraform that was killed may have created things that it could no longer write down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from cli.state import StateFile

ENVIRONMENT_TAG = "groundwork:environment"
STACK_TAG = "groundwork:stack"


@dataclass(frozen=True, order=True)
class Tagged:
    """A resource in AWS that carries the environment's tag."""

    arn: str
    stack: str = ""

    @property
    def id(self) -> str:
        """The last part of the ARN: what Terraform calls the id of many resources."""
        return self.arn.rpartition("/")[2].rpartition(":")[2]

    @property
    def family(self) -> str:
        """The ARN without its revision: Terraform knows only the newest of a task definition."""
        return self.arn.rpartition(":")[0] if ":task-definition/" in self.arn else self.arn


def identifiers(state: StateFile) -> set[str]:
    """Everything by which the state's resources may be called in AWS."""
    found: set[str] = set()
    for resource in state.content.get("resources", []):
        for instance in resource["instances"] if resource["mode"] == "managed" else []:
            attributes: dict[str, Any] = instance["attributes"]
            found.update(
                value
                for key, value in attributes.items()
                if isinstance(value, str) and value and (key == "id" or key.endswith(("arn", "arn_without_revision")))
            )
    return found


def strays(tagged: Iterable[Tagged], states: Iterable[StateFile], *, known: Iterable[str] = ()) -> list[Tagged]:
    """The tagged resources that no state knows; `known` names further identifiers that are accounted for."""
    accounted = set(known).union(*(identifiers(state) for state in states))
    unknown = {t for t in tagged if not accounted.intersection((t.arn, t.id, t.family))}
    return sorted(unknown)


def find_tagged(environment: str, region: str) -> set[Tagged]:
    """Everything with the environment's tag, from the tagging API and from the services it leaves out."""
    sources: tuple[Callable[[str, str], Iterator[Tagged]], ...] = (_tagging_api, _ec2, _ecs, _cloud_map, _iam)
    return {tagged for source in sources for tagged in source(environment, region)}


def _from_tags(arn: str, tags: dict[str, str], environment: str) -> Iterator[Tagged]:
    if tags.get(ENVIRONMENT_TAG) == environment:
        yield Tagged(arn, tags.get(STACK_TAG, ""))


def _tagging_api(environment: str, region: str) -> Iterator[Tagged]:
    api = boto3.client("resourcegroupstaggingapi", region_name=region)
    pages = api.get_paginator("get_resources").paginate(TagFilters=[{"Key": ENVIRONMENT_TAG, "Values": [environment]}])
    for page in pages:
        for entry in page["ResourceTagMappingList"]:
            tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])}
            yield from _from_tags(entry["ResourceARN"], tags, environment)


def _ec2(environment: str, region: str) -> Iterator[Tagged]:
    """Every kind of thing in a VPC; the tagging API of the emulator knows only some."""
    ec2 = boto3.client("ec2", region_name=region)
    account = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
    stacks: dict[tuple[str, str], str] = {}
    ours: set[tuple[str, str]] = set()
    for page in ec2.get_paginator("describe_tags").paginate(
        Filters=[{"Name": "key", "Values": [ENVIRONMENT_TAG, STACK_TAG]}]
    ):
        for tag in page["Tags"]:
            thing = (tag["ResourceType"], tag["ResourceId"])
            if tag["Key"] == STACK_TAG:
                stacks[thing] = tag["Value"]
            elif tag["Value"] == environment:
                ours.add(thing)
    for kind, identifier in ours:
        yield Tagged(f"arn:aws:ec2:{region}:{account}:{kind}/{identifier}", stacks.get((kind, identifier), ""))


def _ecs(environment: str, region: str) -> Iterator[Tagged]:
    ecs = boto3.client("ecs", region_name=region)
    for clusters in ecs.get_paginator("list_clusters").paginate():
        for cluster in clusters["clusterArns"]:
            arns = [cluster]
            for services in ecs.get_paginator("list_services").paginate(cluster=cluster):
                arns += services["serviceArns"]
            for arn in arns:
                tags = ecs.list_tags_for_resource(resourceArn=arn)["tags"]
                yield from _from_tags(arn, {tag["key"]: tag["value"] for tag in tags}, environment)


def _cloud_map(environment: str, region: str) -> Iterator[Tagged]:
    names = boto3.client("servicediscovery", region_name=region)
    arns = [
        namespace["Arn"]
        for page in names.get_paginator("list_namespaces").paginate()
        for namespace in page["Namespaces"]
    ]
    arns += [service["Arn"] for page in names.get_paginator("list_services").paginate() for service in page["Services"]]
    for arn in arns:
        tags = names.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield from _from_tags(arn, {tag["Key"]: tag["Value"] for tag in tags}, environment)


def _iam(environment: str, region: str) -> Iterator[Tagged]:
    """Roles are in no region, and so in no region's tagging API. Ours are named after their environment."""
    iam = boto3.client("iam", region_name=region)
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(f"{environment}-"):
                tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
                yield from _from_tags(role["Arn"], {tag["Key"]: tag["Value"] for tag in tags}, environment)
