from __future__ import annotations

import dataclasses
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
    check_release,
    describe_abandoned,
    describe_held,
    holder_is_gone,
    parse_lock,
    stacks_being_worked_on,
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
    ("host", "busy", "gone"),
    [
        ("laptop", set(), True),
        ("laptop", {"dev-network"}, True),
        ("laptop", {"dev-service-orders"}, False),
        ("another-machine", set(), False),
    ],
)
def test_only_a_lock_of_this_machine_that_no_terraform_works_under_is_abandoned(
    lock: Lock, host: str, busy: set[str], gone: bool
) -> None:
    assert holder_is_gone(lock, host=host, busy=busy) is gone


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


def test_a_stack_is_worked_on_as_long_as_a_terraform_runs_in_its_directory(tmp_path: Path) -> None:
    program, stack = tmp_path / "terraform", tmp_path / "dev-service-orders"
    shutil.copy(shutil.which("sleep") or "", program)
    stack.mkdir()
    with subprocess.Popen([program, "600"], cwd=stack) as running:
        seen = stacks_being_worked_on()
        running.kill()
        ended = wait_for_end(running)  # its parent has not asked for its exit code yet: a zombie
        gone = stacks_being_worked_on()
    assert "dev-service-orders" in seen
    assert ended == psutil.STATUS_ZOMBIE
    assert "dev-service-orders" not in gone


def wait_for_end(process: subprocess.Popen[bytes]) -> str:
    """The state of a process that is being killed, once it has one for good."""
    while (status := psutil.Process(process.pid).status()) != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    return status


def test_only_the_lock_that_was_named_is_released(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.terraform.locks.stacks_being_worked_on", set)
    assert check_release(lock, lock.stack, lock.id) is lock
    with pytest.raises(CommandError, match=r"is locked by ada@laptop.*: that is another lock than other"):
        check_release(lock, lock.stack, "other")
    with pytest.raises(CommandError, match="dev-service-orders is not locked"):
        check_release(None, lock.stack, lock.id)


def test_no_lock_is_released_under_which_terraform_works_here(lock: Lock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.terraform.locks.stacks_being_worked_on", lambda: {lock.stack.id})
    monkeypatch.setattr("socket.gethostname", lambda: "laptop")
    for who in ("ada@laptop", "ada at app.terraform.io"):  # Terraform Cloud does not say from which machine
        held = dataclasses.replace(lock, who=who)
        with pytest.raises(CommandError, match="still runs on this machine; stop it first"):
            check_release(held, lock.stack, lock.id)
    assert check_release(dataclasses.replace(lock, who="ada@elsewhere"), lock.stack, lock.id)
