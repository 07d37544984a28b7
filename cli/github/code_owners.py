"""The file CODEOWNERS: whose approval GitHub asks for before a path changes, and the lines that a platform needs.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.loader.release_place import RELEASES, former_file

LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""In GitHub's order: the first that exists is read, and no other."""
OF_THE_GATE = (".github/CODEOWNERS", ".github/workflows/deploy.yml", "environments/shared.yaml")
"""Files by which the gate itself would be taken away."""
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Rule:
    """One line: a pattern, and who owns what it matches; nobody, where no owner stands there."""

    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Compare as .gitignore does: without a slash inside at any depth, a folder with all that is in it."""
        pattern = self.pattern.rstrip("/")
        anchored = "/" in pattern
        parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("/"))
        regex = "".join(_WILDCARDS.get(part, re.escape(part)) for part in parts)
        # `docs/*` means the files right in there; any other pattern takes folders along.
        below = "" if pattern.endswith("/*") else "(?:/.*)?"
        if self.pattern.endswith("/"):
            below = "/.*"
        return re.fullmatch(("" if anchored else "(?:.*/)?") + regex + below, path) is not None


def read_rules(text: str) -> list[Rule]:
    """Read every line that is no comment."""
    lines = (line.partition(" #")[0].split() for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [Rule(words[0], tuple(words[1:])) for words in lines if words]


def owners_of(path: str, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return who must approve a change of the path: the last line that matches decides."""
    found: tuple[str, ...] = ()
    for rule in rules:
        if rule.matches(path):
            found = rule.owners
    return found


def gated_paths(environments: Iterable[str]) -> list[str]:
    """List the files that decide what these environments run, and those that the gate consists of."""
    of_environments = [
        path
        for name in environments
        # The former file, too: whoever could write it would release without being asked.
        for path in (f"{RELEASES}/{name}/", str(former_file(name)), f"environments/{name}.yaml")
    ]
    return [*of_environments, *OF_THE_GATE]


def lines_for(paths: Sequence[str], owner: str) -> list[str]:
    """Write the lines that give these paths an owner."""
    width = max((len(path) for path in paths), default=0) + 1
    return [f"/{path:<{width}}{owner}" for path in paths]
