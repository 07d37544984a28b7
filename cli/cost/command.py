"""`groundwork cost`."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from cli.changes.versions import base_commit, export_commit
from cli.cost.bills import Bills, read_bills, read_old_bills
from cli.cost.card_json import bills_json, differences_json
from cli.cost.card_markdown import bill_markdown, differences_markdown
from cli.cost.card_text import card
from cli.errors import CommandError, UsageError
from cli.root import ROOT
from config.diagnostics.suggestions import did_you_mean
from config.loader.platform import load_platform
from config.models.environment.shared import SHARED
from costs.difference import Difference


def cost(
    environment: Annotated[
        str | None, typer.Argument(metavar="[ENV]", help="dev, staging, prod, or shared; all when none is named.")
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="NAME", help="Only what one service adds.")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="What the change since this commit adds.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As a comment of a pull request.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Say what an environment costs a month, before it is deployed. Asks no AWS.

    From the synthesized code, the usage that environments/*.yaml expects, and the prices in costs/prices.
    """
    if markdown and json:
        raise UsageError("--markdown and --json exclude each other", fix="choose one")
    if service and environment == SHARED:
        raise UsageError(
            "what all environments share is of no service",
            allowed="--service with an environment",
            fix=f"groundwork cost --service {service}",
        )
    if base:
        if service:
            raise UsageError("--base compares whole environments", fix="leave --service out")
        differences = compare(ROOT, base, only=environment)
        print(differences_json(differences) if json else differences_markdown(differences).rstrip("\n"))
        return
    with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder:
        found = read_bills(ROOT, Path(folder) / "out", only=environment)
    bills = list(found.values())
    if service:
        known = {owner for bill in bills for owner in bill.owners}
        bills = [bill for bill in bills if service in bill.owners]
        if not bills:
            raise unknown_service(service, environment, known)
    if json:
        print(bills_json(bills, service=service))
    elif markdown:
        print("\n".join(bill_markdown(bill, service=service) for bill in bills), end="")
    else:
        print("\n\n\n".join(card(bill, service=service) for bill in bills))


def unknown_service(service: str, environment: str | None, known: Collection[str]) -> CommandError:
    """There is none of this name, or it costs nothing here."""
    where = f"environment {environment}" if environment else "no environment"
    allowed = ", ".join(sorted(known)) or "none: there is no service"
    near = did_you_mean(service, sorted(known)) or "name one of these"
    no = "has no service" if environment else "has a service"
    return UsageError(f"{where} {no} {service}", allowed=allowed, fix=near)


def compare(root: Path, base: str, *, only: str | None = None) -> list[Difference]:
    """Return the bills of where this branch left `base`, and of the files as they lie here."""
    deployments = load_platform(root, only=None if only == SHARED else only)
    commit = base_commit(root, base)
    with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder, ThreadPoolExecutor(2) as pool:
        scratch = Path(folder)
        old_root = export_commit(root, commit, scratch / "base")
        new = pool.submit(read_bills, root, scratch / "head-out", only=only)
        # Whatever environments the base has: one that it lacks is new.
        old = pool.submit(read_old_bills, old_root, scratch / "base-out", deployments, only=None)
        return differences(old.result(), new.result(), only=only)


def differences(before: Bills, after: Bills, *, only: str | None = None) -> list[Difference]:
    """One for each environment of either."""
    names = sorted(name for name in before.keys() | after.keys() if only in (None, name))
    return [Difference(name, before.get(name), after.get(name)) for name in names]
