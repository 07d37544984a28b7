"""One thing about a repository on GitHub that is not as the platform needs it, with its fix."""

from __future__ import annotations

from dataclasses import dataclass

from cli.errors import CommandError
from cli.github.api import TOKENS


@dataclass(frozen=True)
class Finding:
    """A message and its fix; `unknown` where the token may not ask, so that nothing is said to be wrong."""

    message: str
    fix: str
    unknown: bool = False

    def __str__(self) -> str:
        return f"{self.message}\n  fix: {self.fix}"


def unknown(error: CommandError, what: str) -> Finding:
    """Say that the token may not ask."""
    return Finding(
        f"not known, for this token may not ask: {what} ({error})",
        f"set GITHUB_TOKEN to one of an administrator of the repository, {TOKENS}",
        unknown=True,
    )
