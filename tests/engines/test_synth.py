"""The program on AWS provider 6 and on CDK Terrain writes what it writes on its own engine, but for what is listed."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engines.other_engines import OTHER_ENGINES, Difference, OtherEngine
from tests.modules.test_node_preload import assert_on_demand, unpack
from tests.stacks.test_logs import IDP
from tests.synthesis import ROOT, Checkout, Platform, read_platform
from tests.test_checkov import MORE_SERVICES

pytestmark = [
    pytest.mark.engines,
    pytest.mark.long,
    pytest.mark.parametrize("engine", OTHER_ENGINES, ids=lambda engine: engine.name),
]

SAML = "\nlogging:\n  saml: {metadata_file: idp.xml, reader_groups: [platform]}\n"
REFERENCE = re.compile(r"(?<![\w.])(?P<data>data\.)?(?P<kind>aws_\w+)\.[\w-]+(?:\[\d+\])?\.(?P<attribute>\w+)")
ABSENT = "absent"


@dataclass(frozen=True)
class Synth:
    """What one engine wrote, and what its program tells of its classes."""

    platform: Platform
    told: Mapping[str, Any] = field(repr=False)


def synthesize(engine: OtherEngine, root: Path, out: Path) -> Synth:
    command = [str(engine.python), "-m", "tests.engines.program", str(root), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Synth(read_platform(out), json.loads(done.stdout))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The shop, with a service of every kind and what its environments leave out."""
    made = Checkout(tmp_path_factory.mktemp("engines") / "checkout")
    for name, text in MORE_SERVICES.items():
        made.write(f"service_configs/{name}.yaml", text)
    dev = (made.root / "environments/dev.yaml").read_text()
    made.write("environments/dev.yaml", dev.replace("\nlogging:", SAML.rstrip(), 1))
    made.write("environments/idp.xml", IDP)
    return made


@pytest.fixture(scope="module")
def all_synths(checkout: Checkout) -> tuple[Platform, dict[str, Synth]]:
    """Ours, and theirs by name: they run beside each other."""
    folder = checkout.root.parent
    with ThreadPoolExecutor() as pool:
        theirs = {
            engine.name: pool.submit(synthesize, engine, checkout.root, folder / engine.name)
            for engine in OTHER_ENGINES
        }
        ours = checkout.synthesize()
        return ours, {name: synth.result() for name, synth in theirs.items()}


@pytest.fixture
def ours(all_synths: tuple[Platform, dict[str, Synth]]) -> Platform:
    return all_synths[0]


@pytest.fixture
def theirs(all_synths: tuple[Platform, dict[str, Synth]], engine: OtherEngine) -> Synth:
    return all_synths[1][engine.name]


def addresses(platform: Platform) -> set[str]:
    return {
        f"{stack.name}: {section}.{kind}.{id_}"
        for stack in platform
        for section in ("resource", "data")
        for kind, blocks in stack.document.get(section, {}).items()
        for id_ in blocks
    }


def files(platform: Platform) -> dict[str, Any]:
    """Everything below the folder, JSON as what it says and the rest as its bytes."""
    return {
        str(path.relative_to(platform.out)): json.loads(path.read_text())
        if path.suffix == ".json"
        else path.read_bytes().hex()
        for path in sorted(platform.out.rglob("*"))
        if path.is_file()
    }


def differences(file: str, ours: Any, theirs: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Each value that is not the same, as deep down as it can be named."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours.keys() | theirs.keys():
            yield from differences(file, ours.get(key, ABSENT), theirs.get(key, ABSENT), (*path, key))
    elif json.dumps(ours) != json.dumps(theirs):
        yield Difference(file, ".".join(path), json.dumps(ours), json.dumps(theirs), reason="")


def test_it_ran_on_that_engine(theirs: Synth, engine: OtherEngine) -> None:
    assert theirs.told["packages"] == list(engine.packages)


def test_every_address_is_the_same(ours: Platform, theirs: Synth) -> None:
    assert len(addresses(ours)) > 500
    assert addresses(theirs.platform) == addresses(ours)


def test_nothing_differs_but_what_is_listed_with_its_reason(ours: Platform, theirs: Synth, engine: OtherEngine) -> None:
    before, after = files(ours), files(theirs.platform)
    assert before.keys() == after.keys()
    found = {difference for file in before for difference in differences(Path(file).name, before[file], after[file])}
    assert found == engine.differences


def test_what_is_written_to_and_read_from_a_resource_is_an_attribute_of_it(theirs: Synth) -> None:
    """Of an override, or of an output named by its text, the classes know nothing."""
    known = {"": theirs.told["resources"], "data.": theirs.told["data"]}
    meta = {"//", "depends_on", "lifecycle", "provider", "provisioner", "count", "for_each"}
    used: set[tuple[str, str, str]] = set()
    for stack in theirs.platform:
        used |= {(m["data"] or "", m["kind"], m["attribute"]) for m in REFERENCE.finditer(json.dumps(stack.document))}
        for kind, resources in stack.resources.items():
            if kind.startswith("aws_"):
                used |= {("", kind, key) for resource in resources.values() for key in resource.keys() - meta}
    assert len(used) > 300
    unknown = {f"{data}{kind}.{key}" for data, kind, key in used if key not in known[data].get(kind, ())}
    assert not unknown


def test_the_providers_root_is_never_executed(theirs: Synth) -> None:
    assert not theirs.told["root_executed"]
    assert 10 < len(theirs.told["modules"]) < 300


def test_its_javascript_is_loaded_on_demand_too(engine: OtherEngine, tmp_path: Path) -> None:
    (assembly,) = (engine.provider / "_jsii").glob("*.tgz")
    assert_on_demand(unpack(assembly, tmp_path))
