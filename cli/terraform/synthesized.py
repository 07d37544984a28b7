"""The synthesized program: its stacks, what each needs, and where each keeps its state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.errors import UsageError
from config.diagnostics.suggestions import did_you_mean

OUTPUT = Path("cdktf.out")
ERRORED = "errored.tfstate"
"""Where Terraform writes, beside the code, a state that it could not write where it belongs."""
RUNS_A_TASK = '"do": "run"'


@dataclass(frozen=True)
class StateObject:
    """The S3 object that holds a stack's state."""

    bucket: str
    key: str
    region: str

    @property
    def lock_key(self) -> str:
        """The key of the lock object beside it."""
        return f"{self.key}.tflock"


@dataclass(frozen=True)
class SynthesizedStack:
    """One stack as `cdktf.out` has it."""

    id: str
    dependencies: tuple[str, ...]
    directory: Path

    @property
    def name(self) -> str:
        """The name within the environment: `network` of `dev-network`."""
        return self.id.partition("-")[2]

    @property
    def text(self) -> str:
        """The document that Terraform reads, as it is written."""
        return (self.directory / "cdk.tf.json").read_text()

    @cached_property
    def code(self) -> dict[str, Any]:
        """The document that Terraform reads."""
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded

    @cached_property
    def construct_paths(self) -> dict[str, str]:
        """The path of each resource's construct within the stack, by Terraform's address."""
        return {
            f"{kind}.{name}": path.removeprefix(f"{self.id}/")
            for kind, resources in self.code.get("resource", {}).items()
            for name, resource in resources.items()
            if (path := resource.get("//", {}).get("metadata", {}).get("path"))
        }

    @property
    def state_key(self) -> str:
        """The name of its state, wherever it is kept."""
        return f"{self.id.replace('-', '/', 1)}.tfstate"

    @property
    def workspace(self) -> str | None:
        """The workspace in Terraform Cloud that keeps its state, if one does."""
        cloud = self.code["terraform"].get("cloud")
        return cloud and str(cloud["workspaces"]["name"])

    @property
    def state(self) -> StateObject:
        """Its state in S3."""
        backend = self.code["terraform"]["backend"]["s3"]
        return StateObject(bucket=backend["bucket"], key=backend["key"], region=backend["region"])

    @property
    def state_address(self) -> str:
        """The address of its state: of the object in S3, or of the workspace in Terraform Cloud."""
        if cloud := self.code["terraform"].get("cloud"):
            return f"{cloud['hostname']}/{cloud['organization']}/{self.workspace}"
        return f"s3://{self.state.bucket}/{self.state.key}"

    @property
    def runs_a_task(self) -> bool:
        """Return whether its deploy runs a task to its end, such as a migration."""
        invocations = self.code.get("resource", {}).get("aws_lambda_invocation", {})
        return any(RUNS_A_TASK in invocation["input"] for invocation in invocations.values())


@dataclass(frozen=True)
class SynthesizedApp:
    """All stacks of one environment, each after what it needs."""

    environment: str
    stacks: tuple[SynthesizedStack, ...]

    def select(self, names: Iterable[str]) -> tuple[SynthesizedStack, ...]:
        """Return the stacks of these names, or of services of these names; all when none is named."""
        by_name = {stack.name: stack for stack in self.stacks}
        wanted = [self.stack_name(name) for name in names]
        if unknown := [name for name in wanted if name not in by_name]:
            raise UsageError(
                f"{self.environment} has no stack {', '.join(unknown)}; it has {', '.join(sorted(by_name))}",
                fix=did_you_mean(unknown[0], sorted(by_name)),
            )
        return tuple(by_name[name] for name in dict.fromkeys(wanted)) if wanted else self.stacks

    def stack_name(self, name: str) -> str:
        """Return the stack's name, of one written with the environment before it, or of a service."""
        short = name.removeprefix(f"{self.environment}-")
        names = {stack.name for stack in self.stacks}
        return f"service-{short}" if short not in names and f"service-{short}" in names else short

    def with_preparations(self, chosen: Iterable[SynthesizedStack]) -> tuple[SynthesizedStack, ...]:
        """Return the chosen stacks, and what must run before each, such as a migration."""
        chosen = tuple(chosen)
        ids, needed = {stack.id for stack in chosen}, {id_ for stack in chosen for id_ in stack.dependencies}
        before = [stack for stack in self.stacks if stack.id in needed - ids and stack.runs_a_task]
        return (*before, *chosen)

    def with_missing(
        self, chosen: Iterable[SynthesizedStack], deployed: Collection[str]
    ) -> tuple[SynthesizedStack, ...]:
        """Return the chosen stacks and all that they need and no state knows yet, such as the log of a new service."""
        ids = {stack.id for stack in chosen}
        by_id = {stack.id: stack for stack in self.stacks}
        waiting = list(ids)
        while waiting:
            needed = set(by_id[waiting.pop()].dependencies) - ids
            missing = [id_ for id_ in needed if id_ in by_id and by_id[id_].state_key not in deployed]
            ids.update(missing)
            waiting += missing
        return tuple(stack for stack in self.stacks if stack.id in ids)

    def with_dependants(self, chosen: Iterable[SynthesizedStack]) -> tuple[SynthesizedStack, ...]:
        """Return the chosen stacks and all that cannot live without them."""
        ids = {stack.id for stack in chosen}
        while more := {s.id for s in self.stacks if s.id not in ids and ids.intersection(s.dependencies)}:
            ids |= more
        return tuple(stack for stack in self.stacks if stack.id in ids)


def waves(stacks: Iterable[SynthesizedStack]) -> list[list[SynthesizedStack]]:
    """Return the stacks in groups: each needs only what earlier groups, or nothing chosen, provide."""
    waiting = list(stacks)
    ordered = []
    while waiting:
        ids = {stack.id for stack in waiting}
        ready = [stack for stack in waiting if not ids.intersection(stack.dependencies)]
        ordered.append(ready)
        waiting = [stack for stack in waiting if stack not in ready]
    return ordered


def read_program(root: Path, environment: str) -> SynthesizedApp:
    """Read the synthesized stacks of an environment from cdktf.out."""
    manifest = json.loads((root / OUTPUT / "manifest.json").read_text())
    stacks = tuple(
        SynthesizedStack(
            id=entry["name"],
            dependencies=tuple(entry["dependencies"]),
            directory=root / OUTPUT / entry["workingDirectory"],
        )
        for entry in manifest["stacks"].values()
        if entry["name"].startswith(f"{environment}-")
    )
    in_order = tuple(stack for wave in waves(stacks) for stack in wave)
    return SynthesizedApp(environment=environment, stacks=in_order)
