"""AWS' unit prices of one region, each with its unit, date, source and confidence: costs/prices/<region>.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "prices"
CONFIDENCE = {
    "A": "read in AWS' price list",
    "B": "from bills or AWS' pages",
    "C": "from memory, or scaled from another region",
    "D": "not verified",
}


@dataclass(frozen=True)
class Price:
    """A unit price; `offer` and `usage_type` are where AWS' own price list has it."""

    key: str
    usd: float
    unit: str
    offer: str
    usage_type: str
    read: date
    confidence: str
    source: str


@dataclass(frozen=True)
class PriceList:
    """The prices of a region by key; empty for a region that nobody has read."""

    region: str
    prices: Mapping[str, Price]

    def usd(self, key: str) -> float | None:
        """Return the price, or None: a price that is not there is never guessed."""
        price = self.prices.get(key)
        return price.usd if price else None


def regions(folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the regions that have a file of prices."""
    return tuple(sorted(file.stem for file in folder.glob("*.csv")))


def load_prices(region: str, folder: Path = FOLDER) -> PriceList:
    """Return the prices of a region; none where there is no file."""
    file = folder / f"{region}.csv"
    if not file.is_file():
        return PriceList(region, {})
    with file.open(newline="") as rows:
        return PriceList(region, {row["key"]: _price(row) for row in csv.DictReader(rows)})


def as_csv(prices: Mapping[str, Price]) -> str:
    """Return the text of a region's file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(Price.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    for key in sorted(prices):
        writer.writerow(asdict(prices[key]))
    return text.getvalue()


def _price(row: Mapping[str, str]) -> Price:
    return Price(
        key=row["key"],
        usd=float(row["usd"]),
        unit=row["unit"],
        offer=row["offer"],
        usage_type=row["usage_type"],
        read=date.fromisoformat(row["read"]),
        confidence=row["confidence"],
        source=row["source"],
    )
