"""GitHub's environments, and which branches may deploy to each.

A job in an environment no longer says from which branch it comes: this restriction alone keeps other branches out.
https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cli.github.api import ForbiddenError, GitHub, NotFoundError
from cli.github.finding import Finding, unknown

SETTINGS = "Settings → Environments"


def environment_findings(
    github: GitHub, branch: str, environments: Sequence[str], *, private: bool
) -> Iterator[Finding]:
    """List the environments that are missing, and those that another branch may deploy to."""
    missing = []
    for name in environments:
        try:
            found = github.ask("GET", f"environments/{name}")
        except NotFoundError:
            missing.append(name)
            continue
        except ForbiddenError as error:
            yield unknown(error, f"the environment {name}")
            continue
        if not _restricted(github, found, branch):
            yield Finding(
                f"other branches than {branch} may deploy to {name}: whoever may push one deploys it",
                f"{SETTINGS} → {name} → Deployment branches: *Selected branches*, and {branch} alone",
            )
    if missing:
        on_free = (
            "; on GitHub Free a private repository has none: write `github_environments: false` under `delivery:` in "
            "environments/shared.yaml"
        )
        yield Finding(
            f"there is no environment {', '.join(missing)}",
            f"{SETTINGS}: make each, with *Deployment branches* restricted to {branch}{on_free if private else ''}",
        )


def _restricted(github: GitHub, environment: dict[str, Any], branch: str) -> bool:
    policy = environment.get("deployment_branch_policy")
    if not policy:
        return False
    if policy["protected_branches"]:
        return [found["name"] for found in github.every("branches?protected=true")] == [branch]
    answer = github.ask("GET", f"environments/{environment['name']}/deployment-branch-policies")
    return [(found["name"], found.get("type", "branch")) for found in answer["branch_policies"]] == [(branch, "branch")]
