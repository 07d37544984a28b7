"""AWS' public offer files: the price list of one service in one region, read as it comes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import httpx

from cli.errors import CommandError
from costs.price_list import Price

OFFERS = "https://pricing.us-east-1.amazonaws.com"
SOURCE = "AWS offer file {offer}"
TIMEOUT_S = 60
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
PATH = "/offers/v1.0/aws/{offer}/current/{region}/index.csv"
FIRST_COLUMN = "SKU"
PREFIX = r"(?:[A-Z]{2,5}\d?-|[a-z]{2}-[a-z]+-\d-)?"
"""Usage types begin with the region: EU-, EUC1-, eu-west-1-; in us-east-1 with nothing."""
# Which of several rows of a usage type is meant, by the columns that tell them apart.
MEANT: Mapping[str, str] = {
    "Operating System": "Linux",
    "Tenancy": "Shared",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
    "Database Engine": "PostgreSQL",
    "Deployment Option": "Single-AZ",
}
OPERATIONS = {"alb_hour": "Application", "lcu_hour": "Application"}
SCALES = (("million ", 1_000_000), ("thousand ", 1_000), ("10,000 ", 10_000))

Row = Mapping[str, str]


def read_offer(offer: str, region: str, prices: Sequence[Price], *, offers: str = OFFERS) -> list[Price]:
    """Return the prices of one offer as AWS has them now; those that the file does not say clearly are left out."""
    address = offers.rstrip("/") + PATH.format(offer=offer, region=region)
    try:
        with httpx.stream("GET", address, timeout=TIMEOUT_S, follow_redirects=True) as answer:
            if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
                return []
            answer.raise_for_status()
            published, rows = parse_offer(answer.iter_lines())
            return chosen_prices(prices, rows, published, offer)
    except httpx.HTTPError as error:
        raise CommandError(
            f"AWS' price list cannot be read: {address}: {error or type(error).__name__}",
            fix="check the network, or name a copy of the offer files with --offers; no price is changed",
        ) from error


def parse_offer(lines: Iterable[str]) -> tuple[date, Iterator[Row]]:
    """Return when it was published, and its rows, of which there may be a million."""
    reader = csv.reader(lines)
    published = date.min
    for row in reader:
        if row and row[0] == FIRST_COLUMN:
            return published, (dict(zip(row, values, strict=False)) for values in reader)
        if row and row[0] == "Publication Date":
            published = date.fromisoformat(row[1][:10])
    raise CommandError("AWS' price list has another form than in 2026: no row of column names; no price is changed")


def chosen_prices(prices: Sequence[Price], rows: Iterable[Row], published: date, offer: str) -> list[Price]:
    """Each price whose usage type has one amount on demand, from the first tier that is paid."""
    patterns = {price.key: re.compile(PREFIX + re.escape(price.usage_type)) for price in prices if price.usage_type}
    by_usage_type: dict[str, list[str]] = {}
    found: dict[str, set[tuple[float, float]]] = {}
    for row in rows:
        if row.get("TermType") != "OnDemand" or row.get("Currency", "USD") != "USD" or not _is_meant(row):
            continue
        usage_type = row.get("usageType", "")
        if usage_type not in by_usage_type:
            by_usage_type[usage_type] = [key for key, pattern in patterns.items() if pattern.fullmatch(usage_type)]
        for key in by_usage_type[usage_type]:
            usd = float(row["PricePerUnit"])
            if usd and OPERATIONS.get(key, "") in row.get("operation", ""):
                found.setdefault(key, set()).add((float(row.get("StartingRange") or 0), usd))
    return [
        replace(
            price,
            usd=_first_tier(found[price.key]) * _scale(price),
            read=published,
            confidence="A",
            source=SOURCE.format(offer=offer),
        )
        for price in prices
        if price.key in found and _is_clear(found[price.key])
    ]


def _is_meant(row: Row) -> bool:
    return all(row.get(column, "") in ("", value) for column, value in MEANT.items())


def _is_clear(tiers: set[tuple[float, float]]) -> bool:
    starts = [start for start, _ in tiers]
    return starts.count(min(starts)) == 1


def _first_tier(tiers: set[tuple[float, float]]) -> float:
    return min(tiers)[1]


def _scale(price: Price) -> int:
    return next((scale for word, scale in SCALES if price.unit.startswith(word)), 1)
