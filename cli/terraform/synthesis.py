"""The run of the program that writes a stack's Terraform code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from cli.errors import CommandError, UsageError
from cli.terraform.synthesized import ERRORED, OUTPUT, SynthesizedApp, read_program

SILENT_S = 5


def _output(process: subprocess.Popen[str], environment: str) -> str:
    """Wait for the end of the program, and say every few seconds what is waited for."""
    began = time.monotonic()
    try:
        while True:
            try:
                return process.communicate(timeout=SILENT_S)[0]
            except subprocess.TimeoutExpired:
                waited = round(time.monotonic() - began)
                print(f"synthesizing {environment} … {waited} s", file=sys.stderr, flush=True)
    except BaseException:
        process.kill()
        raise


def synthesize(root: Path, environment: str, environ: Mapping[str, str]) -> SynthesizedApp:
    """Run the program for one environment. What is wrong with its input comes out on stderr by itself."""
    with subprocess.Popen(
        [sys.executable, "main.py"],
        cwd=root,
        env={**environ, "GROUNDWORK_ENVIRONMENT": environment, "CDKTF_OUTDIR": str(root / OUTPUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = _output(process, environment)
    if process.returncode != 0:
        raise CommandError(said.strip() or "main.py failed", exit_code=process.returncode)
    program = read_program(root, environment)
    if not program.stacks:
        raise UsageError(f"the program has no stacks for {environment}")
    remove_left_over(root)
    return program


def remove_left_over(root: Path) -> None:
    """Drop the directories of stacks that have left the program, as `cdktf synth` does, but one with a state in it."""
    manifest = json.loads((root / OUTPUT / "manifest.json").read_text())
    kept = {(root / OUTPUT / entry["workingDirectory"]).name for entry in manifest["stacks"].values()}
    for directory in (root / OUTPUT / "stacks").iterdir():
        if directory.name not in kept and not (directory / ERRORED).exists():
            shutil.rmtree(directory)
