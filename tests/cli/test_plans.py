"""Plans of several stacks at a time, with the real Terraform on stacks that need no provider, and signals meanwhile."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.deploy.plans import CHANGES, NO_CHANGES, Plan, plan_all
from cli.errors import CommandError
from cli.session import Session
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import read_json

WARNED = "Warning: Provider development overrides are in effect\n\n"
UPSTREAM = "${data.terraform_remote_state.cross-stack-reference-input-dev-network.outputs.vpc}"
SLOW_TERRAFORM = """#!/bin/sh
[ "$1" = plan ] || exit 0
trap 'echo stopped > stopped; exit 1' INT
echo began > began
for _ in $(seq 6000); do sleep 0.05; done
"""


def session(environment: dict[str, str]) -> Session:
    setup = TerraformSetup(environment=environment, skip_provider_lock=True, summary="")
    return cast(Session, SimpleNamespace(states=lambda: [], terraform=setup))


def stack(tmp_path: Path, name: str, code: dict[str, Any]) -> SynthesizedStack:
    directory = tmp_path / f"dev-{name}"
    directory.mkdir()
    (directory / "cdk.tf.json").write_text(json.dumps(code))
    return SynthesizedStack(f"dev-{name}", (), directory)


def adds(name: str) -> dict[str, Any]:
    return {"resource": {"terraform_data": {name: {"input": name}}}}


def test_plans_come_in_the_order_of_the_stacks_with_their_documents(tmp_path: Path) -> None:
    stacks = [
        stack(tmp_path, "a", adds("first")),
        stack(tmp_path, "b", {}),
        stack(tmp_path, "c", {"output": {"vpc": {"value": UPSTREAM}}}),
        stack(tmp_path, "d", adds("last")),
    ]
    plans = list(plan_all(session(dict(os.environ)), stacks, with_documents=True))
    assert [plan.stack.name for plan in plans] == ["a", "b", "c", "d"]
    assert [plan.code for plan in plans] == [CHANGES, NO_CHANGES, CHANGES, CHANGES]
    assert [plan.waits_for for plan in plans] == [(), (), ("network",), ()]
    assert [changed(plan) for plan in plans] == [["terraform_data.first"], [], [], ["terraform_data.last"]]
    assert plans[0].summary == "Plan: 1 to add, 0 to change, 0 to destroy."


def changed(plan: Plan) -> list[str]:
    return [each["address"] for each in read_json(plan.document)["resource_changes"]] if plan.document else []


def test_a_stack_that_cannot_be_planned_is_named_with_terraforms_words(tmp_path: Path) -> None:
    stacks = [stack(tmp_path, "a", adds("first")), stack(tmp_path, "b", {"output": {"x": {"value": "${nowhere.x}"}}})]
    with pytest.raises(CommandError) as caught:
        list(plan_all(session(dict(os.environ)), stacks))
    assert "dev-b cannot be planned" in str(caught.value)
    assert "nowhere" in str(caught.value)


def test_a_signal_stops_every_terraform_that_plans_and_begins_no_other(tmp_path: Path) -> None:
    program = tmp_path / "bin/terraform"
    program.parent.mkdir()
    program.write_text(SLOW_TERRAFORM)
    program.chmod(0o755)
    stacks = [stack(tmp_path, f"s{number}", {}) for number in range(8)]

    def began() -> list[str]:
        return [each.name for each in stacks if (each.directory / "began").exists()]

    def interrupt() -> None:
        deadline = time.monotonic() + 60
        while len(began()) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=interrupt)
    sender.start()
    with pytest.raises(CommandError) as caught:
        list(plan_all(session({"PATH": f"{program.parent}:{os.environ['PATH']}"}), stacks))
    sender.join()
    assert caught.value.exit_code == 128 + signal.SIGTERM
    assert len(began()) == 4
    assert all((each.directory / "stopped").exists() for each in stacks if each.name in began())


@pytest.mark.parametrize("document", ['{"a": 1}', '{\n  "a": 1\n}\n'])
@pytest.mark.parametrize("before", ["", WARNED, "╷\n│ Warning: {x}\n╵\n\n"])
def test_a_document_is_read_behind_terraforms_warnings(before: str, document: str) -> None:
    assert read_json(before + document) == {"a": 1}


@pytest.mark.parametrize("output", ["", "Error: no state", WARNED])
def test_what_holds_no_document_is_a_value_error(output: str) -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        read_json(output)
