"""The bill of an environment as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.models.environment.shared import SHARED
from costs.bill import Bill
from costs.formulas.images import unreleased_days
from costs.levers import levers
from costs.line import Line, missing_prices
from costs.price_list import CONFIDENCE, regions

SMALL = 0.005
WIDTH = 40
MOST_LEVERS = 5


def usd(amount: float | None) -> str:
    """Return an amount in US dollars, or that there is no price."""
    return "no price" if amount is None else f"${amount:,.2f}"


def signed(amount: float) -> str:
    """Return an amount with its sign: +$3.00, -$171.55."""
    return f"{'-' if amount < 0 else '+'}${abs(amount):,.2f}"


def total(lines: Sequence[Line]) -> str:
    """Return the sum of these lines; what has no price is not in it."""
    amount = sum(line.usd or 0 for line in lines)
    if missing_prices(lines):
        return f"more than {usd(amount)}" if amount else usd(None)
    return usd(amount)


def monthly(lines: Sequence[Line]) -> str:
    """Return the sum of these lines a month."""
    amount = total(lines)
    return amount if amount == usd(None) else f"{amount} a month"


def card(bill: Bill, *, service: str | None = None) -> str:
    """All of an environment, or one service's part of it."""
    lines = list(_service(bill, service) if service else _environment(bill))
    return "\n".join([*lines, "", *notes(bill, bill.part(service) if service else bill.lines)])


def shared_by(bill: Bill) -> str:
    """Name the part that is no service's."""
    return f"shared by all {'environments' if bill.environment == SHARED else 'services'}"


def _environment(bill: Bill) -> Iterator[str]:
    region = bill.facts.prices.region
    yield f"{bill.environment} in {region}: {monthly(bill.lines)}"
    if bill.owners and bill.usd:
        yield f"  all services {usd(bill.usd - bill.sum_of(''))}, what they share {usd(bill.sum_of(''))}"
        yield f"  with every service at its fewest tasks {usd(bill.least)}; at every ceiling {usd(bill.most)}"
    for owner in ("", *bill.owners):
        yield ""
        yield f"{owner or shared_by(bill)}: {total(bill.part(owner))}"
        yield from _lines(bill.part(owner))
    yield from _ceilings(bill)
    found = levers(bill)
    for heading, those in (
        ("the settings that move it most", found[:MOST_LEVERS]),
        ("others", found[MOST_LEVERS:]),
    ):
        if those:
            yield ""
            yield heading
        for lever in those:
            yield f"  {f'{lever.setting}: {lever.value}':<{WIDTH}} {signed(lever.usd):>10}"


def _service(bill: Bill, service: str) -> Iterator[str]:
    part = bill.part(service)
    least, most = (sum(getattr(line, name) or 0 for line in part) for name in ("least", "most"))
    yield f"{service} in {bill.environment}: {monthly(part)}, {usd(least)} to {usd(most)}"
    yield from _lines(part)


def _lines(lines: tuple[Line, ...]) -> Iterator[str]:
    shown = [line for line in lines if line.usd is None or line.usd >= SMALL]
    for line in shown:
        amount = "no price" if line.usd is None else f"{line.usd:,.2f}"
        yield f"  {line.item:<{WIDTH}} {amount:>10}  {line.how}"
    if without := len(lines) - len(shown):
        yield f"  {'below a cent':<{WIDTH}} {'':>10}  {without} more"


def _ceilings(bill: Bill) -> Iterator[str]:
    growing = sorted(
        (
            line
            for line in bill.lines
            if line.usd is not None and line.most is not None and line.most > line.usd + SMALL
        ),
        key=lambda line: (line.usd or 0) - (line.most or 0),
    )
    if growing:
        yield ""
        yield "what may grow, and its ceiling"
        for line in growing:
            name = f"{line.owner}: {line.item}" if line.owner else line.item
            yield f"  {name:<{WIDTH}} {line.most or 0:>10,.2f}"


def notes(bill: Bill, lines: Sequence[Line]) -> Iterator[str]:
    """Say how far to trust the lines: the prices' dates and confidence, and which usage nobody wrote."""
    prices = bill.facts.prices
    used = [
        prices.prices[key] for key in sorted({key for line in lines for key in line.prices}) if key in prices.prices
    ]
    if used:
        oldest, newest = min(one.read for one in used), max(one.read for one in used)
        yield f"prices of {prices.region} as read {oldest} to {newest}, on demand; no tax, free tier or commitment"
        for letter, meaning in CONFIDENCE.items():
            keys = [one.key for one in used if one.confidence == letter]
            if keys and letter != "A":
                yield f"  {meaning}: {', '.join(keys)}"
    if missing := missing_prices(lines):
        yield missing_text(bill, missing)
        yield f"  fix: groundwork prices refresh {prices.region}"
    if bill.environment == SHARED:
        usage, days = bill.facts.usage, unreleased_days(bill.facts.inventory)
        yield f"images that stay: usage.image_gb {usage.image_gb:g}"
        yield f"images of {days} days: usage.image_gb_per_day {usage.image_gb_per_day:g}"
    elif defaults := bill.facts.usage.defaults:
        yield "usage that environments/*.yaml does not say, so that the default stands:"
        yield "  " + ", ".join(f"{name} {value:g}" for name, value in defaults.items())
    if bill.unknown:
        yield f"resources that no formula knows: {', '.join(bill.unknown)}"


def missing_text(bill: Bill, missing: Sequence[str]) -> str:
    """Say which prices there are not, or that there are none of the region."""
    prices = bill.facts.prices
    if not prices.prices:
        return f"there are no prices of {prices.region}; costs/prices has {', '.join(regions())}"
    return f"no price in {prices.region}, and not in the sum: {', '.join(missing)}"
