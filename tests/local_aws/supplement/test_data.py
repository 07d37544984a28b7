"""Databases, file systems, queues and backups keep their settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise


def _database(aws: Aws, suffix: str = "", **settings: Any) -> dict[str, Any]:
    created: dict[str, Any] = aws("rds").create_db_instance(
        DBInstanceIdentifier=aws.name + suffix,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        EngineVersion="16.4",
        AllocatedStorage=20,
        MasterUsername="postgres",
        ManageMasterUserPassword=True,
        **settings,
    )["DBInstance"]
    return created


def test_two_databases_have_two_resource_ids(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        first, second = _database(aws, "a")["DbiResourceId"], _database(aws, "b")["DbiResourceId"]
        assert first != second
        by_id = [{"Name": "dbi-resource-id", "Values": [second]}]
        (found,) = aws("rds").describe_db_instances(Filters=by_id)["DBInstances"]
        assert found["DBInstanceIdentifier"] == f"{aws.name}b"


def test_a_restored_instance_has_no_managed_password_until_it_is_asked_for(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _database(aws)
        rds = aws("rds")
        source = {"SourceDBInstanceIdentifier": aws.name, "UseLatestRestorableTime": True}
        copy = f"{aws.name}b"
        restored = rds.restore_db_instance_to_point_in_time(**source, TargetDBInstanceIdentifier=copy)["DBInstance"]
        assert "MasterUserSecret" not in restored
        assert "ReadReplicaSourceDBInstanceIdentifier" not in restored
        changed = rds.modify_db_instance(DBInstanceIdentifier=copy, ManageMasterUserPassword=True)
        assert changed["DBInstance"]["MasterUserSecret"]["SecretArn"]
        with pytest.raises(ClientError, match="RDS for Oracle only"):
            rds.restore_db_instance_to_point_in_time(
                **source, TargetDBInstanceIdentifier=f"{aws.name}c", ManageMasterUserPassword=True
            )


def test_performance_insights_stay_on(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        created = _database(aws, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId="key")
        assert created["PerformanceInsightsEnabled"]
        assert created["PerformanceInsightsKMSKeyId"] == "key"
        assert created["PerformanceInsightsRetentionPeriod"] == 7
        changed = aws("rds").modify_db_instance(DBInstanceIdentifier=aws.name, EnablePerformanceInsights=False)
        assert not changed["DBInstance"]["PerformanceInsightsEnabled"]


def test_whether_extended_support_is_paid_for_stays(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        paid, declined = "open-source-rds-extended-support", "open-source-rds-extended-support-disabled"
        assert _database(aws, EngineLifecycleSupport=declined)["EngineLifecycleSupport"] == declined
        changed = aws("rds").modify_db_instance(DBInstanceIdentifier=aws.name, EngineLifecycleSupport=paid)
        assert changed["DBInstance"]["EngineLifecycleSupport"] == paid


def test_a_parameter_says_who_set_it(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        group = {"DBParameterGroupName": aws.name}
        aws("rds").create_db_parameter_group(**group, DBParameterGroupFamily="postgres16", Description="d")
        parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
        aws("rds").modify_db_parameter_group(**group, Parameters=[parameter])
        (found,) = aws("rds").describe_db_parameters(**group)["Parameters"]
        assert found["Source"] == "user"


def test_a_cluster_that_is_not_serverless_v1_has_no_such_scaling(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        created = aws("rds").create_db_cluster(
            DBClusterIdentifier=aws.name,
            Engine="aurora-postgresql",
            MasterUsername="postgres",
            ManageMasterUserPassword=True,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
        )["DBCluster"]
        assert created["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4
        assert "ScalingConfigurationInfo" not in created


def test_a_deleted_cluster_leaves_no_automated_snapshots(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        cluster = {"DBClusterIdentifier": aws.name}
        aws("rds").create_db_cluster(
            **cluster, Engine="aurora-postgresql", MasterUsername="postgres", ManageMasterUserPassword=True
        )
        assert aws("rds").describe_db_cluster_snapshots(**cluster)["DBClusterSnapshots"]
        aws("rds").delete_db_cluster(**cluster, SkipFinalSnapshot=True)
        assert aws("rds").describe_db_cluster_snapshots(**cluster)["DBClusterSnapshots"] == []


def test_the_rotation_of_a_databases_password_can_end(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        secret = {"SecretId": _database(aws)["MasterUserSecret"]["SecretArn"]}
        aws("secretsmanager").rotate_secret(
            **secret, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 30}
        )
        aws("secretsmanager").cancel_rotate_secret(**secret)
        assert not aws("secretsmanager").describe_secret(**secret)["RotationEnabled"]


def test_rds_rotates_the_password_that_it_manages_and_keeps_the_hours_for_it(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        secrets, secret = aws("secretsmanager"), {"SecretId": _database(aws)["MasterUserSecret"]["SecretArn"]}

        def login() -> dict[str, str]:
            found: dict[str, str] = json.loads(secrets.get_secret_value(**secret)["SecretString"])
            return found

        hours, before = {"ScheduleExpression": "cron(0 9 ? * TUE *)", "Duration": "1h"}, login()
        secrets.rotate_secret(**secret, RotateImmediately=False, RotationRules=hours)
        described = secrets.describe_secret(**secret)
        assert (described["RotationRules"], described["RotationEnabled"]) == (hours, True)
        assert "LastRotatedDate" not in described
        assert login() == before
        aws("rds").modify_db_instance(
            DBInstanceIdentifier=aws.name, RotateMasterUserPassword=True, ApplyImmediately=True
        )
        described = secrets.describe_secret(**secret)
        assert described["LastRotatedDate"]
        assert described["RotationRules"] == hours
        assert login()["username"] == before["username"]
        assert login()["password"] != before["password"]


def test_a_workspace_of_metrics_keeps_its_key(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        amp, key = aws("amp"), "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"
        made = amp.create_workspace(alias=aws.name, kmsKeyArn=key, tags={"a": "b"})
        assert made["kmsKeyArn"] == key
        assert amp.describe_workspace(workspaceId=made["workspaceId"])["workspace"]["kmsKeyArn"] == key
        (listed,) = amp.list_workspaces(alias=aws.name)["workspaces"]
        assert (listed["kmsKeyArn"], listed["tags"]) == (key, {"a": "b"})
        without = amp.create_workspace(alias=f"{aws.name}-without", tags={})
        assert "kmsKeyArn" not in amp.describe_workspace(workspaceId=without["workspaceId"])["workspace"]


def _file_system(aws: Aws) -> str:
    id_: str = aws("efs").create_file_system(CreationToken=aws.name)["FileSystemId"]
    return id_


def test_a_file_systems_backups_can_be_switched(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        id_ = _file_system(aws)
        for status in ("ENABLED", "DISABLED"):
            aws("efs").put_backup_policy(FileSystemId=id_, BackupPolicy={"Status": status})
            assert aws("efs").describe_backup_policy(FileSystemId=id_)["BackupPolicy"] == {"Status": status}


def test_a_file_systems_policy_can_be_deleted(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        id_ = _file_system(aws)
        aws("efs").put_file_system_policy(FileSystemId=id_, Policy="{}")
        aws("efs").delete_file_system_policy(FileSystemId=id_)
        try:
            aws("efs").describe_file_system_policy(FileSystemId=id_)
        except aws("efs").exceptions.PolicyNotFound:
            return
        raise AssertionError("the policy is still there")


def _queue(aws: Aws, **attributes: str) -> tuple[str, dict[str, str]]:
    url: str = aws("sqs").create_queue(QueueName=aws.name, Attributes=attributes)["QueueUrl"]
    return url, aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def test_a_redrive_policy_comes_back_as_aws_writes_it(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("sqs").create_queue(QueueName=f"{aws.name}-dead")
        arn = f"arn:aws:sqs:eu-west-1:123456789012:{aws.name}-dead"
        given = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}, separators=(",", ":"))
        assert _queue(aws, RedrivePolicy=given)[1]["RedrivePolicy"] == given


def test_a_queues_policy_survives_other_changes(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        given = {"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}
        url, _ = _queue(aws, Policy=json.dumps(given))
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "90"})
        kept = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert json.loads(kept["Policy"]) == given


def test_a_redrive_allow_policy_is_kept_until_it_is_cleared(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        given = json.dumps({"redrivePermission": "denyAll"})
        url, attributes = _queue(aws, RedriveAllowPolicy=given)
        assert attributes["RedriveAllowPolicy"] == given
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedriveAllowPolicy": ""})
        left = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert "RedriveAllowPolicy" not in left


def test_a_backup_plan_selects_what_it_backs_up(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("backup").create_backup_vault(BackupVaultName=aws.name)
        rule = {"RuleName": "daily", "TargetBackupVaultName": aws.name}
        plan = aws("backup").create_backup_plan(BackupPlan={"BackupPlanName": aws.name, "Rules": [rule]})
        asked = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::123456789012:role/b", "Resources": ["*"]}
        selection = {
            "BackupPlanId": plan["BackupPlanId"],
            "SelectionId": aws("backup").create_backup_selection(
                BackupPlanId=plan["BackupPlanId"], BackupSelection=asked
            )["SelectionId"],
        }
        assert aws("backup").get_backup_selection(**selection)["BackupSelection"] == asked
        aws("backup").delete_backup_selection(**selection)
        listed = aws("backup").list_backup_selections(BackupPlanId=plan["BackupPlanId"])
        assert listed["BackupSelectionsList"] == []


def test_a_backup_plan_can_change(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        def plan(days: int) -> dict[str, Any]:
            rule = {"RuleName": "daily", "TargetBackupVaultName": "v", "Lifecycle": {"DeleteAfterDays": days}}
            return {"BackupPlanName": aws.name, "Rules": [rule]}

        created = aws("backup").create_backup_plan(BackupPlan=plan(35))
        asked = {"BackupPlanId": created["BackupPlanId"]}
        changed = aws("backup").update_backup_plan(**asked, BackupPlan=plan(40))
        assert changed["VersionId"] != created["VersionId"]
        (rule,) = aws("backup").get_backup_plan(**asked)["BackupPlan"]["Rules"]
        assert rule["Lifecycle"] == {"DeleteAfterDays": 40}
        assert rule["StartWindowMinutes"] == 480


def test_a_vault_has_a_policy_and_tells_about_failures(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        backup, vault = aws("backup"), {"BackupVaultName": aws.name}
        backup.create_backup_vault(**vault)
        backup.put_backup_vault_access_policy(**vault, Policy="{}")
        assert backup.get_backup_vault_access_policy(**vault)["Policy"] == "{}"
        told = {"SNSTopicArn": "arn:topic", "BackupVaultEvents": ["BACKUP_JOB_FAILED"]}
        backup.put_backup_vault_notifications(**vault, **told)
        found = backup.get_backup_vault_notifications(**vault)
        assert {name: found[name] for name in told} == told
        backup.delete_backup_vault_access_policy(**vault)
        backup.delete_backup_vault_notifications(**vault)
        for read in (backup.get_backup_vault_access_policy, backup.get_backup_vault_notifications):
            try:
                read(**vault)
            except backup.exceptions.ResourceNotFoundException:
                continue
            raise AssertionError("it is still there")


def test_backup_tags_are_found_without_a_slash_at_the_end(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    """As Terraform's SDK asks; boto3 writes the slash."""

    @supplement_keeps
    def promise(aws: Aws) -> None:
        arn = aws("backup").create_backup_vault(BackupVaultName=aws.name, BackupVaultTags={"a": "b"})["BackupVaultArn"]
        answer = aws.get(f"/tags/{arn}", service="backup")
        assert answer["Tags"] == {"a": "b"}
