from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from cli.errors import CommandError
from cli.terraform.locks import (
    Lock,
    RunningTerraform,
    check_release,
    describe_abandoned,
    describe_held,
    holder_is_gone,
    parse_lock,
    running_terraforms,
)
from cli.terraform.synthesized import SynthesizedStack

STACK = SynthesizedStack(
    id="dev-service-orders", dependencies=(), directory=Path("cdktf.out/stacks/dev-service-orders")
)
WRITTEN = {
    "ID": "2f3e8c6a-0000-1111-2222-333344445555",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "ada@laptop",
    "Version": "1.11.4",
    "Created": "2026-11-23T05:31:22.123456789Z",
    "Path": "acme-dev-terraform-state/dev/service-orders.tfstate",
}
NOW = datetime(2026, 11, 23, 5, 35, 30, tzinfo=UTC)


@pytest.fixture
def lock() -> Lock:
    return parse_lock(STACK, WRITTEN)


def test_who_holds_a_lock_and_since_when_is_told(lock: Lock) -> None:
    assert describe_held(lock, NOW) == (
        "dev-service-orders is locked by ada@laptop (terraform apply) since 2026-11-23 05:31:22 UTC (4 minutes ago), "
        "lock 2f3e8c6a-0000-1111-2222-333344445555"
    )


def test_an_abandoned_lock_comes_with_the_exact_way_to_release_it(lock: Lock) -> None:
    told = describe_abandoned(lock, NOW, "groundwork {}".format)
    assert "groundwork unlock dev service-orders --id 2f3e8c6a-0000-1111-2222-333344445555" in told
    assert (
        "terraform -chdir=cdktf.out/stacks/dev-service-orders force-unlock 2f3e8c6a-0000-1111-2222-333344445555" in told
    )


@pytest.mark.parametrize(
    ("host", "others", "gone"),
    [
        ("laptop", [], True),
        ("laptop", ["dev-network"], True),
        ("laptop", ["dev-service-orders"], False),
        ("another-machine", [], False),
    ],
)
def test_only_a_lock_of_this_machine_that_no_terraform_works_under_is_abandoned(
    lock: Lock, tmp_path: Path, host: str, others: list[str], gone: bool
) -> None:
    running = [RunningTerraform(stack=synthesized(tmp_path / name), endpoint="") for name in others]
    lock = dataclasses.replace(lock, stack=synthesized(tmp_path / "other-checkout" / "dev-service-orders"))
    assert holder_is_gone(lock, host=host, running=running) is gone


def synthesized(directory: Path, *, bucket: str = "acme-dev-terraform-state") -> SynthesizedStack:
    """A stack as synth writes it, as far as the place of its state goes."""
    directory.mkdir(parents=True, exist_ok=True)
    stack = SynthesizedStack(id=directory.name, dependencies=(), directory=directory)
    backend = {"bucket": bucket, "key": stack.state_key, "region": "eu-west-1"}
    (directory / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"s3": backend}}}))
    return stack


@pytest.mark.parametrize(
    ("now", "age"),
    [
        (datetime(2026, 11, 23, 5, 31, 40, tzinfo=UTC), "17 seconds ago"),
        (datetime(2026, 11, 23, 6, 31, 40, tzinfo=UTC), "1 hour ago"),
        (datetime(2026, 11, 26, 6, 31, 40, tzinfo=UTC), "3 days ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(lock: Lock, now: datetime, age: str) -> None:
    assert lock.age(now) == age


def test_a_stack_is_worked_on_as_long_as_a_terraform_runs_on_its_state_in_any_checkout(tmp_path: Path) -> None:
    here, there = synthesized(tmp_path / "a/dev-work"), synthesized(tmp_path / "b/dev-work")
    of_another_company = synthesized(tmp_path / "c/dev-work", bucket="others-dev-terraform-state")
    with sleeping_terraform(tmp_path, there) as running:
        assert worked_on(here)
        assert worked_on(there)
        assert not worked_on(of_another_company)
        (there.directory / "cdk.tf.json").unlink()
        assert worked_on(here), "what cannot be read must count as at work"
        running.kill()
        ended = wait_for_end(running)  # its parent has not asked for its exit code yet: a zombie
        assert not worked_on(here)
    assert ended == psutil.STATUS_ZOMBIE


def test_a_terraform_on_another_aws_works_on_another_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = synthesized(tmp_path / "dev-work")
    with sleeping_terraform(tmp_path, stack, AWS_ENDPOINT_URL="http://127.0.0.1:5000") as running:
        assert not worked_on(stack)
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
        assert worked_on(stack)
        running.kill()


def sleeping_terraform(tmp_path: Path, stack: SynthesizedStack, **variables: str) -> subprocess.Popen[bytes]:
    """A process of this name that works in the stack's directory, to be killed by the test."""
    program = tmp_path / "terraform"
    shutil.copy(shutil.which("sleep") or "", program)
    return subprocess.Popen([program, "600"], cwd=stack.directory, env={**os.environ, **variables})


def worked_on(stack: SynthesizedStack) -> bool:
    return any(each.works_on(stack) for each in running_terraforms())


def wait_for_end(process: subprocess.Popen[bytes]) -> str:
    """The state of a process that is being killed, once it has one for good."""
    while (status := psutil.Process(process.pid).status()) != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    return status


def test_only_the_lock_that_was_named_is_released(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.terraform.locks.running_terraforms", list)
    assert check_release(lock, lock.stack, lock.id) is lock
    with pytest.raises(CommandError, match=r"is locked by ada@laptop.*: that is another lock than other"):
        check_release(lock, lock.stack, "other")
    with pytest.raises(CommandError, match="dev-service-orders is not locked"):
        check_release(None, lock.stack, lock.id)


def test_no_lock_is_released_under_which_terraform_works_here(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    running = RunningTerraform(stack=lock.stack, endpoint="")
    monkeypatch.setattr("cli.terraform.locks.running_terraforms", lambda: [running])
    monkeypatch.setattr("socket.gethostname", lambda: "laptop")
    for who in ("ada@laptop", "ada at app.terraform.io"):  # Terraform Cloud does not say from which machine
        held = dataclasses.replace(lock, who=who)
        with pytest.raises(CommandError, match="still runs on this machine; stop it first"):
            check_release(held, lock.stack, lock.id)
    assert check_release(dataclasses.replace(lock, who="ada@elsewhere"), lock.stack, lock.id)
