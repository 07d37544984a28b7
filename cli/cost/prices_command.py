"""`groundwork prices`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from cli.cost.offer_files import OFFERS, read_offer
from cli.errors import UsageError
from cli.root import ROOT
from config.loader.platform import load_platform
from costs.price_list import FOLDER, Price, as_csv, load_prices, regions

prices_app = typer.Typer(no_args_is_help=True, help="AWS' unit prices, which `groundwork cost` multiplies with.")

MODEL = "eu-west-1"
"""The region whose file says which prices there are, for one that has no file yet."""


@prices_app.command("refresh")
def refresh(
    region: Annotated[
        str | None, typer.Argument(metavar="[REGION]", help="By default the region of the environments.")
    ] = None,
    offers: Annotated[
        str, typer.Option("--offers", metavar="URL", help="Where AWS' offer files, or a copy of them, are.")
    ] = OFFERS,
) -> None:
    """Read AWS' public price list and write costs/prices/REGION.csv. Needs no account; EC2's file has 200 MB."""
    region = region or load_platform(ROOT)[0].environment.region
    changed, kept = refresh_region(region, offers=offers)
    file = f"costs/prices/{region}.csv"
    for old, new in changed:
        before = "new" if old is None else f"${old.usd:g} before"
        print(f"{new.key}: ${new.usd:g} a {new.unit} ({before})")
    print(f"{file}: {len(changed)} prices changed or new; {len(kept)} not in the price list and left as they were")
    for price in kept:
        print(f"  {price.key}: {price.source}")


def refresh_region(
    region: str, *, offers: str = OFFERS, folder: Path = FOLDER
) -> tuple[list[tuple[Price | None, Price]], list[Price]]:
    """Write the file of a region anew, once everything is read: what changed, and what the price list does not say."""
    old = load_prices(region, folder).prices
    wanted = sorted((old or load_prices(MODEL, folder).prices).values(), key=lambda price: (price.offer, price.key))
    if not wanted:
        raise UsageError(f"{folder} has no prices to go by", fix="git restore costs/prices")
    read: dict[str, Price] = {}
    for offer, its in groupby(wanted, key=lambda price: price.offer):
        read.update({price.key: price for price in read_offer(offer, region, list(its), offers=offers)})
    if not read:
        raise UsageError(
            f"AWS' price list has nothing for the region {region}",
            allowed=f"a region such as {', '.join(regions(folder))}",
            fix="correct the name; no price is changed",
        )
    (folder / f"{region}.csv").write_text(as_csv({**old, **read}))
    changed = [(old.get(key), new) for key, new in sorted(read.items()) if _amount(old.get(key)) != new.usd]
    return changed, [price for key, price in sorted(old.items()) if key not in read]


def _amount(price: Price | None) -> float | None:
    return price.usd if price else None
