"""The arguments of a construct that were not given, which jsii sends to Node.js as nulls.

A resource has some thirty arguments and is given five. To read the others from their object, write them, parse them and
look each of them up takes a sixth of a synthesis; to Node.js, what is missing is as unset as what is null.
"""

from __future__ import annotations

from typing import Any

from jsii import _kernel
from jsii._runtime import python_jsii_mapping

SERIALIZES = "_make_reference_for_native"
"""The function of jsii that turns a value into what is sent; modules/text.py has put its own in its place."""

_as_message = getattr(_kernel, SERIALIZES)


def _without_unset(kernel: Any, value: Any) -> Any:
    given = getattr(value, "_values", None)
    names = python_jsii_mapping(value) if isinstance(given, dict) else None
    if names is None or given is None:
        return _as_message(kernel, value)
    data = {names[name]: _without_unset(kernel, its) for name, its in given.items()}
    return {"$jsii.struct": {"fqn": value.__jsii_type__, "data": data}}


def leave_unset_out() -> None:
    """Have jsii send the arguments that were given, and no others, from now on."""
    setattr(_kernel, SERIALIZES, _without_unset)
