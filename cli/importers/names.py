"""Names of foreign services as ours."""

from __future__ import annotations

import re
from collections.abc import Collection

from config.models.service_names import PLATFORM_NAMES

_LONGEST = 22
RULE = "2 to 22 lower-case letters, digits and hyphens"
OF_THE_PLATFORM = "the platform has its own; see docs/monitoring.md and docs/logging.md"


def our_name(foreign: str, taken: Collection[str] = ()) -> str:
    """Return a valid name as close to the foreign one as can be, that nothing else has."""
    letters = re.sub(r"[^a-z0-9]+", "-", foreign.lower()).strip("-")
    if not letters[:1].isalpha() or len(letters) < 2 or letters in PLATFORM_NAMES:
        letters = f"app-{letters}".strip("-")
    name = letters[:_LONGEST].strip("-")
    number = 1
    while name in taken:
        number += 1
        name = f"{letters[: _LONGEST - 1 - len(str(number))].strip('-')}-{number}"
    return name
