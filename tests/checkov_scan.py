"""checkov over synthesized stacks, with the excuses that stand beside the resources."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from tests.synthesis import ROOT, Platform

CHECKOV = ROOT / ".venv-checkov/bin/checkov"


@dataclass(frozen=True, order=True)
class Finding:
    """One check that failed on one resource."""

    stack: str
    kind: str
    resource: str
    check: str
    title: str


@dataclass(frozen=True, order=True)
class Excuse:
    """Why one check does not apply to one resource."""

    stack: str
    kind: str
    resource: str
    check: str
    reason: str


def scan(platform: Platform) -> tuple[int, list[Finding]]:
    """How many checks passed, and what failed, excuses aside: one run over all stacks."""
    assert CHECKOV.exists(), "checkov is not installed: run `make .venv-checkov`"
    command = [str(CHECKOV), "--directory", str(platform.out), "--framework", "terraform_json", "--output", "json"]
    done = subprocess.run([*command, "--quiet", "--skip-download"], capture_output=True, text=True, timeout=300)
    report = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0, done.stderr
    files = {f"/stacks/{stack.name}/cdk.tf.json": stack for stack in platform}
    findings = []
    for failed in report["results"]["failed_checks"]:
        stack = files[failed["file_path"]]
        # Some of checkov's checks name a resource by its type, some by the word "resource"; ids are unique.
        resource = failed["resource"].split(".", 1)[1]
        (kind,) = [kind for kind, resources in stack.resources.items() if resource in resources]
        findings.append(Finding(stack.name, kind, resource, failed["check_id"], failed["check_name"]))
    return report["summary"]["passed"], sorted(findings)


def excuses(platform: Platform) -> list[Excuse]:
    """Every reason that modules/checkov.py has written into the stacks."""
    return sorted(
        Excuse(stack.name, kind, id_, check, reason)
        for stack in platform
        for kind, resources in stack.resources.items()
        for id_, resource in resources.items()
        for check, reason in resource["//"].get("checkov", {}).items()
    )


def unexcused(findings: list[Finding], given: list[Excuse]) -> list[Finding]:
    """What failed without a reason beside it."""
    excused = {(excuse.stack, excuse.resource, excuse.check) for excuse in given}
    return [finding for finding in findings if (finding.stack, finding.resource, finding.check) not in excused]


def idle(findings: list[Finding], given: list[Excuse]) -> list[Excuse]:
    """The excuses that no resource of their type needs in any environment."""
    needed = {(finding.kind, finding.check) for finding in findings}
    return [excuse for excuse in given if (excuse.kind, excuse.check) not in needed]


def by_check(findings: list[Finding]) -> str:
    """A line for each check and resource, the stacks beside it."""
    stacks: dict[str, list[str]] = {}
    for finding in findings:
        stacks.setdefault(f"{finding.check} {finding.kind} {finding.resource}: {finding.title}", []).append(
            finding.stack
        )
    return "\n".join(f"{what} ({', '.join(places)})" for what, places in sorted(stacks.items()))
