"""Number of managed resources that Terraform Cloud would count, from the code alone.

The free plan ends at 500, and every other plan is paid by the resource and hour:
https://developer.hashicorp.com/terraform/cloud-docs/overview
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from config.models.terraform_cloud import TerraformCloud

FREE = 500
NOT_COUNTED = frozenset({"terraform_data", "null_resource"})
"""https://developer.hashicorp.com/terraform/cloud-docs/overview/estimate-hcp-terraform-cost"""
OUTPUT = Path("build/resource-count")


@dataclass(frozen=True)
class Count:
    """The managed resources of one place in an organization."""

    place: str
    stacks: int
    resources: int


def in_code(code: Mapping[str, Any]) -> int:
    """Return the managed resources of one stack."""
    return sum(
        entry.get("count", 1) if isinstance(entry.get("count", 1), int) else 1
        for kind, entries in code.get("resource", {}).items()
        if kind not in NOT_COUNTED
        for entry in entries.values()
    )


def count_all(root: Path, cloud: TerraformCloud) -> list[Count]:
    """Count the resources of each environment, and of the shared stacks, in this organization, by a synth of all."""
    (root / OUTPUT).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "main.py"],
        cwd=root,
        # As for an account: nothing that is deployed to the embedded AWS goes to Terraform Cloud.
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")},
            "GROUNDWORK_ENVIRONMENT": "",
            "CDKTF_OUTDIR": str(root / OUTPUT),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CommandError(done.stdout.strip() or "main.py failed", exit_code=done.returncode)
    return list(count_in(root / OUTPUT, cloud))


def count_in(output: Path, cloud: TerraformCloud) -> Iterator[Count]:
    """Yield the counts of a synthesized program, of the stacks in this organization."""
    found: dict[str, list[int]] = {}
    manifest = json.loads((output / "manifest.json").read_text())
    for entry in manifest["stacks"].values():
        code = json.loads((output / entry["synthesizedStackPath"]).read_text())
        block = code["terraform"].get("cloud", {})
        if (block.get("organization"), block.get("hostname")) == (cloud.organization, cloud.hostname):
            found.setdefault(entry["name"].partition("-")[0], []).append(in_code(code))
    for place, resources in sorted(found.items()):
        yield Count(place, len(resources), sum(resources))


def describe(counts: Iterable[Count], cloud: TerraformCloud) -> list[str]:
    """Return the counts in words, and what they mean for the plan."""
    counts = list(counts)
    total = sum(count.resources for count in counts)
    each = ", ".join(f"{count.place} {count.resources} in {count.stacks} stacks" for count in counts)
    lines = [f"Terraform Cloud: {total} managed resources in organization {cloud.organization} ({each})."]
    if total > FREE:
        lines.append(
            f"  The free plan ends at {FREE}. Choose a paid one, which counts each resource by the hour, or keep some "
            "environments in S3 (`terraform_cloud: null` in their files)."
        )
    else:
        lines.append(f"  The free plan ends at {FREE}: {FREE - total} are left, about 20 for each further service.")
    return lines
