"""The problems that reading the files finds, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from config.source.document import Document
from config.source.node import Node
from config.source.problem import ConfigError, Problem


class ProblemCollector:
    """Collects problems; what is wrong in some environments only says in which."""

    def __init__(self) -> None:
        self._everywhere: set[Problem] = set()
        self._in_environments: dict[Problem, list[str]] = {}
        self._doubts: set[Problem] = set()

    def add(self, problems: Iterable[Problem], *, environment: str | None = None) -> None:
        """Note problems, found while `environment` was looked at."""
        for problem in problems:
            if environment is None:
                self._everywhere.add(problem)
            else:
                self._in_environments.setdefault(problem, []).append(environment)

    def take(self, document: Document) -> Node | None:
        """Note what a file's text is wrong about, and pass on what it says."""
        self._everywhere.update(document.problems)
        self._doubts.update(document.doubts)
        return document.node

    def raise_if_any(self, environments: Collection[str] = ()) -> None:
        """Raise everything at once."""
        if (error := self.error(environments)).problems:
            raise error

    def error(self, environments: Collection[str] = ()) -> ConfigError:
        """Everything so far, sorted by file and line; what is wrong in all `environments` does not name them."""
        problems = self._everywhere | {
            problem
            if set(found) == set(environments)
            else replace(problem, message=f"{problem.message} (in {', '.join(found)})")
            for problem, found in self._in_environments.items()
        }
        places = {(problem.file, problem.line) for problem in problems}
        problems |= {doubt for doubt in self._doubts if (doubt.file, doubt.line) not in places}
        return ConfigError(sorted(problems, key=lambda p: (str(p.file), p.line or 0, p.message)))
