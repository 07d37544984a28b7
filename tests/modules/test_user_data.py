"""An instance joins its cluster with its disk mounted, or not at all: the script itself is run, against stand-ins for
the commands of an instance, which write down how they were called."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from modules.ecs.user_data import user_data, volume_marks
from tests.settings import an_environment

VOLUME_ID = "vol-0123456789abcdef0"
DEVICE = "dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0"
AWS = """
case "$2" in
describe-volumes)
    tries=$(cat {root}/tries 2>/dev/null || echo 0); echo $((tries + 1)) > {root}/tries
    [ $tries -ge {busy} ] && echo available || echo in-use ;;
attach-volume) touch {root}/{device}; exit {attached} ;;
esac
"""
SILENT = ("chown", "dnf", "install", "mkfs.xfs", "mount", "shutdown", "sleep", "xfs_growfs")


@dataclass
class Instance:
    """A file system and commands of its own for one run of the script."""

    root: Path
    formatted: bool = True
    busy: int = 0
    failing: str = ""
    zone: str = ""

    def start(self) -> int:
        for folder in ("bin", "etc/ecs", "dev/disk/by-id"):
            (self.root / folder).mkdir(parents=True)
        for command in SILENT:
            self._command(command, f"exit {int(command == self.failing)}")
        self._command("curl", f"case $* in */availability-zone) echo {self.zone} ;; *) echo i-0123 ;; esac")
        self._command("blkid", f"exit {0 if self.formatted else 2}")
        self._command(
            "aws", AWS.format(root=self.root, busy=self.busy, device=DEVICE, attached=int(self.failing == "aws"))
        )
        environment = an_environment(monitoring={"replicas": 2 if self.zone else 1})
        script = user_data(environment)
        for zone, mark in volume_marks(environment).items():
            script = script.replace(mark, VOLUME_ID if not self.zone or self.zone.endswith(zone) else f"vol-of-{zone}")
        for path in ("/etc/", "/dev/disk", "/data"):
            script = script.replace(f" {path}", f" {self.root}{path}").replace(f"={path}", f"={self.root}{path}")
        variables = {"PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        return subprocess.run(["bash", "-c", script], env=variables, capture_output=True, timeout=60).returncode

    def _command(self, name: str, body: str) -> None:
        path = self.root / "bin" / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >> {self.root}/calls\n{body}\n')
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return (self.root / "calls").read_text().splitlines()

    def called(self, command: str) -> int:
        return len([call for call in self.calls if call.startswith(command)])

    @property
    def agent(self) -> str:
        """What the ECS agent is told, or nothing."""
        config = self.root / "etc/ecs/ecs.config"
        return config.read_text() if config.exists() else ""


def test_it_joins_the_cluster_once_its_disk_is_mounted(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    assert instance.start() == 0
    assert "ECS_CLUSTER=test\n" in instance.agent
    assert instance.called(f"aws ec2 attach-volume --volume-id {VOLUME_ID} --instance-id i-0123") == 1
    assert instance.called("mount") == 1
    assert f"{tmp_path}/{DEVICE}" in (tmp_path / "etc/fstab").read_text()
    assert instance.called("shutdown") == 0


@pytest.mark.parametrize("zone", ["eu-west-1a", "eu-west-1b"])
def test_of_two_disks_it_takes_the_one_of_its_zone(zone: str, tmp_path: Path) -> None:
    instance = Instance(tmp_path, zone=zone)
    assert instance.start() == 0
    assert instance.called(f"aws ec2 attach-volume --volume-id {VOLUME_ID} --instance-id i-0123") == 1
    assert instance.called("aws ec2 attach-volume") == 1


def test_in_a_zone_without_a_disk_it_joins_nothing(tmp_path: Path) -> None:
    instance = Instance(tmp_path, zone="eu-west-1c")
    assert instance.start() != 0
    assert "ECS_CLUSTER" not in instance.agent
    assert instance.called("shutdown -h") == 1


def test_it_waits_for_the_instance_before_it_to_let_go_of_the_disk(tmp_path: Path) -> None:
    instance = Instance(tmp_path, busy=3)
    assert instance.start() == 0
    assert instance.called("aws ec2 describe-volumes") == 4
    names = [call.split()[0:3] for call in instance.calls if call.startswith("aws")]
    assert names[-1] == ["aws", "ec2", "attach-volume"]


def test_only_an_empty_disk_is_formatted(tmp_path: Path) -> None:
    kept, empty = Instance(tmp_path / "kept"), Instance(tmp_path / "empty", formatted=False)
    assert kept.start() == empty.start() == 0
    assert kept.called("mkfs") == 0
    assert empty.called("mkfs.xfs") == 1


def test_the_folders_belong_to_those_whose_tasks_write_there(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    instance.start()
    (made,) = [call for call in instance.calls if call.startswith("install")]
    assert "-o 65534 -g 65534" in made
    assert made.endswith("/data/alertmanager /data/prometheus".replace("/data", f"{tmp_path}/data"))


@pytest.mark.parametrize("failing", ["aws", "mount", "xfs_growfs"])
def test_without_its_disk_it_joins_nothing_and_gives_way(failing: str, tmp_path: Path) -> None:
    instance = Instance(tmp_path, failing=failing)
    assert instance.start() != 0
    assert "ECS_CLUSTER" not in instance.agent
    assert instance.called("shutdown -h") == 1
