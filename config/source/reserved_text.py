"""Text that no field takes: CDKTF's own marks, and what Terraform or a container would not leave as it is."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple
from unicodedata import is_normalized, normalize


class Reserved(NamedTuple):
    """A part of a text, why it cannot stay, and what may stand there."""

    part: str
    message: str
    allowed: str
    fix: str


_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
# CDKTF puts these where a value is known later, and would look for a value of ours behind them.
_MARK = re.compile(r"[$#&]\{TfToken\[[^\]]*\]?\}?|^(?:String|Any) Map Token Value$")
# It marks numbers by the sign and exponent of a double, -1.888…e+289 to -1.949…e+289.
_NUMBER = re.compile(r"-1\.[0-9]+e\+?289", re.IGNORECASE)
_MARKED = 0xFBFF


def reserved(text: str) -> Reserved | None:
    """Find the first part of a text that cannot reach Terraform as it is."""
    if found := _NO_CHARACTER.search(text):
        return Reserved(
            f"character U+{ord(found[0]):04X}",
            "no variable, command or name can hold this character",
            "any other character",
            "remove it",
        )
    if not is_normalized("NFC", text):
        part = next((part for part in text.split() if not is_normalized("NFC", part)), text)
        composed = normalize("NFC", part)
        return Reserved(
            _spelled(part),
            "letters and their accents as characters of their own, which Terraform puts together: "
            "it would find a change in every plan",
            "Unicode's normal form C",
            f"write {composed[:40]}, whose accents are part of their letters",
        )
    marks = [found[0] for found in _MARK.finditer(text)]
    marks += [found[0] for found in _NUMBER.finditer(text) if _is_marked(float(found[0]))]
    if not marks:
        return None
    return Reserved(marks[0], "CDKTF marks its own references with this", "any other text", "write it otherwise")


def _spelled(text: str) -> str:
    """Name the characters beyond ASCII: the two forms look alike."""
    return "".join(one if one.isascii() else f"<U+{ord(one):04X}>" for one in text[:20])


def _is_marked(number: float) -> bool:
    return int.from_bytes(struct.pack(">d", number)[:2]) == _MARKED
