"""The reference of the YAML files' fields as Markdown, written from the models: docs/reference/."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from config.diagnostics.schema_words import Schema, in_words, resolve
from config.loader.json_schema import environment_schema, service_schema
from config.models.service.service import OVERRIDES

Make = Callable[[], Schema]
Costs = Mapping[str, str]
"""What a field costs, by its path: `network.nat`."""
PAGES: dict[str, tuple[str, str, Make]] = {
    "service.md": ("A service's file", "`service_configs/<name>.yaml`", service_schema),
    "environment.md": (
        "An environment's file",
        "`environments/<name>.yaml`; `environments/shared.yaml` takes the fields that all environments share",
        environment_schema,
    ),
}
_HEAD = "| field | allowed | default | meaning |\n|---|---|---|---|"
_KEY = "<name>"
_WRITTEN = "Written by `make reference` from the settings models: edit those."
_PRICES = (
    "What a field costs is AWS' price on demand in {}, of 730 hours a month, from `costs/prices`; what an environment "
    "costs says `groundwork cost` ([costs](../costs.md)). Not verified: nobody has read that price at AWS."
)


def pages(costs: Mapping[str, Costs], *, region: str) -> dict[str, str]:
    """Return the text of each page, by its name in docs/reference/; `costs` are by page, in this region."""
    return {
        name: _page(title, f"{file}. {_WRITTEN} {_PRICES.format(region)}", make(), costs[name])
        for name, (title, file, make) in PAGES.items()
    }


def _page(title: str, about: str, schema: Schema, costs: Costs) -> str:
    sections = [f"# {title}\n\n{about}"]
    for path, section in _sections(schema, schema, ""):
        heading = f"## `{path}`\n\n" if path else ""
        its = {name: costs.get(f"{path}.{name}" if path else name, "") for name in section.get("properties", {})}
        sections.append(f"{heading}{_about(section, path)}{_HEAD}\n{_rows(schema, section, its)}")
    return "\n\n".join(sections) + "\n"


def _about(section: Schema, path: str) -> str:
    return f"{_cell(section['description'])}\n\n" if path and "description" in section else ""


def _sections(root: Schema, section: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield each mapping with fields of its own, the outer before the inner."""
    yield path, section
    for name, field in section.get("properties", {}).items():
        if name == OVERRIDES and not path:
            continue  # its fields are the file's own
        inner_path = f"{path}.{name}" if path else name
        for suffix, inner in _inner(resolve(root, field), root):
            yield from _sections(root, inner, inner_path + suffix)


def _inner(field: Schema, root: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the mappings with fields that a value, an item of it or a named entry of it may be."""
    for option in field.get("options", [field]):
        if "properties" in option:
            yield "", option
        elif "properties" in (item := resolve(root, option.get("items", {}))):
            yield "[]", item
        elif "properties" in (entry := resolve(root, _entries(option))):
            yield f".{_KEY}", entry


def _entries(field: Schema) -> Schema:
    entries = field.get("additionalProperties")
    return entries if isinstance(entries, dict) else {}


def _rows(root: Schema, section: Schema, costs: Costs) -> str:
    required = set(section.get("required", []))
    return "\n".join(
        f"| `{name}` | {_allowed(root, found)} | {_default(root, field, name in required)} | "
        f"{_cell(field.get('description', found.get('description', '')) + ' ' + costs[name])} |"
        for name, field in section.get("properties", {}).items()
        for found in [resolve(root, field)]
    )


def _allowed(root: Schema, field: Schema) -> str:
    nested = [inner for suffix, inner in _inner(field, root) if not suffix]
    if nested and len(field.get("options", [field])) == 1:
        return "fields of its own, below"
    return _cell(in_words(field) or "any value")


def _default(root: Schema, field: Schema, required: bool) -> str:
    if required:
        return "**required**"
    default = field.get("default")
    if default is None or (default and any(_inner(resolve(root, field), root))):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`".replace("|", "\\|")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
