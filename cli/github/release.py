"""A release made from a service's own repository: dev at once, the next environment as a pull request.

Through GitHub's API, for a product repository holds no clone of this one that it could push.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.github.api import GitHub, NotFoundError, RefusedError
from cli.services.release import releases_file
from config.loader.release_text import HEADING, releases_in, with_release
from config.loader.releases import check_tag


@dataclass(frozen=True)
class Released:
    """The outcome of a release in one environment."""

    environment: str
    what: str
    url: str


def release_everywhere(
    github: GitHub, service: str, tag: str, environments: Sequence[str], *, branch: str = "main"
) -> list[Released]:
    """Write the tag for the first environment, and ask in a pull request for each that comes after it in turn.

    Only the next one is asked for: the one after it follows once that is merged, by `--from` of its release.
    """
    first, *later = environments
    done = [_write(github, first, service, tag, branch)]
    return done + [_ask(github, name, service, tag, branch) for name in later[:1]]


def _write(github: GitHub, environment: str, service: str, tag: str, branch: str) -> Released:
    """On the branch itself; where it is protected, in a pull request."""
    path = releases_file(environment).as_posix()
    text, sha = _read(github, path, branch)
    if releases_in(text, file=releases_file(environment)).get(service) == tag:
        return Released(environment, "unchanged", "")
    try:
        answer = _put(github, path, _changed(environment, text, service, tag), sha, branch, service, tag, environment)
    except RefusedError:
        return _ask(github, environment, service, tag, branch)
    return Released(environment, "released", answer["commit"]["html_url"])


def _ask(github: GitHub, environment: str, service: str, tag: str, branch: str) -> Released:
    """One pull request for a service and an environment, brought up to date by each release."""
    path = releases_file(environment).as_posix()
    text, sha = _read(github, path, branch)
    if releases_in(text, file=releases_file(environment)).get(service) == tag:
        return Released(environment, "unchanged", "")
    asking = f"release/{environment}-{service}"
    head = github.ask("GET", f"git/ref/heads/{branch}")["object"]["sha"]
    try:
        github.ask("PATCH", f"git/refs/heads/{asking}", {"sha": head, "force": True})
    except (NotFoundError, RefusedError):
        github.ask("POST", "git/refs", {"ref": f"refs/heads/{asking}", "sha": head})
    _put(github, path, _changed(environment, text, service, tag), sha, asking, service, tag, environment)
    title = f"Promote {service} {tag} to {environment}"
    body = f"{service} {tag} runs in {environment} once this is merged. To roll back, revert it."
    owner = github.repository.partition("/")[0]
    for pull in github.every(f"pulls?state=open&head={owner}:{asking}&base={branch}"):
        github.ask("PATCH", f"pulls/{pull['number']}", {"title": title, "body": body})
        return Released(environment, "asked again", pull["html_url"])
    pull = github.ask("POST", "pulls", {"title": title, "body": body, "head": asking, "base": branch})
    return Released(environment, "asked", pull["html_url"])


def _read(github: GitHub, path: str, branch: str) -> tuple[str, str | None]:
    """Return the file on the branch, and what names this version of it; nothing where there is none."""
    try:
        answer = github.ask("GET", f"contents/{path}?ref={branch}")
    except NotFoundError:
        return "", None
    return base64.b64decode(answer["content"]).decode(), answer["sha"]


def _changed(environment: str, text: str, service: str, tag: str) -> str:
    file = releases_file(environment)
    check_tag(file, service, tag)
    return with_release(text or HEADING.format(environment=environment), service, tag, file=file)


def _put(
    github: GitHub, path: str, text: str, sha: str | None, branch: str, service: str, tag: str, environment: str
) -> Any:
    body = {
        "message": f"Release {service} {tag} to {environment}",
        "content": base64.b64encode(text.encode()).decode(),
        "branch": branch,
        **({"sha": sha} if sha else {}),
    }
    return github.ask("PUT", f"contents/{path}", body)
