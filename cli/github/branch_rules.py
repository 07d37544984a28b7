"""The protection of a branch on GitHub, be it by rulesets or by a classic branch protection rule.

https://docs.github.com/en/rest/repos/rules and https://docs.github.com/en/rest/branches/branch-protection
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cli.github.api import ForbiddenError, GitHub, NotFoundError
from cli.github.finding import Finding

RULESETS = "Settings → Rules → Rulesets"


@dataclass(frozen=True)
class BranchRules:
    """The demands on a change of a branch."""

    pull_request: bool
    code_owners: bool
    checks: frozenset[str]
    administrators_exempt: bool

    @classmethod
    def read(cls, github: GitHub, branch: str) -> BranchRules:
        """Ask for both kinds; what either demands is demanded. Raises ForbiddenError where the plan has neither."""
        found = list(github.every(f"rules/branches/{branch}"))
        reviews = [rule.get("parameters", {}) for rule in found if rule["type"] == "pull_request"]
        required = [rule["parameters"] for rule in found if rule["type"] == "required_status_checks"]
        checks = {check["context"] for parameters in required for check in parameters["required_status_checks"]}
        by_ruleset = any(review.get("require_code_owner_review") for review in reviews)
        classic = _classic(github, branch, may_be_closed=bool(found))
        review = classic.get("required_pull_request_reviews")
        status = classic.get("required_status_checks") or {}
        checks |= {*status.get("contexts", []), *(check["context"] for check in status.get("checks", []))}
        by_classic = bool(review and review.get("require_code_owner_reviews"))
        return cls(
            pull_request=bool(reviews) or review is not None,
            code_owners=by_ruleset or by_classic,
            checks=frozenset(checks),
            administrators_exempt=by_classic and not by_ruleset and not classic["enforce_admins"]["enabled"],
        )

    def findings(self, branch: str, gated: str, checks: Sequence[str]) -> Iterator[Finding]:
        """List what is not demanded, and should be."""
        if not self.pull_request:
            yield Finding(
                f"{branch} takes pushes without a pull request: whoever may push to it deploys {gated}",
                f"{RULESETS}: a ruleset for {branch} with *Require a pull request before merging*",
            )
        if not self.code_owners:
            yield Finding(
                f"{branch} takes changes that no code owner has approved: nobody has to approve {gated}",
                f"{RULESETS}: in the rule about pull requests, *Require review from Code Owners*",
            )
        if missing := [name for name in checks if name not in self.checks]:
            yield Finding(
                f"{branch} takes changes without these checks: {'; '.join(missing)}",
                f"{RULESETS}: *Require status checks to pass*, each by this name",
            )
        if self.administrators_exempt:
            yield Finding(
                f"administrators of the repository are exempt from the protection of {branch}",
                "Settings → Branches: *Do not allow bypassing the above settings*",
            )


def _classic(github: GitHub, branch: str, *, may_be_closed: bool) -> dict[str, Any]:
    """Only administrators see it, and rulesets are enough without it."""
    try:
        found: dict[str, Any] = github.ask("GET", f"branches/{branch}/protection")
    except NotFoundError:
        return {}
    except ForbiddenError:
        if may_be_closed:
            return {}
        raise
    return found
