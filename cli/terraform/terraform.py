"""Terraform's command line, called in a stack's directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.errors import CommandError
from cli.terraform.interrupts import noted_signals

POLL_SECONDS = 0.1
QUIET = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
IMPORTS = "groundwork-imports.tf.json"
INIT = ("init", "-input=false", "-no-color")


def terraform(
    directory: Path, arguments: Sequence[str], environment: Mapping[str, str], *, output: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run to the end. A signal makes Terraform stop in good order, and this process end after it."""
    with noted_signals() as received:
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
        if received.first:
            raise CommandError("Interrupted; Terraform has stopped in good order.", exit_code=received.exit_code)
    return subprocess.CompletedProcess(process.args, process.returncode, text)


def apply_options(lock_timeout_seconds: int) -> list[str]:
    """Return the options of an apply that asks nobody."""
    return ["-auto-approve", "-input=false", "-no-color", f"-lock-timeout={lock_timeout_seconds}s"]


def forget_backend(directory: Path) -> None:
    """Let the next `init` take the code's backend without a question.

    The directories serve an account, the local AWS and Terraform Cloud in turn, and nothing is kept in them.
    `-reconfigure` does it for S3 alone.
    """
    (directory / ".terraform/terraform.tfstate").unlink(missing_ok=True)


def forget_lock_file(directory: Path) -> None:
    """Spare `init` the reading of the whole provider, to compare it, where that comes from a mirror on this disk.

    It is twice the work, and the version is exact without a lock file (stacks/platform_stack.py).
    """
    (directory / ".terraform.lock.hcl").unlink(missing_ok=True)


def forget_imports(directory: Path) -> None:
    """Remove the `import` blocks that `groundwork adopt` has put beside the code for one run."""
    (directory / IMPORTS).unlink(missing_ok=True)


def terraform_version(environment: Mapping[str, str] | None = None) -> str:
    """Return the version of the Terraform on this machine."""
    command = ["terraform", "version", "-json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return str(json.loads(done.stdout)["terraform_version"])


def initialize(directory: Path, environment: Mapping[str, str]) -> None:
    """`terraform init`, quiet unless it fails."""
    forget_backend(directory)
    done = terraform(directory, INIT, environment, output=subprocess.PIPE)
    if done.returncode != 0:
        raise CommandError(f"terraform init failed in {directory}\n{done.stdout}")
