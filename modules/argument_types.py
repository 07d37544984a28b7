"""The type of each argument of a construct, which jsii's generated code checks again at every call.

mypy has checked them before, and all that comes from YAML is parsed by Pydantic. The checks are a third of what Python
does in a synthesis; Python leaves them out with -O, but then compiles every module anew where nothing may be cached.
"""

from __future__ import annotations

import sys
import typing
from collections import defaultdict
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

GENERATED = "_typecheckingstub__"
"""What the functions that only have annotations, those of a call's arguments, are named after."""

_get_type_hints = typing.get_type_hints
_ANYTHING: Mapping[str, Any] = defaultdict(lambda: Any)


def _without_checks(of: Any, *given: Any, **named: Any) -> Any:
    if getattr(of, "__name__", "").startswith(GENERATED):
        return _ANYTHING
    return _get_type_hints(of, *given, **named)


class _Unchecking(ModuleType):
    """The part of typeguard that the generated code calls. To import the whole takes as long as a fifth of cdktf."""

    config = SimpleNamespace()
    CollectionCheckStrategy = SimpleNamespace(ALL_ITEMS=None)

    @staticmethod
    def check_type(*_: object, **__: object) -> None:
        """Take any value."""


def leave_unchecked() -> None:
    """Have the generated code take any argument from now on; the tests build the same stacks and check them all.

    Called before it is imported, this also spares the import of what would check.
    """
    setattr(typing, _get_type_hints.__name__, _without_checks)
    sys.modules.setdefault("typeguard", _Unchecking("typeguard"))
