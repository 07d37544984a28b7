"""What is said of a deploy that did not end well, whatever AWS answers by then."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from botocore.exceptions import BotoCoreError, EndpointConnectionError

from cli.deploy.failure import failure
from cli.errors import CommandError
from cli.session import Session
from cli.terraform.progress import Progress
from cli.terraform.synthesized import ERRORED, SynthesizedStack

LOST = EndpointConnectionError(endpoint_url="https://s3.eu-west-1.amazonaws.com/")


def session_that_raises(error: Exception) -> Session:
    def locks(_: object) -> None:
        raise error

    return cast(Session, SimpleNamespace(name="dev", store=SimpleNamespace(locks=locks), command=str))


@pytest.mark.parametrize(
    "error", [LOST, CommandError("Terraform Cloud cannot be reached"), ConnectionResetError("cut")]
)
@pytest.mark.parametrize("signal_code", [0, 130])
def test_what_terraform_said_is_never_hidden_by_what_cannot_be_asked(
    tmp_path: Path, error: BotoCoreError | Exception, signal_code: int
) -> None:
    stack = SynthesizedStack("dev-network", (), tmp_path)
    (tmp_path / ERRORED).write_text("{}")
    progress = Progress([stack.id])
    progress.read("dev-network  Error: creating EC2 VPC: VpcLimitExceeded")
    told = failure(session_that_raises(error), "deploy", signal_code, progress, tmp_path / "log", [stack], None)
    text = str(told)
    assert told.exit_code == (signal_code or 1)
    assert ("VpcLimitExceeded" in text) == (not signal_code)
    assert f"AWS could not be asked which states are locked, and what no state knows: {error}" in text
    assert "dev-network: the place of its state could not be reached." in text
    assert "errored.tfstate\n  Keep that file. The same command, run again from here, puts it where it belongs" in text
    assert "written its state" not in text, "it has not"
