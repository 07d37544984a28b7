"""Finds in AWS what a stack's code would make, by our tags and names: keys, names, certificates, services."""

from __future__ import annotations

from collections.abc import Iterator

from cli.recovery.account import Place, Values, answer
from cli.terraform.tagged_resources import GONE


def kms_key(place: Place, values: Values) -> Iterator[str]:
    """Yield the keys with the stack's tags and this description, which each of our keys has for itself."""
    kms = place.client("kms")
    filters = [{"Key": key, "Values": [value]} for key, value in place.tags.items()]
    pages = place.client("resourcegroupstaggingapi").get_paginator("get_resources")
    for page in pages.paginate(TagFilters=filters, ResourceTypeFilters=["kms:key"]):
        for entry in page["ResourceTagMappingList"]:
            key = kms.describe_key(KeyId=entry["ResourceARN"])["KeyMetadata"]
            if key["Description"] == values["description"] and key["KeyState"] not in GONE:
                yield key["KeyId"]


def snapshot_policy(place: Place, values: Values) -> Iterator[str]:
    """Yield the plans of snapshots with the stack's tags and this description, which says the name of its disk."""
    for policy in place.client("dlm").get_lifecycle_policies()["Policies"]:
        if policy["Description"] == values["description"] and place.tags.items() <= policy["Tags"].items():
            yield policy["PolicyId"]


def workspace(place: Place, values: Values) -> Iterator[str]:
    """Yield the workspaces of Amazon Managed Service for Prometheus with the stack's tags and this alias."""
    for page in place.client("amp").get_paginator("list_workspaces").paginate(alias=values["alias"]):
        for found in page["workspaces"]:
            # The filter takes an alias that begins with it.
            if found["alias"] == values["alias"] and place.tags.items() <= found["tags"].items():
                yield found["workspaceId"]


def certificate(place: Place, values: Values) -> Iterator[str]:
    """Yield the certificates of this domain that carry the stack's tags."""
    acm = place.client("acm")
    for page in acm.get_paginator("list_certificates").paginate():
        for found in page["CertificateSummaryList"]:
            arn = found["CertificateArn"]
            tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
            if found["DomainName"] == values["domain_name"] and place.owns(tags):
                yield arn


def zone(place: Place, values: Values) -> Iterator[str]:
    """Yield the public zones of this name with our comment: their tags are written in a second step."""
    name = f"{values['name'].rstrip('.')}."
    found = place.client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    for entry in found:
        config = entry.get("Config", {})
        is_ours = config.get("Comment") == values["comment"] and not config.get("PrivateZone")
        if entry["Name"] == name and is_ours:
            yield entry["Id"].rpartition("/")[2]


def namespace(place: Place, values: Values) -> Iterator[str]:
    """Yield the private namespace of this name; the import names its VPC too."""
    if not (vpc := values.get("vpc")):
        return
    names = place.client("servicediscovery")
    for page in names.get_paginator("list_namespaces").paginate():
        for found in page["Namespaces"]:
            tags = names.list_tags_for_resource(ResourceARN=found["Arn"])["Tags"]
            if found["Name"] == values["name"] and place.owns(tags):
                yield f"{found['Id']}:{vpc}"


def registry(place: Place, values: Values) -> Iterator[str]:
    """Yield the Cloud Map service of this name in its namespace."""
    dns = (values.get("dns_config") or [{}])[0]
    if not (within := values.get("namespace_id") or dns.get("namespace_id")):
        return
    filters = [{"Name": "NAMESPACE_ID", "Values": [within], "Condition": "EQ"}]
    for page in place.client("servicediscovery").get_paginator("list_services").paginate(Filters=filters):
        yield from (found["Id"] for found in page["Services"] if found["Name"] == values["name"])


def ecs_service(_: Place, values: Values) -> Iterator[str]:
    """Yield the service's name within its cluster, which Terraform then looks for."""
    if cluster := values.get("cluster"):
        yield f"{cluster.rpartition('/')[2]}/{values['name']}"


def collection(place: Place, values: Values) -> Iterator[str]:
    """Yield the collection of this name."""
    found = place.client("opensearchserverless").batch_get_collection(names=[values["name"]])
    yield from (one["id"] for one in found["collectionDetails"])


def collection_endpoint(place: Place, values: Values) -> Iterator[str]:
    """Yield the endpoint of OpenSearch Serverless of this name."""
    found = place.client("opensearchserverless").list_vpc_endpoints()["vpcEndpointSummaries"]
    yield from (one["id"] for one in found if one["name"] == values["name"])


def secret(place: Place, values: Values) -> Iterator[str]:
    """Yield the secret of this name, unless it is being deleted."""
    secrets = place.client("secretsmanager")
    found = answer(secrets.describe_secret, "ResourceNotFoundException", SecretId=values["name"])
    if found and "DeletedDate" not in found:
        yield found["ARN"]


def queue(place: Place, values: Values) -> Iterator[str]:
    """Yield the URL of the queue of this name."""
    sqs = place.client("sqs")
    gone = ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
    if found := answer(sqs.get_queue_url, *gone, QueueName=values["name"]):
        yield found["QueueUrl"]


def file_system(place: Place, values: Values) -> Iterator[str]:
    """Yield the file system with the stack's tags and the planned Name."""
    name = (values.get("tags_all") or {}).get("Name")
    for page in place.client("efs").get_paginator("describe_file_systems").paginate():
        for found in page["FileSystems"]:
            if place.owns(found["Tags"]) and {"Key": "Name", "Value": name} in found["Tags"]:
                yield found["FileSystemId"]


def access_point(place: Place, values: Values) -> Iterator[str]:
    """Yield the access point of the planned Name on its file system."""
    name = (values.get("tags_all") or {}).get("Name")
    if within := values.get("file_system_id"):
        for found in place.client("efs").describe_access_points(FileSystemId=within)["AccessPoints"]:
            if place.owns(found["Tags"]) and found.get("Name") == name:
                yield found["AccessPointId"]


def mount_target(place: Place, values: Values) -> Iterator[str]:
    """Yield the mount target of its file system in this subnet, which has no second one."""
    if within := values.get("file_system_id"):
        for found in place.client("efs").describe_mount_targets(FileSystemId=within)["MountTargets"]:
            if found["SubnetId"] == values.get("subnet_id"):
                yield found["MountTargetId"]


def backup_plan(place: Place, values: Values) -> Iterator[str]:
    """Yield the plans of AWS Backup of this name."""
    for page in place.client("backup").get_paginator("list_backup_plans").paginate():
        yield from (one["BackupPlanId"] for one in page["BackupPlansList"] if one["BackupPlanName"] == values["name"])


def backup_selection(place: Place, values: Values) -> Iterator[str]:
    """Yield the selections of this name in their plan, which the import names too."""
    if plan := values.get("plan_id"):
        for page in place.client("backup").get_paginator("list_backup_selections").paginate(BackupPlanId=plan):
            for one in page["BackupSelectionsList"]:
                if one["SelectionName"] == values["name"]:
                    yield f"{plan}|{one['SelectionId']}"
