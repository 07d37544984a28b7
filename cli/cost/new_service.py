"""The cost of a service that has no release yet."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cli.cost.bills import read_bills
from cli.cost.card_text import usd
from config.errors import GroundworkError
from config.loader.platform import ENVIRONMENTS, SERVICES
from config.loader.release_place import place_of
from config.loader.release_text import with_release
from config.models.environment.environment import UNRELEASED
from config.models.environment.shared import SHARED


def new_service_cost(root: Path, name: str) -> str:
    """Say what a service adds a month in each environment once it is released; where that is not known, how to ask."""
    ask = f"groundwork cost ENV --service {name}"
    try:
        with tempfile.TemporaryDirectory(prefix="groundwork-cost-") as folder:
            copy = Path(folder) / "released"
            bills = read_bills(_released(root, copy, name), Path(folder) / "out")
    except (GroundworkError, OSError):
        return f"what it adds a month, once it is released: {ask}"
    amounts = [f"{usd(bill.sum_of(name))} in {bill.environment}" for bill in bills.values() if bill.sum_of(name)]
    if not amounts:
        return f"what it adds a month, once it is released: {ask}"
    return f"it adds about {', '.join(amounts)} a month, by its defaults ({ask})"


def _released(root: Path, copy: Path, name: str) -> Path:
    """Return a copy of the YAML in which the service has a release everywhere, beside the program itself."""
    copy.mkdir()
    for entry in root.iterdir():
        if entry.name in (str(ENVIRONMENTS), str(SERVICES)):
            shutil.copytree(entry, copy / entry.name)
        else:
            (copy / entry.name).symlink_to(entry)
    for environment in (copy / ENVIRONMENTS).glob("*.yaml"):
        if environment.stem == SHARED:
            continue
        place = place_of(copy, environment.stem, name)
        file = copy / place.file
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text() if file.exists() else place.heading
        file.write_text(with_release(text, place.key, UNRELEASED, file=place.file))
    return copy
