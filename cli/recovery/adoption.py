"""Adoption of what exists in AWS and in no state, for resources that a stack would make a second time.

Terraform itself is asked: it plans the stack with an `import` block for each id that may exist, refuses those of which
nothing exists, and shows which of the others it would have to replace. What it learns gives the ids of more.
https://developer.hashicorp.com/terraform/language/import
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.recovery.account import Place
from cli.recovery.import_ids import import_ids
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from cli.terraform.terraform import IMPORTS, forget_imports, initialize, read_json, terraform

MOST_ROUNDS = 12
"""Of planning: a rule of a listener of a load balancer in a subnet of a VPC is found in the fifth."""

_NOT_THERE = re.compile(r'existing object to "(?P<address>[^"]+)"')


@dataclass(frozen=True)
class Adoption:
    """The resources of one stack that Terraform can import, and those that it cannot take as they are."""

    stack: SynthesizedStack
    imports: Mapping[str, str]
    """The id of each in AWS, by its address in the code."""
    others: Sequence[str] = ()
    """What exists and is not imported, and why."""

    def lines(self) -> Iterator[str]:
        """Yield each in words."""
        paths = self.stack.construct_paths
        for address, id_ in sorted(self.imports.items()):
            kind = address.partition(".")[0]
            yield f"{self.stack.id}: imports {kind} {paths.get(address, address)}, {id_}"
        for told in self.others:
            yield f"{self.stack.id}: {told}"

    def write(self) -> None:
        """Let the next run of Terraform in the stack's directory import them."""
        write_imports(self.stack, self.imports)


def write_imports(stack: SynthesizedStack, imports: Mapping[str, str]) -> None:
    """Write the blocks beside the code, for one run of Terraform."""
    blocks = [{"to": address, "id": id_} for address, id_ in sorted(imports.items())]
    (stack.directory / IMPORTS).write_text(json.dumps({"import": blocks}, indent=2))


def find_adoptable(session: Session, stack: SynthesizedStack) -> Adoption:
    """Plan the stack until no more is found; nothing changes meanwhile, and no lock is taken."""
    place = Place(session.name, stack.name, session.place.account_id, session.place.region)
    search = _Search(session, stack, place)
    try:
        initialize(stack.directory, session.terraform)
        for _ in range(MOST_ROUNDS):
            if not search.go_on():
                break
        return Adoption(stack, search.imports, search.others)
    finally:
        forget_imports(stack.directory)


class _Search:
    """The search for one stack's resources."""

    def __init__(self, session: Session, stack: SynthesizedStack, place: Place) -> None:
        self._session, self._stack, self._place = session, stack, place
        self.imports: dict[str, str] = {}
        self.others: list[str] = []
        self._refused: set[str] = set()
        self._known = {known for state in session.states() for known in state.managed_ids}

    def go_on(self) -> bool:
        """Plan with what is known so far; return whether that has told anything new."""
        write_imports(self._stack, self.imports)
        changes = self._plan()
        if changes is None:
            return True
        replaced = self.imports.keys() & {its["address"] for its in changes if "delete" in its["change"]["actions"]}
        for address in replaced:
            self._leave_out(address, f"{address}, {self.imports[address]}, is left alone: Terraform would replace it")
        found = {
            change["address"]: ids
            for change in changes
            if change["change"]["actions"] == ["create"] and change["address"] not in self._refused
            if (ids := [id_ for id_ in self._ids(change) if (change["type"], id_) not in self._known])
        }
        for address, ids in found.items():
            if len(ids) > 1:
                self._leave_out(address, f"{address} is there more than once, which of them is meant? {', '.join(ids)}")
            else:
                self.imports[address] = ids[0]
        return bool(found or replaced)

    def _ids(self, change: Mapping[str, Any]) -> list[str]:
        return import_ids(change["type"], change["change"]["after"], self._place)

    def _leave_out(self, address: str, why: str) -> None:
        self._refused.add(address)
        self.imports.pop(address, None)
        self.others.append(why)

    def _plan(self) -> list[dict[str, Any]] | None:
        """Return the planned changes; None where Terraform refused to import something, which is left out now."""
        environment = self._session.terraform.environment
        with tempfile.TemporaryDirectory(prefix="groundwork-adopt-") as folder:
            file = str(Path(folder) / "plan")
            options = ["-input=false", "-lock=false", "-json", f"-out={file}"]
            done = terraform(self._stack.directory, ["plan", *options], environment, output=subprocess.PIPE)
            if done.returncode == 0:
                shown = terraform(self._stack.directory, ["show", "-json", file], environment, output=subprocess.PIPE)
                changes: list[dict[str, Any]] = read_json(shown.stdout).get("resource_changes", [])
                return [change for change in changes if change["mode"] == "managed"]
        refused, told = set(), []
        for error in _errors(done.stdout):
            match = _NOT_THERE.search(error.get("detail", ""))
            address = match["address"] if match else error.get("address", "")
            refused |= {address} & self.imports.keys()
            told.append(f"{error['summary']} {error.get('detail', '')}".strip())
        if not refused:
            raise CommandError("\n".join([f"{self._stack.id} cannot be planned", *(told or [done.stdout])]))
        for address in refused:
            self._refused.add(address)
            del self.imports[address]
        return None


def _errors(output: str) -> Iterator[dict[str, Any]]:
    """Yield the errors in what Terraform says line by line as JSON."""
    for line in output.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("type") == "diagnostic" and said["diagnostic"]["severity"] == "error":
            yield said["diagnostic"]
