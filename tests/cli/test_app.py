from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app as groundwork
from cli.deploy.plans import Plan
from cli.errors import CommandError
from cli.options import confirm
from cli.target import is_embedded
from cli.terraform.synthesized import SynthesizedStack
from config.source.problem import ConfigError, Problem

EVERY_COMMAND = ("bootstrap", "demo", "demo-down", "deploy", "destroy", "diff", "doctor", "drift", "unmanaged")


def raising(error: Exception) -> Callable[[], None]:
    def run() -> None:
        raise error

    return run


def test_help_lists_every_command() -> None:
    result = CliRunner().invoke(groundwork.app, ["--help"])
    assert result.exit_code == 0
    assert all(f" {command} " in result.output for command in EVERY_COMMAND)


def test_the_commands_are_imported_when_they_are_asked_for() -> None:
    program = "import sys, cli.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"boto3", "botocore", "httpx", "pydantic", "rich"} & set(loaded)
    sources = {place.source.partition(":")[0] for place in groundwork.COMMANDS.values()}
    assert not sources & set(loaded)


def test_a_misspelled_command_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(groundwork.app, ["deplyo"])
    assert result.exit_code == 2
    assert "Did you mean 'deploy'" in " ".join(result.output.split())


def test_bad_input_is_printed_whole_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = Problem(file=Path("environments/dev.yaml"), line=3, message="too small", fix="make it larger")
    monkeypatch.setattr(groundwork, "app", raising(ConfigError([problem])))
    with pytest.raises(SystemExit, match="2"):
        groundwork.main()
    assert capsys.readouterr().err == f"{problem}\n"


def test_synth_of_an_environment_that_is_not_there_is_bad_input_before_cdktf_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["groundwork", "synth", "nowhere"])
    with pytest.raises(SystemExit, match="2"):
        groundwork.main()
    assert capsys.readouterr().err.startswith("environments: there is no environment of this name\n  value: nowhere\n")


def test_a_command_that_cannot_go_on_says_why_and_ends_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(groundwork, "app", raising(CommandError("no bucket", exit_code=130)))
    with pytest.raises(SystemExit, match="130"):
        groundwork.main()
    assert capsys.readouterr().err == "no bucket\n"


def test_a_mistake_of_ours_is_one_line_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(groundwork, "ROOT", tmp_path)
    monkeypatch.setattr(groundwork, "app", raising(KeyError("surprise")))
    monkeypatch.delenv("GROUNDWORK_DEBUG", raising=False)
    with pytest.raises(SystemExit, match="1"):
        groundwork.main()
    [log] = (tmp_path / "build/logs").glob("*-crash.log")
    assert capsys.readouterr().err == f"groundwork failed: KeyError: 'surprise' (traceback: {log})\n"
    assert "Traceback" in log.read_text()


def test_with_groundwork_debug_the_traceback_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groundwork, "app", raising(KeyError("surprise")))
    monkeypatch.setenv("GROUNDWORK_DEBUG", "1")
    with pytest.raises(KeyError):
        groundwork.main()


def test_nobody_is_asked_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(CommandError, match="add --yes"):
        confirm("Destroy prod?", already=False)
    confirm("Destroy prod?", already=True)


@pytest.mark.parametrize(
    ("url", "embedded"),
    [("http://127.0.0.1:5000", True), ("https://vpce.example.com", False)],
)
def test_only_an_endpoint_on_this_machine_is_the_embedded_aws(url: str, embedded: bool) -> None:
    assert is_embedded({"AWS_ENDPOINT_URL": url}) is embedded
    assert not is_embedded({})


def test_a_plan_is_summed_up_in_a_line_and_one_for_each_resource() -> None:
    text = """
  # aws_vpc.vpc (network/vpc) will be updated in-place
  # aws_subnet.a must be replaced
Plan: 1 to add, 1 to change, 1 to destroy.
"""
    stack = SynthesizedStack(id="dev-network", dependencies=(), directory=Path())
    plan = Plan(stack, 2, text)
    assert plan.summary == "Plan: 1 to add, 1 to change, 1 to destroy."
    assert plan.changes == ["aws_vpc.vpc will be updated in-place", "aws_subnet.a must be replaced"]
    assert Plan(stack, 0, "No changes.").summary == "no changes"
