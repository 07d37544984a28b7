"""`groundwork up` on an empty account: stopped at points spread over the run, killed, and run again."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_aws import launcher
from local_aws.calls import RECORD
from tests.e2e.recorded_calls import Call, read_calls
from tests.e2e.small_program import PATIENCE_SECONDS, SmallCheckout, kill_all
from tests.e2e.test_deploy_interrupted import Cloud

pytestmark = [pytest.mark.e2e, pytest.mark.long]

STOPS = int(os.environ.get("GROUNDWORK_UP_STOPS", "3"))
"""How many points the run is stopped at; ten take some minutes."""
TOPICS = ["dev-names", "dev-work", "shared-names"]
READS = ("Get", "List", "Describe", "Head", "BatchGet", "Simulate")
STEP = re.compile(r"^Step (\d) of (\d): (.+)$", re.MULTILINE)


@dataclass
class FirstDay:
    """A checkout, and an account that a test may empty again."""

    cloud: Cloud
    checkout: SmallCheckout
    record: Path

    def empty(self) -> None:
        """Take everything away: the account, and what Terraform keeps in the checkout."""
        launcher.reset(directory=self.record.parent / "aws")

    def assert_up(self) -> None:
        """Each thing is there, once, in a state, and nothing is locked."""
        assert self.cloud.topics() == TOPICS
        keys = {bucket: self.cloud.keys(bucket) for bucket in self.cloud.buckets()}
        assert not [key for found in keys.values() for key in found if key.endswith(".tflock")]
        states = {bucket: [key for key in found if key.endswith(".tfstate")] for bucket, found in keys.items()}
        assert states == {
            "acme-dev-terraform-state": ["dev/names.tfstate", "dev/work.tfstate"],
            "acme-shared-terraform-state": ["shared/names.tfstate"],
        }
        assert self.cloud.in_state("names") == ["aws_sns_topic"]
        assert self.cloud.in_state("work") == ["aws_sns_topic", "terraform_data"]

    def calls(self) -> list[Call]:
        return read_calls(self.record)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstDay]:
    home = tmp_path_factory.mktemp("day")
    record = home / "calls.jsonl"
    os.environ[RECORD] = str(record)
    try:
        cloud = Cloud(home / "aws")
    finally:
        del os.environ[RECORD]
    checkout = SmallCheckout.make(home / "checkout", cloud.endpoint.environment())
    try:
        yield FirstDay(cloud, checkout, record)
    finally:
        checkout.stop()
        launcher.stop(directory=home / "aws")


@dataclass(frozen=True)
class Killed:
    """A first run, killed by `kill -9` in its last stack, and what the next one said."""

    killed: str
    seconds: float
    healed: str


@pytest.fixture(scope="module")
def first(day: FirstDay) -> Killed:
    begun = time.monotonic()
    process = day.checkout.start("up", "dev")
    day.checkout.wait_for("dev-work: 2 to do")
    day.checkout.wait_for_log("pause (pause): Creating...")
    seconds = time.monotonic() - begun
    kill_all(process.pid)
    process.wait()
    killed = day.checkout.output.read_text()
    day.checkout.let_work_end()

    code, healed = day.checkout.run("up", "dev")
    assert code == 0, healed
    return Killed(killed, seconds, healed)


def test_it_explains_each_step_before_it_takes_it(first: Killed) -> None:
    assert [step[2] for step in STEP.findall(first.killed)] == [
        "the state of shared",
        "the stacks of shared",
        "the state of dev",
        "the stacks of dev",
    ]
    explained = first.killed.index("versioned, encrypted, closed")
    assert explained < first.killed.index("State bucket acme-shared-terraform-state: made.")
    assert "State bucket acme-dev-terraform-state: made." in first.killed


def test_after_a_kill_the_next_run_names_the_lock_and_what_no_state_knows_and_takes_both_over(first: Killed) -> None:
    assert re.search(r"dev-work: releases the lock [0-9a-f-]{36} of a run that was killed, by ", first.healed)
    assert "dev-work: imports aws_sns_topic topic, arn:aws:sns:eu-west-1:123456789012:dev-work" in first.healed
    assert "dev-names: imports" not in first.healed


def test_it_then_ends_with_everything_deployed(day: FirstDay, first: Killed) -> None:
    assert first.healed.rstrip().splitlines()[-1].startswith("dev is up.")
    day.assert_up()


def test_a_second_run_changes_nothing_and_makes_no_writing_call(day: FirstDay, first: Killed) -> None:
    before = len(day.calls())
    code, output = day.checkout.run("up", "dev")
    assert code == 0, output
    assert output.count("It is there already.") == 2
    assert all(f"{stack}: no changes" in output for stack in ("names", "work"))
    calls = day.calls()[before:]
    assert len(calls) > 20
    assert not [(call.action, dict(call.parameters)) for call in calls if writes(call)]


def writes(call: Call) -> bool:
    """Whether it changes anything at AWS, Terraform's own lock and state included."""
    return not call.action.partition(":")[2].startswith(READS)


@pytest.mark.parametrize("point", range(STOPS))
def test_stopped_at_any_point_it_goes_on_and_doubles_nothing(day: FirstDay, first: Killed, point: int) -> None:
    """The time only chooses where it is hit: what must hold holds everywhere."""
    day.empty()
    process = day.checkout.start("up", "dev")
    time.sleep(first.seconds * (point + 0.5) / STOPS)
    process.send_signal(signal.SIGTERM)
    code = process.wait(timeout=PATIENCE_SECONDS)
    stopped = day.checkout.output.read_text()
    assert code in (0, 128 + signal.SIGTERM, -signal.SIGTERM), stopped
    if code > 0:
        assert "Run the same command again to go on." in stopped
    code, output = day.checkout.run("up", "dev")
    assert code == 0, f"{stopped}\n---\n{output}"
    day.assert_up()
