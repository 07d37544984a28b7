"""Backups beyond the instance: the vault, the plan, the copies, and who is told when one fails."""

from __future__ import annotations

import json
import re
from typing import Any

import botocore.session
import pytest

from tests.synthesis import Checkout, Platform, Stack

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def backups(delivered: Platform) -> Stack:
    """Of an environment that writes `backups: {copy_to_region: eu-central-1}`."""
    return delivered["staging-backups"]


def test_an_environment_that_does_not_ask_for_it_has_none(shop: Platform) -> None:
    assert not [stack.name for stack in shop if stack.name.endswith("-backups")]
    assert not shop["prod-monitoring"].all("aws_cloudwatch_event_rule", name="prod-failed-backups")


def test_every_database_and_volume_of_the_environment_is_backed_up_daily_and_kept(backups: Stack) -> None:
    plan, selection = backups.one("aws_backup_plan"), backups.one("aws_backup_selection")
    assert backups.target(selection["plan_id"]) is plan
    assert selection["resources"] == [
        f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:staging-*",
        f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/*",
    ]
    (condition,) = selection["condition"]
    assert condition["string_equals"] == [{"key": "aws:ResourceTag/groundwork:environment", "value": "staging"}]
    (rule,) = plan["rule"]
    assert rule["schedule"] == "cron(0 5 * * ? *)"
    assert rule["lifecycle"] == {"delete_after": 35}


def test_it_selects_what_its_environment_makes(backups: Stack, delivered: Platform) -> None:
    """The pattern and the tag, against the databases and file systems of all environments."""
    pattern = backups.one("aws_backup_selection")["resources"][0].rpartition(":")[2].replace("*", ".*")
    chosen = {
        stack.name.partition("-")[0]
        for stack in delivered
        for database in stack.all("aws_db_instance")
        if re.fullmatch(pattern, database["identifier"])
    }
    assert chosen == {"staging"}
    for stack in delivered:
        if stack.all("aws_efs_file_system"):
            (provider,) = stack.document["provider"]["aws"]
            (tags,) = provider["default_tags"]
            assert tags["tags"]["groundwork:environment"] == stack.name.partition("-")[0]


def test_nobody_deletes_a_backup_before_its_time_and_the_lock_can_be_taken_off(backups: Stack) -> None:
    locks = backups.all("aws_backup_vault_lock_configuration")
    assert {lock["min_retention_days"] for lock in locks} == {35}
    assert {id(backups.target(lock["backup_vault_name"])) for lock in locks} == {
        id(vault) for vault in backups.all("aws_backup_vault")
    }
    # With a number of days in which it may still be changed, a lock is in compliance mode: for ever.
    assert all("changeable_for_days" not in lock for lock in locks)


def test_each_backup_is_copied_into_a_vault_of_the_other_region(backups: Stack) -> None:
    home, away = sorted(backups.all("aws_backup_vault"), key=lambda vault: "provider" in vault)
    (own,) = [provider for provider in backups.document["provider"]["aws"] if "alias" not in provider]
    (other,) = [provider for provider in backups.document["provider"]["aws"] if "alias" in provider]
    assert (own["region"], other["region"]) == ("eu-west-1", "eu-central-1")
    assert {**own, "alias": other["alias"], "region": other["region"]} == other, "the same account, role and tags"
    assert away["provider"] == f"aws.{other['alias']}"
    assert "provider" not in home
    assert "kms_key_arn" in home
    assert "kms_key_arn" not in away, "a key of eu-west-1 encrypts nothing there"
    ((copy,),) = [rule["copy_action"] for rule in backups.one("aws_backup_plan")["rule"]]
    assert backups.target(copy["destination_vault_arn"]) is away
    assert copy["lifecycle"] == {"delete_after": 35}
    for lock in backups.all("aws_backup_vault_lock_configuration"):
        assert lock.get("provider") == backups.target(lock["backup_vault_name"]).get("provider")


def test_the_role_is_aws_backups_alone_and_may_back_up_but_not_restore(backups: Stack) -> None:
    (trusted,) = json.loads(backups.one("aws_iam_role")["assume_role_policy"])["Statement"]
    assert trusted["Principal"] == {"Service": "backup.amazonaws.com"}
    attached = [one["policy_arn"] for one in backups.all("aws_iam_role_policy_attachment")]
    assert attached == ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]


def test_names_and_retention_are_what_aws_backup_takes(backups: Stack) -> None:
    model = botocore.session.get_session().get_service_model("backup")
    vault: Any = model.operation_model("CreateBackupVault").input_shape
    name = vault.members["BackupVaultName"].metadata["pattern"]
    assert all(re.fullmatch(name, one["name"]) for one in backups.all("aws_backup_vault"))
    selection: Any = model.shape_for("BackupSelectionName")
    assert re.fullmatch(selection.metadata["pattern"], backups.one("aws_backup_selection")["name"])
    rule: Any = model.shape_for("BackupRuleName")
    assert re.fullmatch(rule.metadata["pattern"], backups.one("aws_backup_plan")["rule"][0]["rule_name"])


def test_rds_makes_no_snapshot_of_a_database_that_is_stopped() -> None:
    """Why `backups:` is refused where `office_hours` stop databases."""
    model = botocore.session.get_session().get_service_model("rds")
    assert "must be in the <code>available</code>" in model.operation_model("CreateDBSnapshot").documentation


def test_a_backup_that_fails_is_told(delivered: Platform) -> None:
    monitoring = delivered["staging-monitoring"]
    rule = monitoring.one("aws_cloudwatch_event_rule", name="staging-failed-backups")
    pattern = json.loads(rule["event_pattern"])
    model = botocore.session.get_session().get_service_model("backup")
    (name,) = {one["name"] for one in delivered["staging-backups"].all("aws_backup_vault")}
    vault = f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:{name}"
    assert pattern["detail"]["$or"] == [{"backupVaultArn": [vault]}, {"sourceBackupVaultArn": [vault]}]
    states: Any = model.shape_for("BackupJobState")
    assert set(pattern["detail"]["state"]) == set(states.enum) & {"FAILED", "ABORTED", "EXPIRED"}


def test_without_a_lock_or_a_copy_there_is_one_vault_that_may_be_emptied(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    checkout = Checkout(tmp_path_factory.mktemp("backups") / "checkout")
    file = checkout.root / "environments/prod.yaml"
    file.write_text(file.read_text() + "\nbackups: {keep_days: 90, locked: false}\n")
    stack = checkout.synthesize(only="prod")["prod-backups"]
    assert stack.one("aws_backup_vault")["lifecycle"] == {"prevent_destroy": True}, "deletion_protection"
    assert not stack.all("aws_backup_vault_lock_configuration")
    (rule,) = stack.one("aws_backup_plan")["rule"]
    assert rule["lifecycle"] == {"delete_after": 90}
    assert "copy_action" not in rule
