"""The disk of Prometheus and Alertmanager in AWS: its snapshots, and the volume that is made of one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from cli.deploy.run import Run
from cli.errors import CommandError, UsageError
from cli.session import Session
from cli.state.changed_state import RESTORED_TAG, attributes_of
from config.models.environment.ec2 import data_volume

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import SnapshotTypeDef, TagTypeDef

STACK, KIND = "cluster", "aws_ebs_volume"
PAUSE_SECONDS, MOST_SECONDS = 2.0, 600.0


@dataclass(frozen=True)
class Disk:
    """The disk of one environment: the volume that its state knows, and what may take its place."""

    session: Session
    known: Mapping[str, Any]
    """The attributes of the volume in the state; it may be gone, or out of reach with its zone."""
    name: str
    """The `Name` of the volume and of its snapshots."""
    zone: str
    """The zone that the environment's YAML wants it in."""

    @cached_property
    def ec2(self) -> EC2Client:
        """The EC2 client of the environment's region."""
        return boto3.client("ec2", region_name=self.session.environment.region)

    def snapshot(self, wanted: str | None) -> SnapshotTypeDef:
        """Return the snapshot of this id, or the newest one of the disk."""
        return self._named(wanted) if wanted else self._newest()

    def create(self, snapshot: SnapshotTypeDef) -> str:
        """Make a volume of a snapshot in the wanted zone, or find what an interrupted run has made; wait for it."""
        id_ = snapshot["SnapshotId"]
        restored: TagTypeDef = {"Key": RESTORED_TAG, "Value": id_}
        filters = [
            {"Name": f"tag:{RESTORED_TAG}", "Values": [id_]},
            {"Name": "tag:Name", "Values": [self.name]},
            {"Name": "availability-zone", "Values": [self.zone]},
        ]
        begun = [one["VolumeId"] for one in self.ec2.describe_volumes(Filters=filters)["Volumes"]]  # type: ignore[arg-type]
        volume = next(iter(begun), None)
        if volume is None:
            tags: list[TagTypeDef] = [{"Key": key, "Value": value} for key, value in self.known["tags_all"].items()]
            volume = self.ec2.create_volume(
                SnapshotId=id_,
                AvailabilityZone=self.zone,
                VolumeType=self.known["type"],
                Size=self.session.environment.cluster.ec2.data_volume_gib,
                Encrypted=True,
                KmsKeyId=self.known["kms_key_id"],
                TagSpecifications=[{"ResourceType": "volume", "Tags": [*tags, restored]}],
            )["VolumeId"]
            self.session.say(f"{volume}: made of {id_} in {self.zone}")
        self._wait(volume)
        return volume

    def retire(self) -> str | None:
        """Give the old volume another name, so that no snapshots are made of it any more; None if it is gone."""
        old = str(self.known["id"])
        name = f"{self.name}-until-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        try:
            self.ec2.create_tags(Resources=[old], Tags=[{"Key": "Name", "Value": name}])
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidVolume.NotFound":
                raise
            return None
        return old

    def _newest(self) -> SnapshotTypeDef:
        pages = self.ec2.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"],
            Filters=[{"Name": "tag:Name", "Values": [self.name]}, {"Name": "status", "Values": ["completed"]}],
        )
        found = [snapshot for page in pages for snapshot in page["Snapshots"]]
        if not found:
            raise CommandError(
                f"there is no snapshot of {self.name}: the first one is made in the night after its first deploy",
                fix="docs/monitoring.md#the-disk says how to begin with an empty disk",
            )
        return max(found, key=lambda snapshot: snapshot["StartTime"])

    def _named(self, wanted: str) -> SnapshotTypeDef:
        try:
            (snapshot,) = self.ec2.describe_snapshots(SnapshotIds=[wanted])["Snapshots"]
        except ClientError as error:
            raise UsageError(
                f"there is no snapshot {wanted}",
                allowed="aws ec2 describe-snapshots --owner-ids self "
                f"--filters Name=tag:Name,Values={self.name} --query 'Snapshots[].[SnapshotId,StartTime]' lists them",
                fix="leave out --snapshot: the newest one is taken",
            ) from error
        if snapshot["State"] != "completed":
            raise UsageError(f"{wanted} is {snapshot['State']}", allowed="a snapshot that is completed")
        size = self.session.environment.cluster.ec2.data_volume_gib
        if snapshot["VolumeSize"] > size:
            raise UsageError(
                f"{wanted} has {snapshot['VolumeSize']} GiB, and cluster.ec2.data_volume_gib is {size}",
                allowed="a disk of at least the snapshot's size",
                fix=f"write `data_volume_gib: {snapshot['VolumeSize']}` in environments/{self.session.name}.yaml",
            )
        return snapshot

    def _wait(self, volume: str) -> None:
        deadline = time.monotonic() + MOST_SECONDS
        while (state := self.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"]) != "available":
            if state == "in-use":  # an interrupted run had come further
                return
            if state == "error" or time.monotonic() > deadline:
                raise CommandError(
                    f"{volume} is {state}", fix=f"aws ec2 delete-volume --volume-id {volume}, and run this again"
                )
            time.sleep(PAUSE_SECONDS)


def disk_of(run: Run, replica: int) -> Disk:
    """Return a replica's disk that the state of the environment's cluster knows."""
    environment = run.session.environment
    if replica > len(environment.ec2_zones):
        raise UsageError(
            f"{environment.name} has no replica {replica} of Prometheus",
            allowed=f"1 to {len(environment.ec2_zones)}, as monitoring.replicas says",
        )
    name = environment.qualify(data_volume(replica))
    zone = f"{environment.region}{environment.ec2_zones[replica - 1]}"
    (stack,) = run.program.select([STACK])
    for state in run.states:
        if state.key == stack.state_key and state.resources:
            return Disk(run.session, attributes_of(state.content, KIND, name=name), name, zone)
    deploy = run.session.command(f"deploy {environment.name}")
    raise CommandError(f"{environment.name} has no disk yet: its cluster was never deployed", fix=deploy)
