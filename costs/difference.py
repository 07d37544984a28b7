"""The difference between two bills, line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace

from costs.bill import Bill
from costs.line import Line

CENT = 0.005


@dataclass(frozen=True)
class LineChange:
    """One line before and after; None where it is not there."""

    owner: str
    item: str
    before: float | None
    after: float | None

    @property
    def usd(self) -> float:
        """The increase, or below zero the saving."""
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True)
class Difference:
    """Two bills of one environment; an environment that is new or gone has only one."""

    environment: str
    before: Bill | None
    after: Bill | None

    @property
    def usd(self) -> float:
        """The increase a month, or below zero the saving."""
        return (self.after.usd if self.after else 0) - (self.before.usd if self.before else 0)

    @property
    def changes(self) -> tuple[LineChange, ...]:
        """The lines that differ by a cent or more, the largest first."""
        before, after = _lines(self.before), _lines(self.after)
        found = []
        for key in before.keys() | after.keys():
            old, new = before.get(key), after.get(key)
            change = LineChange(*key, _usd(old), _usd(new))
            if abs(change.usd) >= CENT:
                found.append(change)
        return tuple(sorted(found, key=lambda change: (-abs(change.usd), change.owner, change.item)))

    @property
    def missing(self) -> tuple[str, ...]:
        """The prices that the new bill does not have."""
        return self.after.missing if self.after else ()


def _lines(bill: Bill | None) -> dict[tuple[str, str], Line]:
    """Return the lines by their purpose: two queues of one service are one line here."""
    found: dict[tuple[str, str], Line] = {}
    for line in bill.lines if bill else ():
        key = (line.owner, line.item)
        found[key] = replace(line, usd=_sum(found[key].usd, line.usd)) if key in found else line
    return found


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _usd(line: Line | None) -> float | None:
    return line.usd if line else None
