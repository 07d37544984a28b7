"""Text on its way to CDKTF: whatever a person wrote arrives letter by letter, and is never evaluated.

Every argument of every construct passes jsii's one function that turns Python's values into messages; that is where
text is escaped, so that no field and no module can forget it. What Terraform is meant to evaluate is a token of CDKTF,
which this leaves alone, or an `Expression`, written by us (docs/adr/0019).
"""

from __future__ import annotations

import re
from typing import Any

from jsii import _kernel

# CDKTF's own marks, which a person cannot write: config/source/reserved_text.py refuses them.
_BEGINS = re.compile(r"\$\{(?!TfToken\[)|%\{")


class Expression(str):
    """Terraform's language, for Terraform to evaluate. What is put together from it is text again."""

    __slots__ = ()


def literal(text: str) -> str:
    """Double what begins an expression or a directive in a Terraform string.

    https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
    """
    return _BEGINS.sub(lambda found: found[0][0] + found[0], text)


_as_message = _kernel._make_reference_for_native


def _escaped(kernel: Any, value: Any) -> Any:
    if isinstance(value, Expression):
        return str(value)
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, dict):
        value = {literal(key): its for key, its in value.items()}
    return _as_message(kernel, value)


def escape_arguments() -> None:
    """Have jsii escape text from now on; its own function calls itself by this name for what is nested."""
    setattr(_kernel, _as_message.__name__, _escaped)
