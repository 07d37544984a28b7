"""What happens to a deploy or destroy that is stopped, killed, or not alone: with the real Terraform and provider."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from local_aws import launcher
from tests.e2e.small_program import PATIENCE_SECONDS, SmallCheckout, kill_all

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.e2e, pytest.mark.long]

BUCKET = "acme-dev-terraform-state"
PROVISIONERS = "provisioners=[pause]"
PAUSES_AGAIN = "provisioners=[pause, LocalExecProvisioner(type='local-exec', when='destroy', command=pause.command)]"
FAILS_LATER = "provisioners=[pause, LocalExecProvisioner(type='local-exec', when='destroy', command='exit 3')]"
ASKED = "dev-names  Do you really want to destroy all resources?"


class Cloud:
    """An embedded AWS of this test alone."""

    def __init__(self, directory: Path) -> None:
        self.endpoint = launcher.start(directory=directory)
        session = boto3.Session("test", "test", region_name="eu-west-1")
        self.s3: S3Client = session.client("s3", endpoint_url=self.endpoint.url)
        self.sns = session.client("sns", endpoint_url=self.endpoint.url)

    def buckets(self) -> list[str]:
        return [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]

    def keys(self, bucket: str) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def state_keys(self) -> list[str]:
        return [key for key in self.keys(BUCKET) if key.endswith(".tfstate")]

    def topics(self) -> list[str]:
        return sorted(topic["TopicArn"].rpartition(":")[2] for topic in self.sns.list_topics()["Topics"])

    def in_state(self, stack: str) -> list[str]:
        body = self.s3.get_object(Bucket=BUCKET, Key=f"dev/{stack}.tfstate")["Body"].read()
        return [resource["type"] for resource in json.loads(body)["resources"] if resource["mode"] == "managed"]


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    yield Cloud(tmp_path / "aws")
    launcher.stop(directory=tmp_path / "aws")


@pytest.fixture
def checkout(cloud: Cloud, tmp_path: Path) -> Iterator[SmallCheckout]:
    made = SmallCheckout.make(tmp_path / "checkout", cloud.endpoint.environment())
    yield made
    made.stop()


def start_and_wait_until_it_works(checkout: SmallCheckout) -> subprocess.Popen[str]:
    process = checkout.start("deploy", "dev")
    checkout.wait_for("dev-work: 2 to do")
    checkout.wait_for_log("pause (pause): Creating...")
    return process


def test_a_stopped_deploy_leaves_a_state_and_no_lock_and_the_next_one_converges(
    cloud: Cloud, checkout: SmallCheckout
) -> None:
    process = start_and_wait_until_it_works(checkout)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert "Run the same command again to go on" in checkout.output.read_text()
    assert not [key for key in cloud.keys(BUCKET) if key.endswith(".tflock")]
    assert "aws_sns_topic" in cloud.in_state("work")

    checkout.let_work_end()
    code, output = checkout.run("deploy", "dev")
    assert code == 0, output
    assert cloud.topics() == ["dev-names", "dev-work"]
    assert cloud.in_state("work") == ["aws_sns_topic", "terraform_data"]


def test_a_second_deploy_is_told_who_holds_the_lock_and_waits(
    cloud: Cloud, checkout: SmallCheckout, tmp_path: Path
) -> None:
    other = SmallCheckout.make(tmp_path / "other", checkout.environment)
    first = start_and_wait_until_it_works(checkout)
    again = SmallCheckout(checkout.root, checkout.environment, tmp_path / "again.output")
    code, output = again.run("deploy", "dev", "--lock-timeout", "1")
    assert code == 1
    assert re.search(r"`groundwork deploy dev` \(pid \d+\) works in this checkout since .* UTC; gave up", output)

    second = other.start("deploy", "dev")
    other.wait_for("dev-work is locked by")
    checkout.let_work_end()
    assert first.wait(timeout=PATIENCE_SECONDS) == 0
    assert second.wait(timeout=PATIENCE_SECONDS) == 0
    output = other.output.read_text()
    assert re.search(r"dev-work is locked by \S+@\S+ \(terraform apply\) since .* UTC .*, lock [0-9a-f-]{36}", output)
    assert "dev-work: no changes" in output


def test_after_a_kill_a_destroy_names_the_lock_its_release_and_what_no_state_knows(
    cloud: Cloud, checkout: SmallCheckout
) -> None:
    process = start_and_wait_until_it_works(checkout)
    kill_all(process.pid)
    process.wait()
    assert "dev-work" in cloud.topics()

    code, output = checkout.run("destroy", "dev", "--yes")
    assert code == 1
    assert "dev-work is still locked by a run that was killed" in output
    assert re.search(r"since +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(\d+ \w+ ago\)", output)
    assert "arn:aws:sns:eu-west-1:123456789012:dev-work" in output
    assert "arn:aws:sns:eu-west-1:123456789012:dev-names" not in output
    release = re.search(r"release +\S*groundwork (unlock dev work --id [0-9a-f-]{36})", output)
    assert release is not None, output

    code, output = checkout.run("unlock", "dev", "work", "--id", "not-this-one")
    assert code == 1
    assert checkout.run(*release.group(1).split())[0] == 0
    checkout.let_work_end()
    code, output = checkout.run("deploy", "dev")
    assert code == 0, output
    assert checkout.run("unmanaged", "dev")[1].endswith("0 resources outside the states of dev.\n")


def test_a_stack_that_left_the_program_is_named_and_then_destroyed_from_its_state(
    cloud: Cloud, checkout: SmallCheckout
) -> None:
    checkout.let_work_end()
    assert checkout.run("deploy", "dev")[0] == 0
    checkout.remove_work()
    code, output = checkout.run("deploy", "dev")
    assert code == 0, output
    assert re.search(r"destroy them: +\S*groundwork deploy dev --prune", output)
    assert cloud.topics() == ["dev-names", "dev-work"]

    code, output = checkout.run("deploy", "dev", "--prune")
    assert code == 0, output
    assert cloud.topics() == ["dev-names"]
    assert cloud.state_keys() == ["dev/names.tfstate"]

    code, output = checkout.run("destroy", "dev", "--yes")
    assert code == 0, output
    assert cloud.topics() == []
    assert cloud.keys(BUCKET) == []


def start_and_wait_until_the_next_stack_waits(checkout: SmallCheckout) -> subprocess.Popen[str]:
    checkout.edit(PROVISIONERS, PAUSES_AGAIN)
    checkout.let_work_end()
    assert checkout.run("deploy", "dev")[0] == 0
    checkout.hold_work()
    process = checkout.start("destroy", "dev", "--yes")
    checkout.wait_for("dev-work: 2 to do")
    checkout.wait_for_log(ASKED)
    return process


def test_a_stopped_destroy_leaves_what_waited_for_its_turn_as_it_was(cloud: Cloud, checkout: SmallCheckout) -> None:
    process = start_and_wait_until_the_next_stack_waits(checkout)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_SECONDS) == 128 + signal.SIGTERM
    output = checkout.output.read_text()
    assert "Run the same command again to go on" in output
    assert "dev-names" not in output
    assert not [key for key in cloud.keys(BUCKET) if key.endswith(".tflock")]
    assert "dev-names" in cloud.topics()

    checkout.let_work_end()
    assert "dev-names: no changes since it was applied" in checkout.run("deploy", "dev", "names")[1]
    code, output = checkout.run("destroy", "dev", "--yes")
    assert code == 0, output
    assert cloud.topics() == []


def test_where_a_destroy_is_killed_what_waited_for_its_turn_releases_its_lock(
    cloud: Cloud, checkout: SmallCheckout
) -> None:
    process = start_and_wait_until_the_next_stack_waits(checkout)
    process.kill()
    process.wait()
    wait_until(lambda: "dev/names.tfstate.tflock" not in cloud.keys(BUCKET))
    assert "dev/work.tfstate.tflock" in cloud.keys(BUCKET), "what it was doing goes on"
    checkout.let_work_end()
    wait_until(lambda: "dev/work.tfstate.tflock" not in cloud.keys(BUCKET))
    assert cloud.topics() == ["dev-names"]


def test_a_stack_whose_destroy_fails_keeps_those_that_it_needs(cloud: Cloud, checkout: SmallCheckout) -> None:
    checkout.edit(PROVISIONERS, FAILS_LATER)
    checkout.let_work_end()
    assert checkout.run("deploy", "dev")[0] == 0
    code, output = checkout.run("destroy", "dev", "--yes")
    assert code == 1
    assert "exit status 3" in output
    assert "dev-names" not in output
    assert "dev-names" in cloud.topics()
    assert not [key for key in cloud.keys(BUCKET) if key.endswith(".tflock")]


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)
