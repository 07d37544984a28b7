"""The first step of a restore: a new instance beside the old one, with a password that RDS manages.

Nothing that runs is touched. RDS takes the password's management at a restore for Oracle only, so that it is asked for
by a change once the instance is there.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cli.database.instances import Instance, ServiceDatabase, has_managed_password, tags_of
from cli.errors import CommandError, UsageError
from cli.state.changed_state import RESTORED_TAG

LATEST = "latest"
OF_AWS_BACKUP = "awsbackup:"


@dataclass(frozen=True)
class Source:
    """The source of a restore: a point in time, the latest one, or a snapshot."""

    at: datetime | None = None
    snapshot: str | None = None

    def __str__(self) -> str:
        if self.snapshot:
            return f"snapshot {self.snapshot}"
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ}" if self.at else "the latest restorable time"


def named(snapshot: str) -> dict[str, Any]:
    """Return the parameters that find a snapshot: RDS shows one of AWS Backup only to who asks for that type."""
    type_ = {"SnapshotType": "awsbackup"} if snapshot.startswith(OF_AWS_BACKUP) else {}
    return {"DBSnapshotIdentifier": snapshot, **type_}


def read_source(at: str | None, snapshot: str | None) -> Source:
    """Read what a person asks for."""
    if (at is None) == (snapshot is None):
        raise UsageError(
            "which state of the database?", allowed="--at TIME, or --snapshot NAME", fix="--at 2026-11-23T06:30:00Z"
        )
    if snapshot or at == LATEST:
        return Source(snapshot=snapshot)
    try:
        moment = datetime.fromisoformat(at or "")
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"--at {at} is no point in time",
            allowed=f"a date and a time with its offset, such as 2026-11-23T06:30:00Z; or {LATEST}",
            fix=f"--at {moment.isoformat()}Z, if you mean UTC" if moment else "--at 2026-11-23T06:30:00Z",
        )
    return Source(at=moment.astimezone(UTC))


def restore(database: ServiceDatabase, source: Source) -> Instance:
    """Restore it beside the old one, or go on with what was begun; return the new instance."""
    own, begun = database.own(), database.restored()
    if begun is None:
        _start(database, own, source)
    elif tags_of(begun)[RESTORED_TAG] != str(source):
        raise CommandError(
            f"{database.restored_name} was restored from {tags_of(begun)[RESTORED_TAG]}",
            fix=f"use it, or delete it first:\n{deletion(database.restored_name)}",
        )
    found = database.wait(database.restored_name)
    if "MasterUserSecret" not in found:
        database.session.say(f"{database.restored_name}: RDS makes a password of its own for it")
        database.rds.modify_db_instance(
            DBInstanceIdentifier=database.restored_name,
            ManageMasterUserPassword=True,
            MasterUserSecretKmsKeyId=own["MasterUserSecret"]["KmsKeyId"],
            ApplyImmediately=True,
        )
    return database.wait(database.restored_name, has_managed_password)


def check_source(database: ServiceDatabase, source: Source) -> None:
    """Refuse what RDS would refuse, and what could not take the place of the service's instance."""
    own = database.own()
    if source.at:
        latest = own.get("LatestRestorableTime")
        if latest and source.at > latest:
            raise UsageError(
                f"{source} cannot be restored yet",
                allowed=f"up to {latest:%Y-%m-%dT%H:%M:%SZ}; RDS is about five minutes behind",
                fix=f"--at {LATEST}",
            )
    if not source.snapshot:
        return
    try:
        (snapshot,) = database.rds.describe_db_snapshots(**named(source.snapshot))["DBSnapshots"]
    except database.rds.exceptions.DBSnapshotNotFoundFault as error:
        raise UsageError(
            f"there is no snapshot {source.snapshot}",
            allowed="aws rds describe-db-snapshots --query 'DBSnapshots[].DBSnapshotIdentifier' lists them",
        ) from error
    if snapshot.get("KmsKeyId") != own.get("KmsKeyId"):
        raise UsageError(
            f"{source} is not encrypted with the key of {database.name}, so that the one could not replace the other",
            fix=f"copy it: aws rds copy-db-snapshot --source-db-snapshot-identifier {source.snapshot} "
            f"--target-db-snapshot-identifier {source.snapshot.removeprefix(OF_AWS_BACKUP)}-copy "
            f"--kms-key-id {own.get('KmsKeyId')}",
        )
    for field, meaning in (("Engine", "engine"), ("MasterUsername", "master user")):
        if snapshot.get(field) != own.get(field):
            raise UsageError(f"{source} has the {meaning} {snapshot.get(field)}, {database.name} has {own.get(field)}")
    wanted, found = own["EngineVersion"].split(".")[0], snapshot["EngineVersion"].split(".")[0]
    if wanted != found:
        raise UsageError(
            f"{source} is of PostgreSQL {found}, and {database.name} runs {wanted}",
            fix=f"aws rds modify-db-snapshot --db-snapshot-identifier {source.snapshot} --engine-version {wanted} "
            "upgrades the snapshot",
        )


def deletion(identifier: str) -> str:
    """Return the commands that delete an instance, which nothing here does."""
    return (
        f"  aws rds modify-db-instance --db-instance-identifier {identifier} --no-deletion-protection "
        "--apply-immediately\n"
        f"  aws rds delete-db-instance --db-instance-identifier {identifier} "
        f"--final-db-snapshot-identifier {identifier}-last"
    )


def _start(database: ServiceDatabase, own: Instance, source: Source) -> None:
    settings = _settings(own, source)
    most = {"MaxAllocatedStorage": own["MaxAllocatedStorage"]} if own.get("MaxAllocatedStorage") else {}
    database.session.say(f"{database.restored_name}: restores {source} of {database.name}")
    if source.snapshot:
        database.rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=database.restored_name, DBSnapshotIdentifier=source.snapshot, **settings
        )
        return
    when: dict[str, Any] = {"RestoreTime": source.at} if source.at else {"UseLatestRestorableTime": True}
    database.rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=database.name,
        TargetDBInstanceIdentifier=database.restored_name,
        **most,
        **when,
        **settings,
    )


def _settings(own: Instance, source: Source) -> dict[str, Any]:
    """Return what the new instance has in common with the old one.

    The size of the storage and its key are those of the backup; what else differs, the next deploy changes.
    """
    support = {"EngineLifecycleSupport": own["EngineLifecycleSupport"]} if own.get("EngineLifecycleSupport") else {}
    return {
        "DBInstanceClass": own["DBInstanceClass"],
        "MultiAZ": own["MultiAZ"],
        "Port": own["Endpoint"]["Port"],
        "StorageType": own["StorageType"],
        "DBSubnetGroupName": own["DBSubnetGroup"]["DBSubnetGroupName"],
        "DBParameterGroupName": own["DBParameterGroups"][0]["DBParameterGroupName"],
        "VpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in own["VpcSecurityGroups"]],
        "PubliclyAccessible": False,
        "DeletionProtection": own["DeletionProtection"],
        "CopyTagsToSnapshot": own["CopyTagsToSnapshot"],
        "AutoMinorVersionUpgrade": own["AutoMinorVersionUpgrade"],
        "EnableIAMDatabaseAuthentication": own["IAMDatabaseAuthenticationEnabled"],
        "EnableCloudwatchLogsExports": own.get("EnabledCloudwatchLogsExports", []),
        **support,
        "Tags": [*own.get("TagList", []), {"Key": RESTORED_TAG, "Value": str(source)}],
    }
