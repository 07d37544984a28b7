from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.stack_process import StackProcess
from cli.terraform.synthesized import SynthesizedStack

FAKE_TERRAFORM = """#!/bin/sh
echo "$@"
case "$1 $MODE" in
    "init refuses") echo "Error: no provider"; exit 3 ;;
    "apply asks") echo "Do you really want to destroy all resources?"; echo
        printf "  Enter a value: "; read answer || exit 1; echo "$answer, $TF_INPUT" ;;
    "apply refuses-plan") echo "Error: no rights"; exit 4 ;;
    "init slow") trap 'echo told; exit 0' INT; echo ready; for _ in $(seq 600); do sleep 0.05; done ;;
    "apply slow-apply") trap 'echo stopping; sleep 0.3; echo state written; exit 7' INT
        echo pid $$; echo ready; for _ in $(seq 600); do sleep 0.05; done ;;
esac
"""


@pytest.fixture
def work(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StackProcess]:
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text(FAKE_TERRAFORM)
    program.chmod(0o755)
    directory = tmp_path / "dev-network"
    directory.mkdir()
    stack = SynthesizedStack("dev-network", (), directory)
    mode, _, is_ahead = request.param.partition(", ")
    environment = {"PATH": f"{program.parent}:{os.environ['PATH']}", "MODE": mode, "TF_INPUT": "0"}
    setup = TerraformSetup(environment=environment, skip_provider_lock=True, summary="")
    made = StackProcess(stack, "destroy", setup, tmp_path / "network.log", 7, ahead=bool(is_ahead))
    (directory / ".terraform.lock.hcl").touch()
    made.start()
    yield made
    made.interrupt(1)
    wait(made)
    made.close()


def wait(work: StackProcess) -> int:
    deadline = time.monotonic() + 60
    while (code := work.poll()) is None:
        assert time.monotonic() < deadline, work.log.read_text()
        time.sleep(0.01)
    return code


def wait_for(work: StackProcess, text: str) -> None:
    deadline = time.monotonic() + 60
    while text not in work.log.read_text():
        assert time.monotonic() < deadline, work.log.read_text()
        work.poll()
        time.sleep(0.01)


@pytest.mark.parametrize("work", ["plain"], indirect=True)
def test_a_stack_is_initialized_and_then_worked_on(work: StackProcess) -> None:
    assert wait(work) == 0
    assert work.new_lines() == [
        "init -input=false -no-color",
        "apply -destroy -auto-approve -input=false -no-color -lock-timeout=7s",
    ]
    assert not (work.stack.directory / ".terraform.lock.hcl").exists()


def wait_for_the_question(work: StackProcess) -> list[str]:
    deadline, lines = time.monotonic() + 60, list[str]()
    while not work.is_waiting:
        assert work.poll() is None
        assert work.is_preparing
        assert time.monotonic() < deadline
        lines += work.new_lines()
    return lines


@pytest.mark.parametrize("work", ["asks, ahead"], indirect=True)
def test_a_destroy_ahead_of_its_turn_waits_for_it(work: StackProcess) -> None:
    assert work.is_initializing
    lines = wait_for_the_question(work)
    assert lines[:2] == ["init -input=false -no-color", "apply -destroy -input=true -no-color -lock-timeout=7s"]
    assert not work.is_preparing
    assert not work.is_initializing
    time.sleep(0.1)
    assert work.poll() is None, "it waits"
    work.proceed()
    assert not work.is_waiting
    assert wait(work) == 0
    assert work.new_lines()[-1] == "  Enter a value: yes, true", "whatever TF_INPUT the user has"


@pytest.mark.parametrize("work", ["asks, ahead"], indirect=True)
def test_what_waits_for_its_turn_ends_with_the_process_that_would_answer(work: StackProcess) -> None:
    wait_for_the_question(work)
    work.close()
    deadline = time.monotonic() + 60
    while (code := work.poll()) is None:
        assert time.monotonic() < deadline
    assert code == 1


@pytest.mark.parametrize("work", ["refuses-plan, ahead"], indirect=True)
def test_a_plan_that_fails_does_not_wait_for_a_turn(work: StackProcess) -> None:
    assert wait(work) == 4
    assert not work.is_waiting
    assert work.new_lines()[-1] == "Error: no rights"


@pytest.mark.parametrize("work", ["refuses"], indirect=True)
def test_after_an_init_that_failed_nothing_is_applied(work: StackProcess) -> None:
    assert wait(work) == 3
    assert work.new_lines()[1:] == ["Error: no provider"]


@pytest.mark.parametrize("work", ["slow-apply"], indirect=True)
def test_terraform_is_told_once_to_stop_and_ends_in_its_own_time(work: StackProcess) -> None:
    wait_for(work, "ready\n")
    work.interrupt(1)
    work.interrupt(1)
    assert wait(work) == 7
    assert work.new_lines()[-2:] == ["stopping", "state written"]


@pytest.mark.parametrize("work", ["slow"], indirect=True)
def test_a_stack_that_is_told_to_stop_before_its_apply_is_not_applied_and_not_done(work: StackProcess) -> None:
    wait_for(work, "ready\n")
    work.interrupt(1)
    assert wait(work) != 0
    assert not [line for line in work.new_lines() if line.startswith("apply")]


@pytest.mark.parametrize("work", ["slow-apply"], indirect=True)
def test_the_terminals_interrupt_does_not_reach_terraform(work: StackProcess) -> None:
    wait_for(work, "ready\n")
    (pid,) = [int(line.split()[1]) for line in work.new_lines() if line.startswith("pid")]
    assert os.getsid(pid) == pid != os.getsid(0)
    os.kill(pid, signal.SIGKILL)
    assert wait(work) == -signal.SIGKILL
