"""A disk that is full while Terraform works: its log is lost, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from rich.console import Console

from cli.deploy.applied import Applied
from cli.deploy.execution import Execution
from cli.terraform.display import display_for
from cli.terraform.progress import Progress
from cli.terraform.provider_mirror import TerraformSetup
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import terraform_version

FULL = Path("/dev/full")
"""Each write to it fails as on a full disk."""


def deploy(root: Path, command: str) -> tuple[Execution, int]:
    """Deploy two stacks of Terraform's own, one after the other, while the log of the whole cannot be written."""
    log = root / "run.log"
    log.symlink_to(FULL)
    stacks = []
    needs: tuple[str, ...] = ()
    for name in ("dev-first", "dev-second"):
        directory = root / name
        directory.mkdir()
        step = {"local-exec": {"command": command}}
        code = {"resource": {"terraform_data": {"x": {"input": name, "provisioner": [step]}}}}
        (directory / "cdk.tf.json").write_text(json.dumps(code))
        stacks.append(SynthesizedStack(name, needs, directory))
        needs = (name,)
    progress = Progress(stack.id for stack in stacks)
    setup = TerraformSetup(environment=dict(os.environ), skip_provider_lock=True, summary="")
    applied = Applied({}, {}, terraform_version())
    with (root / "screen").open("w") as screen:
        display = display_for(Console(file=screen), progress)
        execution = Execution("deploy", stacks, setup, progress, display, log, 0, screen.fileno(), None, applied)
        outcome = execution.run()
    return execution, len(outcome.done)


def test_the_deploy_goes_on_to_its_end(tmp_path: Path) -> None:
    _, done = deploy(tmp_path, "true")
    assert done == 2
    for name in ("dev-first", "dev-second"):
        state = json.loads((tmp_path / name / "terraform.tfstate").read_text())
        assert [resource["type"] for resource in state["resources"]] == ["terraform_data"]


def test_a_failure_keeps_its_reason(tmp_path: Path) -> None:
    execution, done = deploy(tmp_path, "exit 3")
    assert done == 0
    assert "exit status 3" in "\n".join(execution.progress.stacks["dev-first"].errors)
    assert not (tmp_path / "dev-second/terraform.tfstate").exists()


def test_where_terraform_could_give_no_reason_the_full_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.deploy.execution.FULL_BYTES", 1 << 62)
    execution, _ = deploy(tmp_path, "kill -9 $PPID")
    (told,) = execution.progress.stacks["dev-first"].errors
    assert told.startswith("Error: Terraform ended with signal 9, and the disk of ")
    assert told.endswith(" is full, so that its reason is not written anywhere.")
