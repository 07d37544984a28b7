"""The settings of GitHub Actions in a repository: what may run, with which rights, and how its tokens name it.

https://docs.github.com/en/rest/actions/permissions and https://docs.github.com/en/rest/actions/oidc
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from cli.github.api import ForbiddenError, GitHub, NotFoundError
from cli.github.finding import Finding, unknown
from config.models.delivery import Delivery

SETTINGS = "Settings → Actions → General"
OF_GITHUB = ("actions/", "github/")
_USES = re.compile(r"uses:\s*([\w.-]+/[\w.-]+)[^@\s]*@([0-9a-f]{40})")


def subject_findings(github: GitHub, delivery: Delivery) -> Iterator[Finding]:
    """Compare the subject of the repository's tokens with the one that AWS trusts."""
    try:
        found = github.ask("GET", "actions/oidc/customization/sub")
    except (ForbiddenError, NotFoundError) as error:
        yield unknown(error, "how the tokens of its workflows name it")
        return
    prefix = found.get("sub_claim_prefix")
    if prefix and prefix != delivery.prefix:
        yield Finding(
            f"the tokens of its workflows begin with {prefix}, and AWS gives its roles to {delivery.prefix} alone",
            f"write `subject_prefix: {prefix}` under `delivery:` in environments/shared.yaml, and deploy the stack "
            "delivery of each environment",
        )
    if not prefix and not delivery.subject_prefix:
        yield Finding(
            "not known: whether the tokens of its workflows name it with ids, as those of every newer repository do",
            "compare it with `sub` in the token of a run, which CloudTrail shows with AssumeRoleWithWebIdentity",
            unknown=True,
        )
    if found.get("include_claim_keys") and not found.get("use_default", True):
        keys = ", ".join(found["include_claim_keys"])
        yield Finding(
            f"the subject of its tokens is customized ({keys}), and AWS trusts the default one",
            f"curl -X PUT {github.url}/repos/{delivery.repository}/actions/oidc/customization/sub "
            """-H "Authorization: Bearer $GITHUB_TOKEN" -d '{"use_default": true}', with *write* for Actions""",
        )


def actions_findings(github: GitHub, root: Path) -> Iterator[Finding]:
    """List what keeps the workflows from running, and what gives them more than they need."""
    try:
        permissions = github.ask("GET", "actions/permissions")
        workflow = github.ask("GET", "actions/permissions/workflow")
        chosen = (
            github.ask("GET", "actions/permissions/selected-actions")
            if permissions.get("allowed_actions") == "selected"
            else None
        )
    except (ForbiddenError, NotFoundError) as error:
        yield unknown(error, "what its workflows may do")
        return
    if not permissions["enabled"]:
        yield Finding("GitHub Actions are switched off", f"{SETTINGS}: allow them")
        return
    allowed = permissions.get("allowed_actions", "all")
    foreign = sorted({name for name in used_actions(root) if allowed == "local_only" or not _may_run(name, chosen)})
    if foreign:
        yield Finding(
            f"the workflows use actions that may not run: {', '.join(foreign)}",
            f"{SETTINGS}: allow {', '.join(f'{name}@*' for name in foreign)}",
        )
    if workflow.get("can_approve_pull_request_reviews"):
        yield Finding(
            "workflows may approve pull requests: a workflow can stand in for a reviewer",
            f"{SETTINGS}: clear *Allow GitHub Actions to create and approve pull requests*",
        )
    if workflow.get("default_workflow_permissions") != "read":
        yield Finding(
            "a workflow that names no permissions may write to the repository",
            f"{SETTINGS} → Workflow permissions: *Read repository contents and packages permissions*",
        )


def used_actions(root: Path) -> set[str]:
    """Find the actions of others in the workflows and in our own actions."""
    files = [*(root / ".github").rglob("*.yml"), *(root / ".github").rglob("*.yaml")]
    return {match[1] for file in files for match in _USES.finditer(file.read_text())}


def _may_run(action: str, chosen: dict[str, object] | None) -> bool:
    """Apply the choice of single actions, which GitHub's own and wildcards may be part of."""
    if chosen is None:
        return True
    if chosen.get("github_owned_allowed") and action.startswith(OF_GITHUB):
        return True
    patterns = chosen.get("patterns_allowed") or []
    return any(fnmatchcase(f"{action}@x", str(pattern)) for pattern in patterns)  # type: ignore[attr-defined]
