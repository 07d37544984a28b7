"""The engine: which distributions `cdktf` and the AWS provider's classes come from (docs/adr/0001).

All code is written to CDKTF's names. Where only the community's fork is installed, CDK Terrain, they lead to the fork's
modules: the same objects by either name, for jsii must know each class once.

Importing any part of a provider runs its root, which imports all 2,139 of its submodules (8 to 15 s). The root is
registered here without being executed, before the first module is imported; submodules load on demand.
"""

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import NamedTuple


class Engine(NamedTuple):
    """Two packages that belong together."""

    constructs: str
    provider: str


WRITTEN_TO = Engine("cdktf", "cdktf_cdktf_provider_aws")
FORK = Engine("cdktn", "cdktn_provider_aws")


class Alias(MetaPathFinder, Loader):
    """Imports one package, and each module below it, by the name of another."""

    def __init__(self, name: str, package: str) -> None:
        self._name = name
        self._package = package

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return a module that goes by our name."""
        ours = fullname == self._name or fullname.startswith(f"{self._name}.")
        return ModuleSpec(fullname, self) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the package's own module, not a second one."""
        module = import_module(self._package + spec.name.removeprefix(self._name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to execute; but importlib has put our spec over the module's own."""
        if module.__spec__:
            module.__spec__ = module.__spec__.loader_state


def prepare() -> Engine:
    """Choose what is installed. Call it before anything is imported from either package."""
    engine = next((engine for engine in (WRITTEN_TO, FORK) if find_spec(engine.constructs)), WRITTEN_TO)
    if engine.provider not in sys.modules:
        root = find_spec(engine.provider)
        if root is None:
            raise ModuleNotFoundError(f"{engine.provider} is not installed; `make .venv` does it", name=engine.provider)
        sys.modules[engine.provider] = module_from_spec(root)
    if engine is not WRITTEN_TO:
        sys.meta_path[:0] = [Alias(*names) for names in zip(WRITTEN_TO, engine, strict=True)]
    return engine
