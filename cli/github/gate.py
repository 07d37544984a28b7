"""`groundwork doctor github`: what of the gate before production is not set up on GitHub, each with its fix."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from cli.github.actions_settings import actions_findings, subject_findings
from cli.github.api import ForbiddenError, GitHub, NotFoundError
from cli.github.branch_rules import BranchRules
from cli.github.code_owners import LOCATIONS, gated_paths, lines_for, owners_of, read_rules
from cli.github.deployment_branches import environment_findings
from cli.github.finding import Finding, unknown
from config.models.delivery import Delivery
from config.models.environment.shared import SHARED

SHARED_FILE = "environments/shared.yaml"


@dataclass(frozen=True)
class Gate:
    """A repository on GitHub as it is, to be compared with what the delivery settings say of it."""

    github: GitHub
    delivery: Delivery
    environments: Sequence[str]
    """In the order in which a release goes through them."""
    root: Path

    def findings(self) -> list[Finding]:
        """Ask for everything, and list what is missing."""
        branch = self.delivery.branch
        environments = (SHARED, *self.environments) if self.delivery.github_environments else ()
        return [
            *self._branch(),
            *self._code_owners(),
            *environment_findings(self.github, branch, environments, private=self.is_private),
            *subject_findings(self.github, self.delivery),
            *actions_findings(self.github, self.root),
        ]

    @cached_property
    def repository(self) -> dict[str, Any]:
        """The repository as GitHub describes it."""
        found: dict[str, Any] = self.github.ask("GET", "")
        return found

    @property
    def is_private(self) -> bool:
        """Return whether the plan decides what the repository can have: a public one has everything."""
        return bool(self.repository["private"])

    @property
    def gated(self) -> tuple[str, ...]:
        """The environments whose files code owners approve."""
        return self.delivery.gated(self.environments)

    def _branch(self) -> Iterator[Finding]:
        branch, default = self.delivery.branch, self.repository["default_branch"]
        if default != branch:
            yield Finding(
                f"the default branch is {default}, and deliveries are made from {branch}",
                f"write `branch: {default}` under `delivery:` in {SHARED_FILE}, or change the default branch",
            )
        gated = ", ".join(self.gated) or "any environment"
        try:
            rules = BranchRules.read(self.github, branch)
        except ForbiddenError as error:
            if self.is_private and "pgrade" in str(error):  # GitHub's words: Upgrade to GitHub Pro or make it public
                yield Finding(
                    f"GitHub protects no branch of a private repository on this plan: whoever may push to {branch} "
                    f"deploys {gated}",
                    "take GitHub Team or Enterprise for the organization; until then let few people push",
                )
            else:
                yield unknown(error, f"how {branch} is protected")
            return
        yield from rules.findings(branch, gated, self._checks())

    def _checks(self) -> list[str]:
        """Read the names under which GitHub knows the jobs of check.yml."""
        jobs = yaml.safe_load((self.root / ".github/workflows/check.yml").read_text())["jobs"]
        return [job.get("name", key) for key, job in jobs.items()]

    def _code_owners(self) -> Iterator[Finding]:
        place, text = self._code_owners_file()
        rules = read_rules(text)
        missing = [path for path in gated_paths(self.gated) if not owners_of(path, rules)]
        if missing:
            owner = next((rule.owners[0] for rule in rules if rule.owners), None)
            lines = lines_for(missing, owner or f"@{self.delivery.repository.partition('/')[0]}/YOUR-TEAM")
            yield Finding(
                f"{place or LOCATIONS[0]} on {self.delivery.branch} names no owner of {', '.join(missing)}",
                "\n".join([f"add to {place or LOCATIONS[0]}, at its end:", *(f"    {line}" for line in lines)]),
            )
        if place is None:
            return
        for error in self.github.ask("GET", f"codeowners/errors?ref={self.delivery.branch}")["errors"]:
            yield Finding(
                f"{error['path']}:{error['line']}: GitHub ignores this line: {error['kind']}",
                str(error.get("suggestion") or "name users or teams that may write to the repository"),
            )

    def _code_owners_file(self) -> tuple[str | None, str]:
        for place in LOCATIONS:
            try:
                found = self.github.ask("GET", f"contents/{place}?ref={self.delivery.branch}")
            except NotFoundError:
                continue
            return place, base64.b64decode(found["content"]).decode()
        return None, ""
