"""What is restored, what RDS and Terraform would refuse of it, and what is asked of RDS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import Loader

from cli.database.restore import named
from cli.errors import CommandError
from cli.state.changed_state import with_attributes
from local_aws.endpoint import Endpoint
from tests.cli.commands import Groundwork, groundwork_in
from tests.synthesis import Checkout

ORDERS = "kind: internal\nhealth_check: none\nport: 80\ndatabase: {}\n"
KEY, FOREIGN = "alias/prod-data", "alias/aws/rds"


@pytest.fixture
def groundwork(
    checkout: Checkout, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Groundwork:
    """The command on a checkout with the service orders, and an AWS with its database."""
    checkout.keep_services("mailer")
    checkout.write("service_configs/orders.yaml", ORDERS)
    for name, value in endpoint.environment().items():
        monkeypatch.setenv(name, value)
    return groundwork_in(checkout.root, monkeypatch, capsys)


@pytest.fixture(scope="module")
def rds(endpoint: Endpoint) -> Any:
    """RDS with the database of prod's orders, and snapshots of it and of others."""
    session = boto3.Session("test", "test", region_name="eu-west-1")
    client: Any = session.client("rds", endpoint_url=endpoint.url)
    ec2: Any = session.client("ec2", endpoint_url=endpoint.url)
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    client.create_db_subnet_group(DBSubnetGroupName="prod", DBSubnetGroupDescription="Test", SubnetIds=subnets)
    common = {
        "AllocatedStorage": 20,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "postgres",
        "StorageEncrypted": True,
        "DBSubnetGroupName": "prod",
    }
    for name, more in (
        ("prod-orders", {"MasterUsername": "app", "EngineVersion": "17.2", "KmsKeyId": KEY}),
        ("elsewhere", {"MasterUsername": "app", "EngineVersion": "17.2", "KmsKeyId": FOREIGN}),
        ("older", {"MasterUsername": "app", "EngineVersion": "15.4", "KmsKeyId": KEY}),
        ("others", {"MasterUsername": "root", "EngineVersion": "17.2", "KmsKeyId": KEY}),
    ):
        client.create_db_instance(DBInstanceIdentifier=name, ManageMasterUserPassword=True, **common, **more)
        client.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-monday")
    return client


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "which state of the database?"),
        (("--at", "latest", "--snapshot", "prod-orders-monday"), "which state of the database?"),
        (("--at", "yesterday"), "--at yesterday is no point in time"),
        (("--at", "2026-11-23T06:30:00"), "fix: --at 2026-11-23T06:30:00Z, if you mean UTC"),
        (("--at", "2099-11-23T06:30:00Z"), "2099-11-23T06:30:00Z cannot be restored yet"),
        (("--snapshot", "gone"), "there is no snapshot gone"),
        (("--snapshot", "elsewhere-monday"), "not encrypted with the key of prod-orders"),
        (("--snapshot", "older-monday"), "is of PostgreSQL 15, and prod-orders runs 17"),
        (("--snapshot", "others-monday"), "has the master user root, prod-orders has app"),
    ],
)
def test_what_could_not_take_the_place_is_refused_before_anything_is_made(
    groundwork: Groundwork, rds: Any, arguments: tuple[str, ...], told: str
) -> None:
    before = {one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]}
    ended = groundwork("database", "restore", "prod", "orders", "--yes", *arguments)
    assert ended.code == 2
    assert told in ended.err
    assert {one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]} == before


def test_a_service_without_a_database_is_told_which_have_one(groundwork: Groundwork, rds: Any) -> None:
    ended = groundwork("database", "restore", "prod", "order", "--at", "latest")
    assert ended.code == 2
    assert "order has no database in prod" in ended.err
    assert "allowed: orders" in ended.err


def test_a_snapshot_becomes_an_instance_with_a_managed_password(groundwork: Groundwork, rds: Any) -> None:
    ended = groundwork("database", "restore", "prod", "orders", "--snapshot", "prod-orders-monday", "--yes")
    assert ended.code == 0, ended.err
    (copy,) = rds.describe_db_instances(DBInstanceIdentifier="prod-orders-restored")["DBInstances"]
    assert {"Key": "groundwork:restored", "Value": "snapshot prod-orders-monday"} in copy["TagList"]
    assert copy["MasterUserSecret"]["SecretStatus"] == "active"
    assert "aws rds delete-db-instance --db-instance-identifier prod-orders-restored" in ended.out
    again = groundwork("database", "restore", "prod", "orders", "--at", "latest", "--yes")
    assert again.code == 1
    assert "was restored from snapshot prod-orders-monday" in again.err
    rds.stop_db_instance(DBInstanceIdentifier="prod-orders-restored")
    stopped = groundwork("database", "restore", "prod", "orders", "--snapshot", "prod-orders-monday", "--yes")
    assert stopped.code == 1
    assert "prod-orders-restored is stopp" in stopped.err
    assert "aws rds start-db-instance --db-instance-identifier prod-orders-restored" in stopped.err


def test_a_managed_password_is_asked_for_by_a_change_for_a_restore_takes_it_for_oracle_alone() -> None:
    shapes = Loader().load_service_model("rds", "service-2")["shapes"]
    for operation in ("RestoreDBInstanceToPointInTime", "RestoreDBInstanceFromDBSnapshot"):
        members: Mapping[str, Any] = shapes[f"{operation}Message"]["members"]
        assert "Applies to RDS for Oracle only" in members["ManageMasterUserPassword"]["documentation"]
    allowed = shapes["ModifyDBInstanceMessage"]["members"]["ManageMasterUserPassword"]["documentation"]
    assert "Applies to RDS for Oracle only" not in allowed


def test_a_state_learns_the_new_instance_and_keeps_the_rest() -> None:
    attributes = {"id": "db-OLD", "resource_id": "db-OLD", "identifier": "prod-orders", "skip_final_snapshot": False}
    state = {
        "serial": 3,
        "resources": [
            {"mode": "data", "type": "aws_db_instance", "instances": [{"attributes": {"id": "other"}}]},
            {"mode": "managed", "type": "aws_db_instance", "instances": [{"attributes": attributes}]},
        ],
    }
    changed = with_attributes(state, "aws_db_instance", {"id": "db-NEW", "resource_id": "db-NEW"})
    assert changed["resources"][1]["instances"][0]["attributes"] == attributes | {
        "id": "db-NEW",
        "resource_id": "db-NEW",
    }
    assert changed["resources"][0] == state["resources"][0]  # type: ignore[index]
    with pytest.raises(CommandError, match="knows 0 resources aws_db_instance"):
        with_attributes({"resources": []}, "aws_db_instance", {"id": "db-NEW"})


def test_of_two_disks_the_state_learns_the_one_that_has_the_name() -> None:
    disks = [{"attributes": {"id": name, "tags": {"Name": name}}} for name in ("prod-ec2-data", "prod-ec2-data-2")]
    resources = [{"mode": "managed", "type": "aws_ebs_volume", "instances": [disk]} for disk in disks]
    changed = with_attributes({"resources": resources}, "aws_ebs_volume", {"id": "vol-1"}, name="prod-ec2-data-2")
    found = [entry["instances"][0]["attributes"]["id"] for entry in changed["resources"]]
    assert found == ["prod-ec2-data", "vol-1"]
    with pytest.raises(CommandError, match="knows 2 resources aws_ebs_volume"):
        with_attributes({"resources": resources}, "aws_ebs_volume", {"id": "vol-1"})


def test_a_backup_of_aws_backup_is_asked_for_by_its_type() -> None:
    """Without a type RDS shows those that it or a person has made, and no others."""
    described = botocore.session.get_session().get_service_model("rds").operation_model("DescribeDBSnapshots")
    shape: Any = described.input_shape
    types = shape.members["SnapshotType"].documentation
    assert "don't specify a <code>SnapshotType</code> value, then both automated and manual snapshots" in types
    assert "<code>awsbackup</code> - Return" in types
    assert named("awsbackup:job-1") == {"DBSnapshotIdentifier": "awsbackup:job-1", "SnapshotType": "awsbackup"}
    assert named("prod-orders-monday") == {"DBSnapshotIdentifier": "prod-orders-monday"}
