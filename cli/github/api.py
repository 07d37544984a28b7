"""GitHub's REST API, as a workflow reaches it: by the token and the addresses that its runner sets.

https://docs.github.com/en/rest
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.errors import CommandError, UsageError

TIMEOUT_S = 30
PAGE = 100
TOKENS = "which github.com makes under Settings → Developer settings → Fine-grained tokens"


class NotFoundError(CommandError):
    """GitHub knows nothing of this name, or does not show it to whoever asks."""


class ForbiddenError(CommandError):
    """GitHub does not let whoever asks see it, or the plan does not have it."""


class RefusedError(CommandError):
    """GitHub does not take it: a protected branch, or a name that is not there."""


@dataclass(frozen=True)
class GitHub:
    """One repository, and who asks."""

    url: str
    repository: str
    token: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> GitHub:
        """Read the three variables that a runner sets; by hand they are set likewise."""
        token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
        # A runner lets nobody change what begins with GITHUB_, and a service's workflow asks another repository.
        repository = environ.get("PLATFORM_REPOSITORY") or environ.get("GITHUB_REPOSITORY")
        if not token or not repository:
            missing = "GITHUB_TOKEN" if not token else "GITHUB_REPOSITORY"
            raise UsageError(
                f"{missing} is not set, so GitHub cannot be asked",
                fix=f"export GITHUB_REPOSITORY=OWNER/REPOSITORY GITHUB_TOKEN=TOKEN, {TOKENS}",
            )
        return cls(environ.get("GITHUB_API_URL", "https://api.github.com"), repository, token)

    @classmethod
    def of(cls, repository: str, environ: Mapping[str, str] = os.environ) -> GitHub:
        """Ask about this repository, whatever a runner says."""
        return cls.from_environment({**environ, "PLATFORM_REPOSITORY": repository})

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request below the repository; what GitHub refuses is one message."""
        request = urllib.request.Request(  # noqa: S310  the scheme is checked below
            f"{self.url}/repos/{self.repository}/{path}".rstrip("/"),
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        if not self.url.startswith(("https://", "http://127.0.0.1:")):
            raise UsageError(f"GITHUB_API_URL is {self.url}", fix="an address with https://")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            kind = {403: ForbiddenError, 404: NotFoundError, 409: RefusedError, 422: RefusedError}.get(
                error.code, CommandError
            )
            raise kind(f"GitHub refuses {method} {path}: {error.code} {_message(error)}") from error
        except (urllib.error.URLError, TimeoutError) as error:
            raise CommandError(f"GitHub does not answer {method} {path}: {error}") from error

    def every(self, path: str) -> Iterator[dict[str, Any]]:
        """All pages of a list."""
        for page in range(1, 1 + PAGE):
            mark = "&" if "?" in path else "?"
            found = self.ask("GET", f"{path}{mark}per_page={PAGE}&page={page}")
            yield from found
            if len(found) < PAGE:
                return


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return error.reason
