"""What the program writes, as plain dictionaries that a test can ask questions of."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdktf import TerraformStack, Testing

import main

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "tests/shop"
"""What the tests read: a company's environments and services, and this repository's docker/. The repository's own
environments/ and service_configs/ belong to whoever clones it."""

Attributes = dict[str, Any]
Resources = dict[str, dict[str, Attributes]]

_REFERENCE = re.compile(r"^\$\{(?P<kind>\w+)\.(?P<id>[\w-]+)\.(?P<attribute>[\w.-]+)\}$")
_REMOTE = re.compile(r"^\$\{data\.terraform_remote_state\.(?P<state>[\w-]+)\.outputs\.(?P<output>[\w-]+)\}$")


@dataclass(frozen=True)
class Stack:
    """One synthesized stack: the whole document that Terraform reads, and the stacks it depends on."""

    name: str
    document: Mapping[str, Any] = field(repr=False)
    dependencies: frozenset[str] = frozenset()

    @property
    def resources(self) -> Resources:
        """Attributes by resource type and id."""
        found: Resources = self.document.get("resource", {})
        return found

    def all(self, kind: str, **having: object) -> list[Attributes]:
        """Every resource of a type that has these values."""
        return [
            resource
            for resource in self.resources.get(kind, {}).values()
            if all(resource.get(name) == value for name, value in having.items())
        ]

    def one(self, kind: str, **having: object) -> Attributes:
        """The only resource of a type that has these values."""
        (resource,) = self.all(kind, **having)
        return resource

    def target(self, reference: str) -> Attributes:
        """The resource of this stack that `${type.id.attribute}` names."""
        match = _REFERENCE.match(reference)
        assert match, f"{reference} names no resource of {self.name}"
        return self.resources[match["kind"]][match["id"]]

    def id_of(self, resource: Attributes) -> str:
        """The reference to a resource's id, as others in the stack write it."""
        return next(
            f"${{{kind}.{name}.id}}"
            for kind, resources in self.resources.items()
            for name, candidate in resources.items()
            if candidate is resource
        )

    @property
    def text(self) -> str:
        """The document as JSON, for comparisons to the byte."""
        return json.dumps(self.document, indent=2, sort_keys=True)


@dataclass(frozen=True)
class Platform:
    """Everything that one run of the program wrote, by stack."""

    out: Path
    stacks: Mapping[str, Stack] = field(repr=False)

    def __getitem__(self, name: str) -> Stack:
        return self.stacks[name]

    def __iter__(self) -> Iterator[Stack]:
        return iter(self.stacks.values())

    def resolve(self, stack: Stack, value: str) -> tuple[Stack, str]:
        """Follow a read of another stack's state to the reference behind it, and the stack that it is in."""
        while match := _REMOTE.match(value):
            config = stack.document["data"]["terraform_remote_state"][match["state"]]["config"]
            stack = next(s for s in self if s.document["terraform"]["backend"]["s3"]["key"] == config["key"])
            value = stack.document["output"][match["output"]]["value"]
        return stack, value


def synthesize_construct(build: Callable[[TerraformStack], object]) -> Stack:
    """What the constructs that `build` makes in an otherwise empty stack come to."""
    stack = TerraformStack(Testing.app(), "test")
    build(stack)
    return Stack("test", json.loads(Testing.synth(stack)))


def synthesize_platform(root: Path, out: Path, *, only: str | None = None, local_aws: bool = False) -> Platform:
    """The whole program on the YAML below root; `only` as in GROUNDWORK_ENVIRONMENT."""
    main.synthesize(root, out=out, only=only, local_aws=local_aws)
    return read_platform(out)


def read_platform(out: Path) -> Platform:
    """What some run of the program wrote."""
    manifest = json.loads((out / "manifest.json").read_text())["stacks"]
    return Platform(
        out,
        {
            name: Stack(
                name,
                json.loads((out / entry["synthesizedStackPath"]).read_text()),
                frozenset(entry["dependencies"]),
            )
            for name, entry in manifest.items()
        },
    )


class Checkout:
    """A copy of the shop, to be changed at will."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(SHOP, root)

    def write(self, file: str, text: str) -> None:
        """Write one file, such as service_configs/billing.yaml."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def add(self, file: str, text: str) -> None:
        """Write one file, or more lines at the end of one that is there."""
        path = self.root / file
        self.write(file, (path.read_text() if path.exists() else "") + text)

    def remove(self, file: str) -> None:
        """Remove one file, which must be there."""
        (self.root / file).unlink()

    def keep_services(self, *names: str) -> None:
        """Remove every service but these, and all releases."""
        for path in (self.root / "service_configs").glob("*.yaml"):
            if path.stem not in names:
                path.unlink()
        shutil.rmtree(self.root / "service_configs/releases", ignore_errors=True)

    def synthesize(self, *, only: str | None = None, local_aws: bool = False) -> Platform:
        """Run the program on it."""
        out = self.root.parent / f"out-{len(list(self.root.parent.glob('out-*')))}"
        return synthesize_platform(self.root, out, only=only, local_aws=local_aws)
