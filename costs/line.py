"""One line of the bill: what it is for, and the arithmetic behind its amount."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from costs.inventory import Resource
from costs.price_list import PriceList


@dataclass(frozen=True)
class Term:
    """A quantity and the key of its price; `least` and `most` where autoscaling or growth moves the quantity."""

    quantity: float
    price: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Line:
    """An amount a month, in US dollars: None where a price is missing, which is then in `missing`."""

    item: str
    owner: str
    usd: float | None
    least: float | None
    most: float | None
    how: str
    prices: tuple[str, ...]
    missing: tuple[str, ...]
    resources: tuple[str, ...]


def make_line(
    prices: PriceList, item: str, owner: str, terms: Sequence[Term], resources: Sequence[Resource], *, note: str = ""
) -> Line:
    """Multiply and add up; what has no price is said and not guessed."""
    keys = tuple(dict.fromkeys(term.price for term in terms))
    missing = tuple(key for key in keys if prices.usd(key) is None)
    amounts: list[float | None] = [None] * 3
    if not missing:
        amounts = [
            sum(quantity * (prices.usd(term.price) or 0) for term, quantity in zip(terms, quantities, strict=True))
            for quantities in (
                [term.quantity for term in terms],
                [term.quantity if term.least is None else term.least for term in terms],
                [term.quantity if term.most is None else term.most for term in terms],
            )
        ]
    how = " + ".join(_words(prices, term) for term in terms if term.quantity or len(terms) == 1)
    return Line(
        item=item,
        owner=owner,
        usd=amounts[0],
        least=amounts[1],
        most=amounts[2],
        how=f"{how}; {note}" if note else how,
        prices=keys,
        missing=missing,
        resources=tuple(resource.address for resource in resources),
    )


def missing_prices(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the prices that these lines want and the region's file does not have."""
    return tuple(sorted({key for line in lines for key in line.missing}))


def _words(prices: PriceList, term: Term) -> str:
    price = prices.prices.get(term.price)
    if price is None:
        return f"{quantity_text(term.quantity)} x no price for {term.price} in {prices.region}"
    unit = price.unit.partition(" (")[0].partition(", ")[0].partition(";")[0]
    return f"{quantity_text(term.quantity)} {unit} x ${price.usd:.10f}".rstrip("0").rstrip(".")


def quantity_text(quantity: float) -> str:
    """Return a number as a person reads it: 2,190 or 0.37."""
    return f"{quantity:,.0f}" if quantity == round(quantity) or quantity >= 1000 else f"{quantity:,.3g}"
