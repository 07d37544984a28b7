"""What a deploy recovers from by itself: with the real Terraform and provider, on one local AWS for the whole file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from tests.e2e.cut_connection import CutConnection
from tests.e2e.recovery_program import PROGRAM
from tests.e2e.small_program import PATIENCE_SECONDS, SmallCheckout, kill_all

pytestmark = [pytest.mark.e2e, pytest.mark.long]

FROZEN_SECONDS = 60
BUCKET = "acme-dev-terraform-state"


class Place:
    """A checkout whose two stacks are named after a fault, and the AWS that it deploys to."""

    def __init__(self, root: Path, fault: str, endpoint: Endpoint, port: int | None = None) -> None:
        self.fault, self.name = fault, f"dev-{fault}"
        environment = endpoint.environment()
        self._session = boto3.Session("test", "test", region_name="eu-west-1")
        self._url = endpoint.url
        if port:
            environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        self.checkout = SmallCheckout.make(root, {**environment, "FAULT": fault}, PROGRAM)

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._url)  # type: ignore[call-overload]

    def start(self, until: str = "pause (pause): Creating...") -> subprocess.Popen[str]:
        """Start a deploy, until Terraform says this of the first stack."""
        process = self.checkout.start("deploy", "dev", "--yes")
        self.checkout.wait_for(f"{self.name}-reader is planned")
        self.checkout.wait_for_log(until)
        return process

    def deploy(self, *, code: int = 0) -> str:
        found, output = self.checkout.run("deploy", "dev", "--yes")
        assert found == code, output
        return output

    def made(self) -> Counter[str]:
        """How many there are in AWS of what the program makes once, by what makes each its own."""
        mine = [{"Name": "tag:Name", "Values": [f"{self.name}*"]}]
        ec2, kms, zones = self.client("ec2"), self.client("kms"), self.client("route53").list_hosted_zones()
        keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
        tags = [
            *(tag["Value"] for volume in ec2.describe_volumes(Filters=mine)["Volumes"] for tag in volume["Tags"]),
            *(tag["Value"] for vpc in ec2.describe_vpcs(Filters=mine)["Vpcs"] for tag in vpc["Tags"]),
        ]
        certificates = self.client("acm").list_certificates()["CertificateSummaryList"]
        topics = self.client("sns").list_topics()["Topics"]
        found = [
            *(f"topic {topic['TopicArn'].rpartition(':')[2]}" for topic in topics),
            *(f"key {key['Description']}" for key in keys if key["KeyState"] == "Enabled"),
            *(f"tag {value}" for value in tags if value == self.name),
            *(f"certificate {certificate['DomainName']}" for certificate in certificates),
            *(f"zone {zone['Name']}" for zone in zones["HostedZones"]),
        ]
        return Counter(one for one in found if self.name in one)

    def is_whole(self) -> None:
        """Everything is there once, in a state, and as the code says."""
        whole = "whole" in self.fault
        assert self.made() == {
            f"topic {self.name}": 1,
            f"topic {self.name}-reader": 1,
            f"key Tests of {self.name}": 1,
            f"tag {self.name}": 2 if whole else 1,
            **({f"certificate {self.name}.example.com": 1, f"zone {self.name}.example.com.": 1} if whole else {}),
        }
        code, output = self.checkout.run("unmanaged", "dev")
        assert "0 resources outside the states of dev." in output
        code, output = self.checkout.run("drift", "dev")
        assert code == 0, output

    def objects(self) -> list[str]:
        s3 = self.client("s3")
        if BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            return []
        return [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def forget_versions(self, key: str) -> None:
        """Leave nothing of it, as nobody with our tools would."""
        s3 = self.client("s3")
        found = s3.list_object_versions(Bucket=BUCKET, Prefix=key)
        for version in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])

    def state(self) -> dict[str, Any]:
        body = self.client("s3").get_object(Bucket=BUCKET, Key=f"dev/{self.fault}.tfstate")["Body"].read()
        found: dict[str, Any] = json.loads(body)
        return found


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    directory = tmp_path_factory.mktemp("aws")
    yield launcher.start(directory=directory)
    launcher.stop(directory=directory)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, endpoint: Endpoint) -> Iterator[Place]:
    made = Place(tmp_path / "checkout", request.param, endpoint)
    yield made
    made.checkout.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_connection_that_is_lost_and_comes_back_loses_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    with CutConnection(endpoint.port) as connection:
        place = Place(tmp_path / "checkout", "cut", endpoint, connection.port)
        try:
            process = place.start()
            connection.cut()
            place.checkout.let_work_end()
            assert process.wait(timeout=PATIENCE_SECONDS) == 1
            output = place.checkout.output.read_text()
            assert "Failed to save state" in output, "what Terraform said stands first"
            assert "dev-cut: the place of its state could not be reached. What Terraform made is written" in output
            assert "cdktf.out/stacks/dev-cut/errored.tfstate\n  Keep that file." in output
            assert "AWS could not be asked which states are locked" in output

            code, output = place.checkout.run("deploy", "dev")
            assert code == 1
            assert "AWS cannot be reached from here" in output

            connection.restore()
            output = place.deploy()
            assert "dev-cut: the state that the last deploy could not write is written now" in output
            assert not list(place.checkout.root.rglob("errored*"))
            place.is_whole()
        finally:
            place.checkout.stop()


def kill(place: Place, process: subprocess.Popen[str]) -> None:
    kill_all(process.pid)
    process.wait()
    place.checkout.let_work_end()


@pytest.mark.parametrize("place", ["killed-whole"], indirect=True)
def test_after_a_kill_the_next_deploy_imports_what_no_state_knows(place: Place) -> None:
    """Nothing is written down of what was made in the last twenty seconds: Terraform writes its state now and then."""
    process = place.start()
    kill(place, process)
    before = place.made()
    assert before[f"zone {place.name}.example.com."] == 1
    output = place.deploy()
    assert f"{place.name}: releases the lock" in output
    assert f"{place.name}: imports aws_vpc vpc, vpc-" in output
    assert f"{place.name}: imports aws_route53_zone zone, " in output
    assert not list(place.checkout.root.rglob("groundwork-imports*"))
    assert before - place.made() == Counter()
    place.is_whole()


@pytest.mark.parametrize("place", ["early"], indirect=True)
def test_a_kill_before_anything_is_made_leaves_a_lock_that_the_next_deploy_releases(place: Place) -> None:
    process = place.checkout.start("deploy", "dev", "--yes")
    lock = f"dev/{place.fault}.tfstate.tflock"
    wait_until(lambda: lock in place.objects())
    kill(place, process)
    output = place.deploy()
    assert f"{place.name}: releases the lock" in output
    place.is_whole()


@pytest.mark.parametrize("place", ["middle"], indirect=True)
def test_a_kill_in_the_middle_doubles_nothing(place: Place) -> None:
    process = place.start("aws_ebs_volume.volume (volume): Creat")
    kill(place, process)
    place.deploy()
    place.is_whole()


@pytest.mark.parametrize("place", ["lost"], indirect=True)
def test_a_state_that_is_lost_is_restored_from_the_versions_of_its_bucket(place: Place) -> None:
    place.checkout.let_work_end()
    place.deploy()
    before = place.state()
    key = f"dev/{place.fault}.tfstate"
    place.client("s3").delete_object(Bucket=BUCKET, Key=key)
    output = place.deploy()
    assert f"{key}: the state is gone from {BUCKET}, and its last version, of " in output
    assert "has 5 resources: it is restored" in output
    assert place.state()["resources"] == before["resources"]

    place.client("s3").delete_object(Bucket=BUCKET, Key=key)
    code, output = place.checkout.run("adopt", "dev", "--yes")
    assert code == 1
    assert "groundwork state restore dev" in output
    place.forget_versions(key)
    code, output = place.checkout.run("adopt", "dev", "--yes")
    assert code == 0, output
    assert f"{place.name}: imports aws_ebs_volume volume, vol-" in output
    assert "4 resources imported." in output
    place.deploy()
    place.is_whole()


@pytest.mark.parametrize("place", ["frozen"], indirect=True)
def test_an_aws_that_answers_nothing_for_a_minute_is_waited_for(place: Place, endpoint: Endpoint) -> None:
    process = place.start()
    os.kill(endpoint.pid, signal.SIGSTOP)
    try:
        place.checkout.let_work_end()
        time.sleep(FROZEN_SECONDS)
    finally:
        os.kill(endpoint.pid, signal.SIGCONT)
    process.wait(timeout=PATIENCE_SECONDS)
    place.deploy()
    place.is_whole()


@pytest.mark.parametrize("place", ["half"], indirect=True)
def test_a_protected_database_whose_making_was_interrupted_is_kept(place: Place) -> None:
    """As Terraform leaves it after Ctrl-C or a timeout: in its state, tainted, and ready in AWS some minutes later."""
    place.checkout.let_work_end()
    place.deploy()
    rds, s3 = place.client("rds"), place.client("s3")
    (before,) = rds.describe_db_instances()["DBInstances"]
    state = place.state()
    for resource in state["resources"]:
        if resource["type"] == "aws_db_instance":
            resource["instances"][0]["status"] = "tainted"
    state["serial"] += 1
    s3.put_object(Bucket=BUCKET, Key=f"dev/{place.fault}.tfstate", Body=json.dumps(state).encode())
    s3.put_object(Bucket=BUCKET, Key=f"dev/{place.fault}.applied", Body=b'{"ended": "badly"}')

    output = place.deploy()
    assert f"{place.name}: keeps aws_db_instance.database: its making was interrupted" in output
    (after,) = rds.describe_db_instances()["DBInstances"]
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert after["DeletionProtection"]
    place.is_whole()
