"""A release made from a service's own repository: dev at once, the next environment as a pull request.

Through GitHub's API, for a product repository holds no clone of this one that it could push.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.github.api import GitHub, NotFoundError, RefusedError
from config.loader.release_place import ReleasePlace, release_place
from config.loader.release_text import released, releases_in
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
    place, text, sha = _found(github, environment, service, branch)
    if releases_in(text, file=place.file).get(place.key) == tag:
        return Released(environment, "unchanged", "")
    try:
        answer = _put(github, place, _changed(place, text, tag), sha, branch, service, tag, environment)
    except RefusedError:
        return _ask(github, environment, service, tag, branch)
    return Released(environment, "released", answer["commit"]["html_url"])


def _ask(github: GitHub, environment: str, service: str, tag: str, branch: str) -> Released:
    """One pull request for a service and an environment, brought up to date by each release."""
    place, text, sha = _found(github, environment, service, branch)
    if releases_in(text, file=place.file).get(place.key) == tag:
        return Released(environment, "unchanged", "")
    asking = f"release/{environment}-{service}"
    head = github.ask("GET", f"git/ref/heads/{branch}")["object"]["sha"]
    try:
        github.ask("PATCH", f"git/refs/heads/{asking}", {"sha": head, "force": True})
    except (NotFoundError, RefusedError):
        github.ask("POST", "git/refs", {"ref": f"refs/heads/{asking}", "sha": head})
    _put(github, place, _changed(place, text, tag), sha, asking, service, tag, environment)
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


def _found(github: GitHub, environment: str, service: str, branch: str) -> tuple[ReleasePlace, str, str | None]:
    """Return where the release stands on the branch: in the file of all services, if there is one."""
    former = release_place(environment, service, former=True)
    text, sha = _read(github, former.file.as_posix(), branch)
    if sha:
        return former, text, sha
    place = release_place(environment, service)
    return place, *_read(github, place.file.as_posix(), branch)


def _changed(place: ReleasePlace, text: str, tag: str) -> str:
    check_tag(place, tag)
    return released(text, place, tag)


def _put(
    github: GitHub,
    place: ReleasePlace,
    text: str,
    sha: str | None,
    branch: str,
    service: str,
    tag: str,
    environment: str,
) -> Any:
    body = {
        "message": f"Release {service} {tag} to {environment}",
        "content": base64.b64encode(text.encode()).decode(),
        "branch": branch,
        **({"sha": sha} if sha else {}),
    }
    return github.ask("PUT", f"contents/{place.file.as_posix()}", body)
