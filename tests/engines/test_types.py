"""Our arguments have the types that AWS provider 6 and CDK Terrain want, also where no test synthesizes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.engine import WRITTEN_TO
from tests.engines.other_engines import OTHER_ENGINES, OtherEngine
from tests.synthesis import ROOT
from tests.test_architecture import imports, sources

CHECKED = ("main.py", "modules", "stacks")


def provider_modules() -> list[str]:
    """The provider's modules that we import."""
    names = {name for path in sources("modules", "stacks") for name in imports(path)}
    return sorted(name.partition(".")[2] for name in names if name.startswith(f"{WRITTEN_TO.provider}."))


def stubs(engine: OtherEngine, folder: Path) -> None:
    """What mypy reads in place of the provider's root, which would take it through all modules, and of our names."""
    provider = folder / engine.packages.provider
    provider.mkdir(parents=True, exist_ok=True)
    (provider / "__init__.pyi").touch()
    for name in ("_jsii", *provider_modules()):
        installed = engine.provider / name
        assert installed.is_dir(), f"{engine.packages.provider} has no {name}"
        if not (provider / name).exists():
            (provider / name).symlink_to(installed)
    if engine.packages != WRITTEN_TO:
        for ours, theirs in zip(WRITTEN_TO, engine.packages, strict=True):
            (folder / ours).mkdir(exist_ok=True)
            (folder / ours / "__init__.pyi").write_text(f"from {theirs} import *\n")
        for name in provider_modules():
            text = f"from {engine.packages.provider}.{name} import *\n"
            (folder / WRITTEN_TO.provider / f"{name}.pyi").write_text(text)


@pytest.mark.engines
@pytest.mark.long
@pytest.mark.parametrize("engine", OTHER_ENGINES, ids=lambda engine: engine.name)
def test_every_argument_has_the_type_that_the_engine_wants(engine: OtherEngine) -> None:
    folder = ROOT / ".mypy_cache/engines" / engine.name  # kept: a second run takes a second
    stubs(engine, folder / "stubs")
    options = ["--config-file", "tests/engines/mypy.ini", "--cache-dir", str(folder / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--python-executable", str(engine.python), *CHECKED],
        cwd=ROOT,
        env=os.environ | {"MYPYPATH": str(folder / "stubs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
