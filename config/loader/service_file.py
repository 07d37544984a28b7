"""A service's file: what it says for every environment, and what it says for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.diagnostics.collector import ProblemCollector
from config.diagnostics.suggestions import did_you_mean
from config.loader.releases import ReleaseNodes
from config.loader.settings_file import forbidden, only_fields, read_fields, with_field
from config.models.service.service import OVERRIDES, Service
from config.source.merge import merge
from config.source.node import Node
from config.source.problem import Problem

# What decides which stacks and rules there are is the same everywhere.
SAME_EVERYWHERE = {
    "kind": "kind is the same in every environment",
    OVERRIDES: "overrides have no overrides of their own",
}


@dataclass(frozen=True)
class ServiceFile:
    """The fields of one file, before they are a service."""

    name: str
    fields: Node
    overrides: Mapping[str, Node]

    def for_environment(self, environment: str, releases: Mapping[str, ReleaseNodes]) -> Node:
        """Return the fields in one environment; a missing one is reported where the file's own fields are."""
        fields = self.fields
        if environment in self.overrides:
            fields = merge(fields, self.overrides[environment])
        name = Node(self.fields.file, 1, self.name, self.name)
        fields = with_field(fields, "name", name)
        release = releases.get(_released(fields) or self.name)
        if release is None:
            return fields
        fields = with_field(fields, "release", release.tag)
        return with_field(fields, "previous_releases", release.previous) if release.previous else fields


def _released(fields: Node) -> str | None:
    """Return the service whose release it runs, where that is another one."""
    image, before = fields.fields.get("image"), fields.fields.get("before")
    named = image.fields.get("of") if image else None
    if named is None and before:
        named = next(iter(before.content), None) if isinstance(before.content, tuple) else before
    return str(named.content) if named else None


def read_service_file(
    root: Path, file: Path, environments: Sequence[str], findings: ProblemCollector
) -> ServiceFile | None:
    """Read the file, and split it into its layers."""
    fields = read_fields(root, file, Service, findings)
    if fields is None:
        return None
    content = dict(fields.fields)
    section = content.pop(OVERRIDES, None)
    overrides = _overrides(section, environments, findings) if section else {}
    return ServiceFile(file.stem, replace(fields, content=content), overrides)


def _overrides(section: Node, environments: Sequence[str], findings: ProblemCollector) -> dict[str, Node]:
    example = next(iter(environments), "dev")
    if not isinstance(section.content, dict):
        findings.add(
            [
                Problem(
                    file=section.file,
                    line=section.line,
                    value=section.source or "nothing",
                    message=f"{OVERRIDES}: needs the environments by name",
                    allowed=", ".join(environments) or "none yet",
                    fix=f"write `{example}:` on the next line, indented, or remove `{OVERRIDES}:`",
                )
            ]
        )
        return {}
    overrides = {}
    for name, node in section.fields.items():
        if name not in environments:
            findings.add(
                [
                    Problem(
                        file=node.file,
                        line=node.line,
                        value=name or '""',
                        message=f"{OVERRIDES}: there is no environment of this name",
                        allowed=", ".join(environments),
                        fix=did_you_mean(name, environments) or f"remove it, or write environments/{name}.yaml",
                    )
                ]
            )
            continue
        fields = only_fields(node, Service, findings, label=f"{OVERRIDES}.{name}:")
        if fields is None:
            continue
        content = dict(fields.fields)
        for key, reason in SAME_EVERYWHERE.items():
            if key in content:
                findings.add([forbidden(key, content.pop(key), f"{OVERRIDES}.{name}.{key}: {reason}")])
        overrides[name] = replace(fields, content=content)
    return overrides
