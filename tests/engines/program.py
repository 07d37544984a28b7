"""Runs in another engine's environment: synthesizes, and tells what its classes know, as JSON.

python -m tests.engines.program ROOT OUT
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import main
from modules import ENGINE

# isort: split
import cdktf


def descendants(cls: type[Any]) -> Iterator[type[Any]]:
    """Every class that was loaded below this one."""
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


def attributes(base: type[Any]) -> dict[str, list[str]]:
    """What can be read of each type of resource: the properties of its class."""
    return {
        cls.TF_RESOURCE_TYPE: [name for name, _ in inspect.getmembers_static(cls, lambda m: isinstance(m, property))]
        for cls in descendants(base)
        if hasattr(cls, "TF_RESOURCE_TYPE")
    }


if __name__ == "__main__":
    main.synthesize(Path(sys.argv[1]), out=Path(sys.argv[2]), only=None, local_aws=False)
    told = {
        "packages": [cdktf.App.__module__, ENGINE.provider],
        "root_executed": hasattr(sys.modules[ENGINE.provider], "__all__"),
        "modules": [name for name in sys.modules if name.startswith(f"{ENGINE.provider}.")],
        "resources": attributes(cdktf.TerraformResource),
        "data": attributes(cdktf.TerraformDataSource),
    }
    print(json.dumps(told))
