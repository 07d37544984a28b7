"""The bills of a version of the repository: its code synthesized, its usage read."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from cli.changes.tree import Tree
from cli.cost.synthesis_cache import synthesize_once
from config.loader.platform import Deployment, load_platform
from config.models.environment.shared import SHARED
from config.source.problem import ConfigError
from costs.bill import Bill, environment_facts, make_bill, shared_facts
from costs.price_list import load_prices

Bills = Mapping[str, Bill]
"""By environment; what all share is under `shared`."""


def read_bills(root: Path, out: Path, *, only: str | None = None) -> Bills:
    """Synthesize beside the checkout, unless that was done before, and reckon; asks no AWS."""
    # The YAML is read here while the program, a process of its own, reads it and synthesizes.
    with ThreadPoolExecutor(max_workers=1) as pool:
        tree = pool.submit(synthesize_once, root, out, only=only)
        deployments = load_platform(root, only=None if only == SHARED else only)
        return bills_of(deployments, tree.result(), only=only)


def read_old_bills(root: Path, out: Path, deployments: tuple[Deployment, ...], *, only: str | None = None) -> Bills:
    """Return the bills of an older version; the present usage holds where its YAML is not readable any more."""
    tree = synthesize_once(root, out, only=only)
    with suppress(ConfigError):
        deployments = load_platform(root, only=None if only == SHARED else only)
    return bills_of(deployments, tree, only=only)


def bills_of(deployments: tuple[Deployment, ...], tree: Tree, *, only: str | None = None) -> Bills:
    """Return the bills of synthesized stacks."""
    code = {id_: stack.code for id_, stack in tree.items()}
    prices = load_prices(deployments[0].environment.region)
    bills = {}
    for deployment in deployments:
        environment = deployment.environment
        if only != SHARED and any(id_.startswith(f"{environment.name}-") for id_ in code):
            prices = load_prices(environment.region)
            bills[environment.name] = make_bill(environment_facts(deployment, code, prices))
    if only in (None, SHARED):
        bills[SHARED] = make_bill(shared_facts(deployments[0], code, prices))
    return bills
