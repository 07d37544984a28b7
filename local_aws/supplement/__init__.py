"""Patches of moto 5.2.5 for Terraform's AWS provider: one file per service, applied once per process.

Each patch has a test that fails as soon as moto itself has the feature, so that the patch can go.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

_HOW_TO_PATCH = "patch"


@cache
def apply() -> None:
    """Patch moto in this process. Call it before the first request."""
    names = [found.name for found in iter_modules(__path__) if found.name != _HOW_TO_PATCH]
    for part in [import_module(f"{__name__}.{name}") for name in names]:
        part.apply()
