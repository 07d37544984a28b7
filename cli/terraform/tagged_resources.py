"""Finds what carries an environment's tag: by the tagging API, and by hand where that API is no witness.

The tagging API knows no IAM roles and no Cloud Map, and it goes on listing keys, tasks and services that are
already deleted. The emulator's is less complete still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import boto3

from cli.terraform.unmanaged_resources import Tagged

ENVIRONMENT_TAG = "groundwork:environment"
STACK_TAG = "groundwork:stack"

EC2_KINDS = (
    # paginated operation, its list, the identifier in it, the kind in an ARN
    ("describe_vpcs", "Vpcs", "VpcId", "vpc"),
    ("describe_subnets", "Subnets", "SubnetId", "subnet"),
    ("describe_security_groups", "SecurityGroups", "GroupId", "security-group"),
    ("describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId", "security-group-rule"),
    ("describe_route_tables", "RouteTables", "RouteTableId", "route-table"),
    ("describe_network_acls", "NetworkAcls", "NetworkAclId", "network-acl"),
    ("describe_internet_gateways", "InternetGateways", "InternetGatewayId", "internet-gateway"),
    ("describe_nat_gateways", "NatGateways", "NatGatewayId", "natgateway"),
    ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "vpc-endpoint"),
    ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId", "network-interface"),
    ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId", "launch-template"),
)
GROUP_TAG = "aws:autoscaling:groupName"
LIFECYCLE_TAG = "aws:dlm:lifecycle-policy-id"
"""Data Lifecycle Manager's own, on the snapshots that it makes and deletes in time."""
LISTED_HERE = ("ec2", "ecs")
"""Services whose resources are listed one kind after the other, and ignored in the tagging API's answer."""
MOST_SERVICES_DESCRIBED = 10
"""At once: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html"""
GONE = frozenset({"DRAINING", "deleted", "deleting", "shutting-down", "terminated", "PendingDeletion", "INACTIVE"})


def find_tagged(environment: str, region: str) -> set[Tagged]:
    """Everything that exists with the environment's tag."""
    sources: tuple[Callable[[str, str], Iterator[Tagged]], ...] = (_tagging_api, _ec2, _ecs, _cloud_map, _iam)
    return {tagged for source in sources for tagged in source(environment, region)}


def from_tags(arn: str, tags: Iterable[Mapping[str, Any]], environment: str) -> Iterator[Tagged]:
    """Yield the resource if its tags say that it is of this environment. AWS spells Key and key."""
    found = {tag.get("Key", tag.get("key")): tag.get("Value", tag.get("value")) for tag in tags}
    if found.get(ENVIRONMENT_TAG) == environment:
        yield Tagged(arn, found.get(STACK_TAG) or "")


def _tagging_api(environment: str, region: str) -> Iterator[Tagged]:
    api = boto3.client("resourcegroupstaggingapi", region_name=region)
    kms = boto3.client("kms", region_name=region)
    filters = [{"Key": ENVIRONMENT_TAG, "Values": [environment]}]
    for page in api.get_paginator("get_resources").paginate(TagFilters=filters):  # type: ignore[arg-type]
        for entry in page["ResourceTagMappingList"]:
            arn = entry["ResourceARN"]
            service = arn.split(":")[2]
            if service in LISTED_HERE:
                continue
            if service == "kms" and kms.describe_key(KeyId=arn)["KeyMetadata"].get("KeyState") in GONE:
                continue
            yield from from_tags(arn, entry.get("Tags", []), environment)


def _ec2(environment: str, region: str) -> Iterator[Tagged]:
    ec2: Any = boto3.client("ec2", region_name=region)
    account = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
    prefix = f"arn:aws:ec2:{region}:{account}"
    filters = [{"Name": f"tag:{ENVIRONMENT_TAG}", "Values": [environment]}]

    def found(kind: str, identifier: str, entries: Iterable[dict[str, Any]]) -> Iterator[Tagged]:
        for entry in entries:
            if entry.get("State") not in GONE:
                yield from from_tags(f"{prefix}:{kind}/{entry[identifier]}", entry.get("Tags", []), environment)

    instances, volumes = _without_members(ec2, filters)
    yield from found("instance", "InstanceId", instances)
    yield from found("volume", "VolumeId", volumes)
    for operation, items, identifier, kind in EC2_KINDS:
        yield from found(kind, identifier, _pages(ec2, operation, items, filters))
    snapshots = _pages(ec2, "describe_snapshots", "Snapshots", filters, OwnerIds=["self"])
    lasting = (one for one in snapshots if not any(tag["Key"] == LIFECYCLE_TAG for tag in one["Tags"]))
    yield from found("snapshot", "SnapshotId", lasting)
    yield from found("elastic-ip", "AllocationId", ec2.describe_addresses(Filters=filters)["Addresses"])
    yield from found("vpc-flow-log", "FlowLogId", _pages(ec2, "describe_flow_logs", "FlowLogs", filters))


def _without_members(ec2: Any, filters: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Instances, without those of an Auto Scaling group, which come and go: the state knows their group. And volumes.

    A volume that ends with its instance is told of by the instance.
    """
    reservations = _pages(ec2, "describe_instances", "Reservations", filters)
    instances = [one for reservation in reservations for one in reservation["Instances"]]
    members = {one["InstanceId"] for one in instances if any(tag["Key"] == GROUP_TAG for tag in one["Tags"])}
    others = [{**one, "State": one["State"]["Name"]} for one in instances if one["InstanceId"] not in members]
    volumes = [
        volume
        for volume in _pages(ec2, "describe_volumes", "Volumes", filters)
        # The local AWS does not say it.
        if not any(one.get("DeleteOnTermination", True) for one in volume["Attachments"])
    ]
    return others, volumes


def _pages(ec2: Any, operation: str, items: str, filters: Any, **more: Any) -> Iterator[dict[str, Any]]:
    for page in ec2.get_paginator(operation).paginate(Filters=filters, **more):
        yield from page[items]


def _ecs(environment: str, region: str) -> Iterator[Tagged]:
    ecs = boto3.client("ecs", region_name=region)
    for clusters in ecs.get_paginator("list_clusters").paginate():
        for cluster in ecs.describe_clusters(clusters=clusters["clusterArns"], include=["TAGS"])["clusters"]:
            if cluster["status"] in GONE:
                continue
            yield from from_tags(cluster["clusterArn"], cluster.get("tags", []), environment)
            # Described, because a service that was just deleted is listed a while longer.
            for page in ecs.get_paginator("list_services").paginate(
                cluster=cluster["clusterArn"], PaginationConfig={"PageSize": MOST_SERVICES_DESCRIBED}
            ):
                if not page["serviceArns"]:
                    continue
                described = ecs.describe_services(
                    cluster=cluster["clusterArn"], services=page["serviceArns"], include=["TAGS"]
                )
                for service in described["services"]:
                    if service["status"] not in GONE:
                        yield from from_tags(service["serviceArn"], service.get("tags", []), environment)
    for definitions in ecs.get_paginator("list_task_definitions").paginate(
        familyPrefix=f"{environment}-", status="ACTIVE"
    ):
        for arn in definitions["taskDefinitionArns"]:
            yield from from_tags(arn, ecs.list_tags_for_resource(resourceArn=arn)["tags"], environment)


def _cloud_map(environment: str, region: str) -> Iterator[Tagged]:
    names = boto3.client("servicediscovery", region_name=region)
    namespaces = names.get_paginator("list_namespaces").paginate()
    services = names.get_paginator("list_services").paginate()
    arns = [namespace["Arn"] for page in namespaces for namespace in page["Namespaces"]]
    arns += [service["Arn"] for page in services for service in page["Services"]]
    for arn in arns:
        yield from from_tags(arn, names.list_tags_for_resource(ResourceARN=arn)["Tags"], environment)


def _iam(environment: str, region: str) -> Iterator[Tagged]:
    """Roles are in no region. Ours are named after their environment, so that few have to be asked for tags."""
    iam = boto3.client("iam", region_name=region)
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(f"{environment}-"):
                tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
                yield from from_tags(role["Arn"], tags, environment)
