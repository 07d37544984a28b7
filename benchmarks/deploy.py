"""Deploys of one environment on the embedded AWS, timed: with no change, with one service's change, and a destroy.

    .venv/bin/python -m benchmarks.deploy

The dev environment of tests/shop, deployed by the real Terraform and AWS provider. The processor time is that of
`groundwork`, Terraform and the provider; the embedded AWS has its own. It hardly depends on what else the machine does,
as the seconds on the clock do: the promises are for a quiet machine with two cores.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ROOT, Cost
from local_aws import launcher

ENVIRONMENT = "dev"
SERVICE = "service_configs/mailer.yaml"
AT_MOST = {"no change": 10.0, "one service": 25.0, "destroy": 90.0}


def cost_of_command(checkout: Path, environment: Mapping[str, str], *arguments: str) -> Cost:
    """Run a `groundwork` command to its end; it must end well."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(Path(sys.executable).with_name("groundwork")), *arguments]
    done = subprocess.run(
        command, cwd=checkout, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"groundwork {' '.join(arguments)} failed:\n{done.stdout}")
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(folder: Path) -> dict[str, Cost]:
    """Return what each deploy costs, in the order in which they are run."""
    checkout = folder / "checkout"
    shutil.copytree(ROOT / "tests/shop", checkout)
    for name in ("main.py", ".venv", "node_modules"):
        (checkout / name).symlink_to(ROOT / name)
    environment = launcher.start(directory=folder / "aws").environment(os.environ)
    try:
        found = {"first": cost_of_command(checkout, environment, "deploy", ENVIRONMENT)}
        found["no change"] = cost_of_command(checkout, environment, "deploy", ENVIRONMENT)
        service = checkout / SERVICE
        service.write_text(f"{service.read_text().rstrip()}\nmemory_mib: 1024\n")
        found["one service"] = cost_of_command(checkout, environment, "deploy", ENVIRONMENT)
        found["everything"] = cost_of_command(checkout, environment, "deploy", ENVIRONMENT, "--all")
        found["destroy"] = cost_of_command(checkout, environment, "destroy", ENVIRONMENT, "--yes")
        return found
    finally:
        launcher.stop(directory=folder / "aws")


def main() -> None:
    """Measure and print; 1 where a promise is not kept."""
    with TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print(f"deploys of {ENVIRONMENT} on the embedded AWS")
    for name, cost in found.items():
        promise = f", at most {AT_MOST[name]:.0f} s is promised" if name in AT_MOST else ""
        print(f"  {name:<12} {cost.wall:6.1f} s   (processor {cost.cpu:6.1f} s{promise})")
    sys.exit(any(found[name].wall > most for name, most in AT_MOST.items()))


if __name__ == "__main__":
    main()
