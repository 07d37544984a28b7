"""A comment that is rewritten, and an issue that opens and closes by itself: each found by its first line."""

from __future__ import annotations

from dataclasses import dataclass

from cli.github.api import GitHub

DRIFT_MARK = "<!-- groundwork drift {environment} -->"


@dataclass(frozen=True)
class Done:
    """The outcome of a note, and its address."""

    what: str
    url: str


def write_comment(github: GitHub, number: int, text: str) -> Done:
    """Put the text into the comment that begins with its first line; a new one where there is none."""
    mark = text.splitlines()[0]
    for comment in github.every(f"issues/{number}/comments"):
        if comment["body"].splitlines()[:1] == [mark]:
            if comment["body"].strip() == text.strip():
                return Done("unchanged", comment["html_url"])
            answer = github.ask("PATCH", f"issues/comments/{comment['id']}", {"body": text})
            return Done("rewritten", answer["html_url"])
    answer = github.ask("POST", f"issues/{number}/comments", {"body": text})
    return Done("written", answer["html_url"])


def tell_drift(github: GitHub, environment: str, differences: str) -> Done | None:
    """One open issue for an environment that is not what the code says; closed once it is again."""
    mark = DRIFT_MARK.format(environment=environment)
    body = f"{mark}\n{differences}\n"
    found = [
        issue
        for issue in github.every("issues?state=open&labels=drift")
        if "pull_request" not in issue and (issue["body"] or "").splitlines()[:1] == [mark]
    ]
    if not differences:
        for issue in found:
            github.ask("POST", f"issues/{issue['number']}/comments", {"body": "Everything is as the code says again."})
            github.ask("PATCH", f"issues/{issue['number']}", {"state": "closed", "state_reason": "completed"})
        return Done("closed", found[0]["html_url"]) if found else None
    if found:
        if found[0]["body"].strip() == body.strip():
            return Done("unchanged", found[0]["html_url"])
        answer = github.ask("PATCH", f"issues/{found[0]['number']}", {"body": body})
        return Done("rewritten", answer["html_url"])
    title = f"{environment} is not what the code says"
    answer = github.ask("POST", "issues", {"title": title, "body": body, "labels": ["drift"]})
    return Done("opened", answer["html_url"])
