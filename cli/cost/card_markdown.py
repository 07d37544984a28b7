"""Bills and differences as Markdown, for the comment of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from cli.cost.card_text import missing_text, monthly, shared_by, signed, total, usd
from costs.bill import Bill
from costs.difference import Difference
from costs.line import missing_prices

MOST_LINES = 12
"""A comment of more lines is read by nobody; the rest is one."""


def bill_markdown(bill: Bill, *, service: str | None = None) -> str:
    """Return a table of what each service adds, or of one service's lines."""
    if service:
        rows = [(line.item, usd(line.usd)) for line in bill.part(service) if line.usd is None or line.usd >= 0.005]
        title = f"### {service} in {bill.environment}: {monthly(bill.part(service))}"
    else:
        rows = [(owner or shared_by(bill), total(bill.part(owner))) for owner in ("", *bill.owners)]
        title = f"### {bill.environment}: {monthly(bill.lines)}"
    table = [f"| {_escaped(name)} | {amount} |" for name, amount in rows]
    lines = bill.part(service) if service else bill.lines
    missing = missing_prices(lines)
    note = ["", f"Note: {_escaped(missing_text(bill, missing))}."] if missing else []
    return "\n".join([title, "", "| | a month |", "|---|---:|", *table, *note]) + "\n"


def differences_markdown(differences: list[Difference]) -> str:
    """Return what a change adds a month, by environment and line."""
    changed = [its for its in differences if its.changes]
    if not changed:
        return "### Cost: no change\n"
    lines: list[str] = []
    for its in changed:
        lines += ["", *_difference(its)] if lines else list(_difference(its))
    missing = sorted({key for its in changed for key in its.missing})
    if missing:
        lines += ["", f"No price, and not in the sums: {_escaped(', '.join(missing))}."]
    return "\n".join(lines) + "\n"


def _difference(its: Difference) -> Iterator[str]:
    before, after = (usd(bill.usd) if bill else "nothing" for bill in (its.before, its.after))
    yield f"### Cost of {its.environment}: {signed(its.usd)} a month, from {before} to {after}"
    yield ""
    yield "| | before | after | a month |"
    yield "|---|---:|---:|---:|"
    for change in its.changes[:MOST_LINES]:
        name = f"{change.owner}: {change.item}" if change.owner else change.item
        old, new = ("" if amount is None else usd(amount) for amount in (change.before, change.after))
        yield f"| {_escaped(name)} | {old} | {new} | {signed(change.usd)} |"
    if rest := its.changes[MOST_LINES:]:
        yield f"| {len(rest)} more lines | | | {signed(sum(change.usd for change in rest))} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("@", "&#64;")
