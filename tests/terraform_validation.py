"""What the real Terraform and provider say of a configuration that nothing is applied from."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from cli.terraform.provider_mirror import prepare_terraform

Diagnostics = list[dict[str, Any]]


def terraform(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of Terraform, which finds the provider as everywhere here."""
    environment = {**prepare_terraform(directory, os.environ).environment, "CHECKPOINT_DISABLE": "1"}
    return subprocess.run(["terraform", *arguments], cwd=directory, env=environment, capture_output=True, text=True)


def initialize(directory: Path) -> None:
    """Have Terraform find the modules and providers of a directory."""
    done = terraform(directory, "init", "-backend=false", "-input=false")
    assert done.returncode == 0, done.stdout + done.stderr


def validate(directory: Path) -> Diagnostics:
    """Errors and warnings of a directory that is initialized."""
    found: Diagnostics = json.loads(terraform(directory, "validate", "-json").stdout)["diagnostics"]
    # Every stack has its own backend; as a module of something it would not use it.
    return [diagnostic for diagnostic in found if diagnostic["summary"] != "Backend configuration ignored"]


def provider_says(directory: Path) -> Diagnostics:
    """Errors and warnings of a directory."""
    initialize(directory)
    return validate(directory)
