"""The real provider applies all that the supplement supplies, plans no change, and destroys it without a trace.

One root for everything, applied once: most of the time goes into the provider's own waits, which overlap. It also
holds what the platform's stacks build on, so that a drift shows here before it does there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_aws import launcher
from local_aws.inventory import resources
from tests.e2e.embedded import Root

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(900)]

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Root]:
    directory = tmp_path_factory.mktemp("supplement")
    try:
        applied = Root.initialize("supplement", launcher.start(directory=directory / "aws"), directory / "root")
        applied.apply()
        yield applied
    finally:
        launcher.stop(directory=directory / "aws")


def _aoss(client: Client) -> None:
    aoss = client("opensearchserverless")
    collections = aoss.batch_get_collection(names=["logs-orders", "search"])["collectionDetails"]
    assert {one["name"]: one["kmsKeyArn"].startswith("arn:aws:kms") for one in collections} == {
        "logs-orders": True,
        "search": False,
    }
    (endpoint,) = aoss.list_vpc_endpoints()["vpcEndpointSummaries"]
    assert client("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint["id"]])["VpcEndpoints"]
    assert aoss.get_access_policy(name="orders", type="data")
    assert aoss.batch_get_lifecycle_policy(identifiers=[{"type": "retention", "name": "retention"}])[
        "lifecyclePolicyDetails"
    ]
    assert aoss.list_security_configs(type="saml")["securityConfigSummaries"]


def _ecs(client: Client) -> None:
    names = ["orders", "prometheus", "worker"]
    found = client("ecs").describe_services(cluster="main", services=names, include=["TAGS"])["services"]
    orders, prometheus, worker = sorted(found, key=lambda service: str(service["serviceName"]))
    assert [one["capacityProvider"] for one in orders["capacityProviderStrategy"]] == ["FARGATE", "FARGATE_SPOT"]
    assert orders["availabilityZoneRebalancing"] == "ENABLED"
    assert orders["enableExecuteCommand"]
    assert orders["healthCheckGracePeriodSeconds"] == 60
    assert {tag["key"] for tag in orders["tags"]} == {"groundwork:environment", "groundwork:managed-by"}
    assert orders["runningCount"] == orders["desiredCount"] == 3
    assert "networkConfiguration" not in prometheus
    assert [one["capacityProvider"] for one in worker["capacityProviderStrategy"]] == ["FARGATE"]


def _application_autoscaling(client: Client) -> None:
    scaling = client("application-autoscaling")
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert "groundwork:environment" in scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"]


def _rds(client: Client) -> None:
    rds = client("rds")
    found = {one["DBInstanceIdentifier"]: one for one in rds.describe_db_instances()["DBInstances"]}
    assert set(found) == {"orders", "billing", "aurora-1"}
    assert len({one["DbiResourceId"] for one in found.values()}) == 3
    assert found["orders"]["PerformanceInsightsEnabled"]
    assert found["orders"]["MasterUserSecret"]["SecretArn"]
    (cluster,) = rds.describe_db_clusters()["DBClusters"]
    assert cluster["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0.5
    parameters = rds.describe_db_parameters(DBParameterGroupName="main")["Parameters"]
    assert {one["Source"] for one in parameters} == {"user"}


def _cloudwatch_and_logs(client: Client) -> None:
    alarms = client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert [one["AlarmName"] for one in alarms["CompositeAlarms"]] == ["either"]
    assert client("logs").describe_query_definitions()["queryDefinitions"][0]["name"] == "errors"


def _auto_scaling_and_launch_template(client: Client) -> None:
    (group,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert [one["ProtectedFromScaleIn"] for one in group["Instances"]] == [True]
    (version,) = client("ec2").describe_launch_template_versions(LaunchTemplateName="main")["LaunchTemplateVersions"]
    kinds = {one["ResourceType"] for one in version["LaunchTemplateData"]["TagSpecifications"]}
    assert kinds == {"instance", "volume"}


def _backup(client: Client) -> None:
    backup, vault = client("backup"), {"BackupVaultName": "main"}
    (plan,) = backup.list_backup_plans()["BackupPlansList"]
    assert backup.list_backup_selections(BackupPlanId=plan["BackupPlanId"])["BackupSelectionsList"]
    assert "Deny" in backup.get_backup_vault_access_policy(**vault)["Policy"]
    assert backup.get_backup_vault_notifications(**vault)["SNSTopicArn"].endswith(":alerts")
    assert "groundwork:environment" in backup.list_tags(ResourceArn=plan["BackupPlanArn"])["Tags"]


def _budgets(client: Client) -> None:
    budgets, asked = client("budgets"), {"AccountId": "123456789012", "BudgetName": "monthly"}
    for notification in budgets.describe_notifications_for_budget(**asked)["Notifications"]:
        assert budgets.describe_subscribers_for_notification(**asked, Notification=notification)["Subscribers"]


def _prometheus(client: Client) -> None:
    (workspace,) = client("amp").list_workspaces(alias="main")["workspaces"]
    assert workspace["kmsKeyArn"].startswith("arn:aws:kms")
    assert "groundwork:environment" in workspace["tags"]


def _efs(client: Client) -> None:
    efs = client("efs")
    (found,) = efs.describe_file_systems()["FileSystems"]
    asked = {"FileSystemId": found["FileSystemId"]}
    assert efs.describe_backup_policy(**asked)["BackupPolicy"]["Status"] == "ENABLED"
    assert "Deny" in efs.describe_file_system_policy(**asked)["Policy"]


def _ecr(client: Client) -> None:
    (rule,) = client("ecr").describe_pull_through_cache_rules()["pullThroughCacheRules"]
    assert rule["upstreamRegistryUrl"] == "public.ecr.aws"


def _route_53(client: Client) -> None:
    zones = {one["Name"]: one for one in client("route53").list_hosted_zones()["HostedZones"]}
    assert {name: zone["Config"]["PrivateZone"] for name, zone in zones.items()} == {
        "app.local.": True,
        "example.com.": False,
        "internal.example.com.": True,
    }
    assert client("route53").get_hosted_zone(Id=zones["internal.example.com."]["Id"])["VPCs"]


def _s3(client: Client) -> None:
    answer = client("s3").get_object(Bucket="groundwork-test-logs", Key="behind/the/policy")
    assert answer["Body"].read() == b"reachable"


def _sqs(client: Client) -> None:
    def attributes(name: str) -> dict[str, str]:
        url = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, str] = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return found

    assert json.loads(attributes("work")["RedrivePolicy"])["maxReceiveCount"] == 5
    assert json.loads(attributes("work-dead")["RedriveAllowPolicy"])["redrivePermission"] == "byQueue"


ROWS = {
    "OpenSearch Serverless": _aoss,
    "ECS services": _ecs,
    "Application Auto Scaling": _application_autoscaling,
    "RDS": _rds,
    "CloudWatch, Logs": _cloudwatch_and_logs,
    "Auto Scaling, launch template": _auto_scaling_and_launch_template,
    "Backup": _backup,
    "Budgets": _budgets,
    "Prometheus": _prometheus,
    "EFS": _efs,
    "ECR": _ecr,
    "Route 53": _route_53,
    "S3": _s3,
    "SQS": _sqs,
}


def test_a_second_plan_changes_nothing(root: Root) -> None:
    changes, plan = root.plan()
    assert changes == 0, plan


@pytest.mark.parametrize("row", ROWS)
def test_what_was_applied_is_there(root: Root, row: str) -> None:
    ROWS[row](root.client)


def test_what_nobody_has_yet_fails_within_seconds_and_not_after_25_retries(root: Root) -> None:
    with pytest.raises(Exception, match="The embedded AWS lacks this"):
        root.client("outposts").list_outposts()


def test_a_held_state_lock_stops_a_second_apply(root: Root) -> None:
    lock = {"ID": "1", "Operation": "OperationTypeApply", "Who": "somebody@else", "Created": "2026-01-01T00:00:00Z"}
    s3 = root.client("s3")
    s3.put_object(Bucket="state", Key="supplement.tfstate.tflock", Body=json.dumps(lock), IfNoneMatch="*")
    code, said = root.terraform("plan", "-refresh=false", allowed=(1,))
    s3.delete_object(Bucket="state", Key="supplement.tfstate.tflock")
    assert code == 1
    assert "Error acquiring the state lock" in said
    assert "somebody@else" in said


def test_it_is_all_destroyed_and_nothing_is_left(root: Root) -> None:
    """The last one: it takes away what the others look at."""
    assert len(resources(root.endpoint)) > 150
    root.destroy()
    left = [str(one) for one in resources(root.endpoint) if (one.service, one.id) != ("s3", "state")]
    assert left == [], "\n".join(left)
