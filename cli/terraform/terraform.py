"""Terraform's command line, called in a stack's directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.terraform.interrupts import Received, noted_signals
from cli.terraform.provider_mirror import TerraformSetup

POLL_SECONDS = 0.1
QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
ASKS = "Do you really want to destroy"
"""The beginning of the question of a destroy whose plan is made."""
MAY_ASK = {"TF_INPUT": "true"}
"""Else a variable of the user's own could forbid what `-input=true` allows."""
IMPORTS = "groundwork-imports.tf.json"
INIT = ("init", "-input=false", "-no-color")


def terraform(
    directory: Path, arguments: Sequence[str], environment: Mapping[str, str], *, output: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end. A signal makes Terraform stop in good order, and this process end after it."""
    with noted_signals() as received:
        return terraform_until(received, directory, arguments, environment, output=output)


def terraform_until(
    received: Received,
    directory: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    output: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run to the end, in any thread, or until a signal is received: Terraform then stops in good order.

    Only the main thread can note signals, so it does, for all that run side by side.
    """
    refuse_interrupted(received)
    process = subprocess.Popen(
        ["terraform", *arguments],
        cwd=directory,
        env={**environment, **QUIET},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        text=True,
        start_new_session=True,
    )
    told = False
    while True:
        try:
            text = process.communicate(timeout=POLL_SECONDS)[0] or ""
            break
        except subprocess.TimeoutExpired:
            if received.first and not told:
                os.kill(process.pid, signal.SIGINT)
                told = True
    refuse_interrupted(received)
    return subprocess.CompletedProcess(process.args, process.returncode, text)


def refuse_interrupted(received: Received) -> None:
    """Raise CommandError, with the signal's exit code, once a signal has come."""
    if received.first:
        raise CommandError("Interrupted; Terraform has stopped in good order.", exit_code=received.exit_code)


def apply_options(lock_timeout_seconds: int) -> list[str]:
    """Return the options of an apply that asks nobody."""
    return ["-auto-approve", "-input=false", "-no-color", f"-lock-timeout={lock_timeout_seconds}s"]


def asked_options(lock_timeout_seconds: int) -> list[str]:
    """Return the options of an apply that asks, when its plan is made, whether to go on."""
    return ["-input=true", "-no-color", f"-lock-timeout={lock_timeout_seconds}s"]


def forget_initialization(directory: Path, setup: TerraformSetup) -> None:
    """Let the next `init` take the code's backend without a question, and spare it a comparison of the provider.

    The directories serve an account, the local AWS and Terraform Cloud in turn, and nothing is kept in them;
    `-reconfigure` forgets the backend for S3 alone. Where the provider comes from a mirror on this disk, to compare it
    with a lock file is twice the work, and the version is exact without one (stacks/platform_stack.py).
    """
    (directory / ".terraform/terraform.tfstate").unlink(missing_ok=True)
    if setup.skip_provider_lock:
        (directory / ".terraform.lock.hcl").unlink(missing_ok=True)


def forget_imports(directory: Path) -> None:
    """Remove the `import` blocks that `groundwork adopt` has put beside the code for one run."""
    (directory / IMPORTS).unlink(missing_ok=True)


def terraform_version(environment: Mapping[str, str] | None = None) -> str:
    """Return the version of the Terraform on this machine."""
    command = ["terraform", "version", "-json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return str(json.loads(done.stdout)["terraform_version"])


def read_json(output: str) -> Any:
    """Return the JSON object that Terraform has printed; its warnings about the user's own settings may precede it.

    ValueError where there is none.
    """
    return json.loads(output if output.startswith("{") else output[output.find("\n{") + 1 :])


def initialize(directory: Path, setup: TerraformSetup, *, received: Received | None = None) -> None:
    """`terraform init`, quiet unless it fails. `received` are the signals that are noted already, if they are."""
    forget_initialization(directory, setup)
    with noted_signals() if received is None else nullcontext(received) as signals:
        done = terraform_until(signals, directory, INIT, setup.environment, output=subprocess.PIPE)
    if done.returncode != 0:
        raise CommandError(f"terraform init failed in {directory}\n{done.stdout}")
