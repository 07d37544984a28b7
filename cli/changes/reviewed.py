"""The reviewed plan: what a pull request's plan said, kept without values, to be compared with what is applied.

Each change is kept as a digest of its address, its action and the arguments that differ; secrets are no part of it.
What is applied may be less, since some of it is done already, and never something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cli.changes.plan_document import Change
from cli.changes.planning import RawPlan
from cli.errors import CommandError, UsageError

DIGEST = 12
WAITS = "waits"
"""In the place of digests: a stack that could not be planned when it was reviewed, since another comes first."""
_MARK = "<!-- reviewed "


def digest(change: Change) -> str:
    """Return a digest of what a change does, and of nothing that is secret."""
    told = [change.address, change.action.value, [[d.path, d.old, d.new] for d in change.differences]]
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:DIGEST]


@dataclass(frozen=True)
class ReviewedPlan:
    """The reviewed changes by stack; `waiting` are stacks that could not be planned then."""

    changes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    @classmethod
    def of(cls, plans: Iterable[RawPlan]) -> ReviewedPlan:
        """Keep what these plans say."""
        made = list(plans)
        return cls(
            {its.stack.id: frozenset(map(digest, its.plan.changes)) for its in made if its.plan},
            frozenset(its.stack.id for its in made if its.plan is None),
        )

    def __or__(self, other: ReviewedPlan) -> ReviewedPlan:
        both = {
            stack: self.changes.get(stack, frozenset()) | other.changes.get(stack, frozenset())
            for stack in {*self.changes, *other.changes}
        }
        return ReviewedPlan(both, self.waiting | other.waiting)

    def to_text(self) -> str:
        """Write it as one line of JSON."""
        kept: dict[str, list[str] | str] = {stack: sorted(its) for stack, its in sorted(self.changes.items()) if its}
        return json.dumps(kept | dict.fromkeys(sorted(self.waiting), WAITS), separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> ReviewedPlan:
        """Read what `to_text` wrote; raises ValueError for anything else."""
        loaded = json.loads(text)
        if not isinstance(loaded, dict):
            raise TypeError("not an object")
        waiting = frozenset(str(stack) for stack, its in loaded.items() if its == WAITS)
        changes = {str(stack): frozenset(map(str, its)) for stack, its in loaded.items() if isinstance(its, list)}
        return cls(changes, waiting)

    def refuse_others(self, plans: Sequence[RawPlan], *, environment: str) -> None:
        """Refuse to apply a change that is not among those reviewed."""
        found: list[str] = []
        for its in plans:
            reviewed = self.changes.get(its.stack.id, frozenset())
            if its.plan is None and its.stack.id not in self.waiting:
                found.append(f"  {its.stack.name}: cannot be planned yet, and was not reviewed as waiting")
            found += [
                f"  {its.stack.name}: {change.action.value} {change.address}"
                for change in (its.plan.changes if its.plan else ())
                if its.stack.id not in self.waiting and digest(change) not in reviewed
            ]
        if found:
            raise CommandError(
                "\n".join(
                    [
                        f"Nothing has been deployed: {environment} would change otherwise than the reviewed plan said.",
                        *found,
                        "  fix: see what it means (groundwork plan), then deploy by hand: the workflow `deploy` with "
                        "the environment's name",
                    ]
                )
            )


def with_record(comment: str, reviewed: ReviewedPlan) -> str:
    """Put the record into the second line of a comment, where nobody sees it and nothing cuts it off."""
    first, _, rest = comment.partition("\n")
    return f"{first}\n{_MARK}{reviewed.to_text()} -->\n{rest}"


def record_in(comment: str) -> ReviewedPlan | None:
    """Return the record in a comment, if it has one."""
    lines = comment.splitlines()
    if len(lines) < 2 or not (lines[1].startswith(_MARK) and lines[1].endswith(" -->")):
        return None
    try:
        return ReviewedPlan.from_text(lines[1].removeprefix(_MARK).removesuffix(" -->"))
    except (ValueError, TypeError):
        return None


def read_reviewed(file: Path) -> ReviewedPlan:
    """Read the file that `groundwork github reviewed` wrote."""
    try:
        return ReviewedPlan.from_text(file.read_text())
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{file} holds no reviewed plan: {error}",
            fix="write it with `groundwork github reviewed`",
        ) from error
