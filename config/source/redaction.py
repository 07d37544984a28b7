"""Values that no message may repeat: people paste secrets where they do not belong, and logs keep them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CONFIDENTIAL = re.compile(
    r"secret|passw(?!ord_(rotation|version)\b)|token(?!_url\b)|credential|private_?key|api_?key", re.IGNORECASE
)
"""All but our own fields that hold a time, a number and an address."""
NOT_SHOWN = "not shown"


def is_confidential(names: Iterable[object]) -> bool:
    """Return whether a field of one of these names, or a line with one, may hold a secret."""
    return any(_CONFIDENTIAL.search(str(name)) for name in names)
