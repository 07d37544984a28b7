"""`groundwork monitoring`: the disk goes back to a snapshot and into another zone, the password becomes another one."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from tests.e2e.small_program import SmallCheckout

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAME = "dev-ec2-data"
# The cluster with its disk, and of the monitoring the password of Grafana.
PROGRAM = """
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
import main  # it prepares the import of the provider

from cdktf import App

from config.loader.platform import load_platform
from config.models.nat import Nat
from modules.data.generated_secret import GeneratedSecret
from modules.ecs.cluster import EcsCluster
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from modules.local_context import LOCAL_AWS
from stacks.platform_stack import PlatformStack

assert {pause!r}
app = App(context={{LOCAL_AWS: True}})
[deployment] = load_platform(Path(__file__).parent, only="dev")
environment = deployment.environment
account, region = environment.account_id, environment.region
network = PlatformStack(app, name="network", environment=environment)
settings = environment.network.model_copy(update={{"nat": Nat.NONE}})
vpc = Vpc(network, "vpc", name="dev", region=region, settings=settings)
key = EncryptionKey(network, "data-key", name="dev", account_id=account)
log_key = LogKey(network, "log-key", name="dev", account_id=account, region=region)
stack = PlatformStack(app, name="cluster", environment=environment)
EcsCluster(
    stack, "cluster", environment=environment, vpc=vpc, log_key=log_key, encryption_key=key, tags=stack.tags
)
monitoring = PlatformStack(app, name="monitoring", environment=environment)
GeneratedSecret(
    monitoring,
    "password",
    name=environment.secret_name("grafana", "admin-password"),
    environment=environment,
    encryption_key=key,
    description="the password of admin",
    version=1,
)
app.synth()
"""


class Place:
    """A checkout and its AWS."""

    def __init__(self, root: Path) -> None:
        self.endpoint = launcher.start(directory=root / "aws")
        self.checkout = SmallCheckout.make(root / "checkout", self.endpoint.environment(), PROGRAM)
        self._session = boto3.Session("test", "test", region_name="eu-west-1")
        self.ec2, self.dlm, self.ecs = (self.client(name) for name in ("ec2", "dlm", "ecs"))

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint.url)  # type: ignore[call-overload]

    def edit(self, old: str, new: str) -> None:
        """Change the environment's YAML."""
        file = self.checkout.root / "environments/dev.yaml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    def groundwork(self, *arguments: str, code: int = 0) -> str:
        found, output = self.checkout.run(*arguments)
        assert found == code, output
        return output

    def disk(self) -> Any:
        """The one volume that has the name of the disk."""
        (volume,) = self.ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": [NAME]}])["Volumes"]
        return volume

    def snapshot(self) -> str:
        """Make one as Data Lifecycle Manager does, with the tags of the disk."""
        of_dlm = {"Key": "aws:dlm:lifecycle-policy-id", "Value": "policy-1"}
        tags = [{"ResourceType": "snapshot", "Tags": [*self.disk()["Tags"], of_dlm]}]
        made = self.ec2.create_snapshot(VolumeId=self.disk()["VolumeId"], TagSpecifications=tags)
        return str(made["SnapshotId"])

    def user_data(self) -> str:
        """What a new instance would run."""
        (version,) = self.ec2.describe_launch_template_versions(LaunchTemplateName="dev-ec2", Versions=["$Latest"])[
            "LaunchTemplateVersions"
        ]
        return base64.b64decode(version["LaunchTemplateData"]["UserData"]).decode()

    def zone_of_the_instance(self) -> str:
        (group,) = self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
        (subnet,) = self.ec2.describe_subnets(SubnetIds=[group["VPCZoneIdentifier"]])["Subnets"]
        return str(subnet["AvailabilityZone"])

    def password(self) -> str:
        """What Grafana reads when it starts."""
        secrets = self.client("secretsmanager")
        return str(secrets.get_secret_value(SecretId="dev/grafana/admin-password")["SecretString"])

    def states(self) -> str:
        """Every state, with the versions that they had."""
        s3 = self.client("s3")
        (bucket,) = [one["Name"] for one in s3.list_buckets()["Buckets"]]
        versions = s3.list_object_versions(Bucket=bucket)["Versions"]
        bodies = [s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"] for one in versions]
        return "".join(body.read().decode() for body in bodies)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("disk")
    try:
        made = Place(root)
        made.edit("deletion_protection: false", "deletion_protection: true")
        made.groundwork("deploy", "dev", "--yes")
        yield made
    finally:
        launcher.stop(directory=root / "aws")


def test_the_password_of_grafana_is_another_one_that_nobody_sees_and_grafana_starts_anew(place: Place) -> None:
    container = {"name": "grafana", "image": "grafana", "memory": 128}
    place.ecs.register_task_definition(family="dev-grafana", containerDefinitions=[container])
    place.ecs.create_service(cluster="dev", serviceName="grafana", taskDefinition="dev-grafana", desiredCount=1)
    (before,) = place.ecs.describe_services(cluster="dev", services=["grafana"])["services"]
    known = place.password()

    output = place.groundwork("monitoring", "rotate-password", "dev", "--yes")
    new = place.password()
    assert new != known
    assert len(new) == 40
    for text in (output, place.states()):
        assert new not in text
        assert known not in text
    (after,) = place.ecs.describe_services(cluster="dev", services=["grafana"])["services"]
    assert {one["id"] for one in after["deployments"]} != {one["id"] for one in before["deployments"]}
    assert place.checkout.plan("dev-monitoring") == 0


def test_the_disk_goes_back_to_its_newest_snapshot_and_the_old_one_is_kept(place: Place) -> None:
    before = place.disk()
    (policy,) = place.dlm.get_lifecycle_policies()["Policies"]
    details = place.dlm.get_lifecycle_policy(PolicyId=policy["PolicyId"])["Policy"]["PolicyDetails"]
    assert details["TargetTags"] == [{"Key": "Name", "Value": NAME}]
    assert details["Schedules"][0]["RetainRule"] == {"Interval": 7, "IntervalUnit": "DAYS"}
    output = place.groundwork("monitoring", "restore", "dev", "--yes", code=1)
    assert f"there is no snapshot of {NAME}" in output

    place.snapshot()
    time.sleep(1.1)  # EC2 says when one was made by the second
    newest = place.snapshot()
    output = place.groundwork("monitoring", "restore", "dev", "--yes")
    now = place.disk()
    assert now["SnapshotId"] == newest
    assert now["VolumeId"] != before["VolumeId"]
    for kept in ("AvailabilityZone", "Size", "KmsKeyId", "Encrypted", "VolumeType"):
        assert now[kept] == before[kept], kept
    assert sorted(now["Tags"], key=str) == sorted(before["Tags"], key=str)
    (old,) = place.ec2.describe_volumes(VolumeIds=[before["VolumeId"]])["Volumes"]
    (name,) = [tag["Value"] for tag in old["Tags"] if tag["Key"] == "Name"]
    assert name.startswith(f"{NAME}-until-")
    assert f"aws ec2 delete-volume --volume-id {before['VolumeId']}" in output
    assert f"volume={now['VolumeId']}\n" in place.user_data()
    assert place.checkout.plan("dev-cluster") == 0
    stray = place.groundwork("unmanaged", "dev")
    assert before["VolumeId"] in stray
    assert newest not in stray, "Data Lifecycle Manager deletes it"


def test_it_comes_back_in_another_zone_though_the_old_one_is_protected(place: Place) -> None:
    before, snapshot = place.disk(), place.snapshot()
    place.edit("data_volume_gib: 20", "data_volume_gib: 20\n    zone: b")
    # As an interrupted restore leaves it.
    tags = [*before["Tags"], {"Key": "groundwork:restored", "Value": snapshot}]
    begun = place.ec2.create_volume(
        SnapshotId=snapshot,
        AvailabilityZone="eu-west-1b",
        VolumeType="gp3",
        Size=20,
        Encrypted=True,
        KmsKeyId=before["KmsKeyId"],
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )["VolumeId"]

    place.groundwork("monitoring", "restore", "dev", "--snapshot", snapshot, "--yes")
    now = place.disk()
    assert now["VolumeId"] == begun
    assert now["AvailabilityZone"] == place.zone_of_the_instance() == "eu-west-1b"
    assert "groundwork:restored" not in {tag["Key"] for tag in now["Tags"]}
    assert f"volume={begun}\n" in place.user_data()
    assert place.checkout.plan("dev-cluster") == 0
    (old,) = place.ec2.describe_volumes(VolumeIds=[before["VolumeId"]])["Volumes"]
    assert old["State"] == "available"


def test_a_snapshot_that_there_is_not_or_that_is_larger_is_refused(place: Place) -> None:
    output = place.groundwork("monitoring", "restore", "dev", "--snapshot", "snap-0123456789abcdef0", "--yes", code=2)
    assert "there is no snapshot snap-0123456789abcdef0" in output
    snapshot = place.snapshot()
    place.edit("data_volume_gib: 20", "data_volume_gib: 10")
    output = place.groundwork("monitoring", "restore", "dev", "--snapshot", snapshot, "--yes", code=2)
    assert f"{snapshot} has 20 GiB, and cluster.ec2.data_volume_gib is 10" in output
