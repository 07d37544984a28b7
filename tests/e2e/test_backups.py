"""A vault of AWS Backup and its copies in another region, by the real Terraform and provider."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from tests.e2e.small_program import SmallCheckout

pytestmark = [pytest.mark.e2e, pytest.mark.long]

HOME, AWAY, NAME = "eu-west-1", "eu-central-1", "staging-backups"
PROGRAM = """
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
import main  # it prepares the import of the provider

from cdktf import App

from config.loader.platform import load_platform
from config.models.data.backups import Backups
from modules.encryption_key import EncryptionKey
from stacks.backups import BackupStack
from modules.local_context import LOCAL_AWS
from stacks.platform_stack import PlatformStack

app = App(context={{LOCAL_AWS: True}})
[deployment] = load_platform(Path(__file__).parent, only="staging")
environment = deployment.environment
network = PlatformStack(app, name="network", environment=environment)
key = EncryptionKey(network, "data-key", name=environment.name, account_id=environment.account_id)
network.encryption_key = key
network.export(key.key, "arn")
BackupStack(app, environment=environment, network=network, settings=Backups(copy_to_region="eu-central-1"))
app.synth()
"""


class Place:
    """A checkout and its AWS."""

    def __init__(self, root: Path) -> None:
        self.endpoint = launcher.start(directory=root / "aws")
        self.checkout = SmallCheckout.make(root / "checkout", self.endpoint.environment(), PROGRAM)

    def run(self, *arguments: str) -> tuple[int, str]:
        return self.checkout.run(*arguments)

    def backup(self, region: str) -> Any:
        return boto3.Session("test", "test", region_name=region).client("backup", endpoint_url=self.endpoint.url)

    def vaults(self, region: str) -> list[Any]:
        found: list[Any] = self.backup(region).list_backup_vaults()["BackupVaultList"]
        return [one["BackupVaultName"] for one in found]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("backups")
    made = Place(root)
    try:
        code, output = made.run("deploy", "staging", "--yes")
        assert code == 0, output
        yield made
    finally:
        made.checkout.stop()
        launcher.stop(directory=root / "aws")


def test_both_regions_have_a_locked_vault_and_the_plan_copies_from_one_to_the_other(place: Place) -> None:
    vaults = {region: place.backup(region).describe_backup_vault(BackupVaultName=NAME) for region in (HOME, AWAY)}
    assert {vault["MinRetentionDays"] for vault in vaults.values()} == {35}
    assert {vault["Locked"] for vault in vaults.values()} == {True}
    (listed,) = place.backup(HOME).list_backup_plans()["BackupPlansList"]
    (rule,) = place.backup(HOME).get_backup_plan(BackupPlanId=listed["BackupPlanId"])["BackupPlan"]["Rules"]
    assert rule["TargetBackupVaultName"] == NAME
    (copy,) = rule["CopyActions"]
    assert copy["DestinationBackupVaultArn"] == vaults[AWAY]["BackupVaultArn"]
    assert copy["DestinationBackupVaultArn"].split(":")[3] == AWAY


def test_what_is_there_plans_no_change(place: Place) -> None:
    code, output = place.run("drift", "staging")
    assert code == 0, output


def test_a_protected_vault_is_not_destroyed_and_one_that_is_not_is(place: Place) -> None:
    file = place.checkout.root / "environments/staging.yaml"
    unprotected = file.read_text()
    file.write_text("deletion_protection: true\n" + unprotected.replace("deletion_protection:", "# "))
    code, output = place.run("destroy", "staging", "backups", "--yes")
    assert code != 0, output
    assert place.vaults(HOME) == place.vaults(AWAY) == [NAME]

    file.write_text("deletion_protection: false\n" + unprotected.replace("deletion_protection:", "# "))
    code, output = place.run("deploy", "staging", "--yes")
    assert code == 0, output
    code, output = place.run("destroy", "staging", "backups", "--yes")
    assert code == 0, output
    assert place.vaults(HOME) == place.vaults(AWAY) == []
