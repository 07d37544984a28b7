"""The JSON Schemas by which editors complete and check the YAML: `python -m config.loader.json_schema [--check]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path

from config.diagnostics.schema_words import Schema, schema_of
from config.loader.releases import Release, Releases
from config.loader.service_file import SAME_EVERYWHERE
from config.models.environment.environment import OWN_FIELDS, Environment
from config.models.service.service import OVERRIDES, Service

FOLDER = Path("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def environment_schema() -> Schema:
    """environments/<name>.yaml: what may stand in shared.yaml is not required here."""
    schema = shared_schema()
    for path in OWN_FIELDS:
        _require(schema, path.split("."))
    return schema


def shared_schema() -> Schema:
    """environments/shared.yaml: nothing is required."""
    return _all_optional(_writable(schema_of(Environment)))


def service_schema() -> Schema:
    """service_configs/<name>.yaml: the fields, and any of them again for each environment."""
    schema = _writable(schema_of(Service))
    override = _all_optional(schema, suffix="Override")
    shared = {name: value for name, value in override.pop("$defs").items() if name not in schema["$defs"]}
    for name in SAME_EVERYWHERE:
        del override["properties"][name]
    override["description"] = "What differs in this environment; all else stays as above."
    section = schema["properties"][OVERRIDES]
    section["additionalProperties"] = {"$ref": "#/$defs/ServiceOverride"}
    schema["$defs"] |= {**shared, "ServiceOverride": override}
    return schema


def releases_schema() -> Schema:
    """service_configs/releases/<environment>.yaml, the former form."""
    return _writable(schema_of(Releases))


def release_schema() -> Schema:
    """service_configs/releases/<environment>/<service>.yaml."""
    return _writable(schema_of(Release))


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "environment.json": environment_schema,
    "shared.json": shared_schema,
    "service.json": service_schema,
    "release.json": release_schema,
    "releases.json": releases_schema,
}


def rendered() -> dict[str, str]:
    """Every schema file's text, by name."""
    return {
        name: json.dumps({"$schema": DIALECT, **make()}, indent=2, ensure_ascii=False) + "\n"
        for name, make in SCHEMAS.items()
    }


def stale(root: Path) -> list[Path]:
    """Return the schema files below root that are not what the models say."""
    texts = {root / FOLDER / name: text for name, text in rendered().items()}
    return [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def _writable(schema: Schema) -> Schema:
    schema = deepcopy(schema)
    for part in list(_parts(schema)):
        part.pop("title", None)
        # Pydantic leaves keys that fit no pattern unchecked here, and refuses them when it reads.
        for pattern, values in part.pop("patternProperties", {}).items():
            part["additionalProperties"] = values
            part["propertyNames"] = {"pattern": pattern, **part.get("propertyNames", {})}
    injected = {name for name, its in schema.get("properties", {}).items() if its.get("readOnly")}
    for name in injected:
        del schema["properties"][name]
    if required := [name for name in schema.get("required", []) if name not in injected]:
        schema["required"] = required
    return schema


def _all_optional(schema: Schema, suffix: str = "") -> Schema:
    """Return the schema of a layer: fields merge one by one, so none is required, however deep; lists are whole."""
    schema = deepcopy(schema)
    definitions = schema.get("$defs", {})
    mergeable = {name for name, its in definitions.items() if its.get("type") == "object"}
    layers = {f"{name}{suffix}": deepcopy(definitions[name]) for name in mergeable}
    for part in [schema, *layers.values()]:
        for keyword in ("required", "allOf"):
            part.pop(keyword, None)
        for its in part.get("properties", {}).values():
            for target in (its, *its.get("anyOf", [])):
                name = target.get("$ref", "").rpartition("/")[2]
                if name in mergeable:
                    target["$ref"] = f"#/$defs/{name}{suffix}"
    if definitions:
        schema["$defs"] = dict(sorted({**definitions, **layers}.items()))
    return schema


def _require(schema: Schema, path: list[str]) -> None:
    part = schema
    for name in path:
        part["required"] = sorted({*part.get("required", []), name})
        part = schema["$defs"].get(part["properties"][name].get("$ref", "").rpartition("/")[2], {})


def _parts(schema: Schema) -> Iterator[Schema]:
    """Yield the schema and every schema in it."""
    yield schema
    inner: list[Iterable[object]] = [
        *(schema.get(key, {}).values() for key in ("properties", "patternProperties", "$defs")),
        *(schema.get(key, []) for key in ("prefixItems", "anyOf", "allOf", "oneOf")),
        [schema.get(key) for key in ("items", "additionalProperties", "propertyNames", "if", "then", "not")],
    ]
    for group in inner:
        for part in group:
            if isinstance(part, dict):
                yield from _parts(part)


def main(arguments: list[str]) -> int:
    """Write the schemas, or with --check say which are stale."""
    root = Path(__file__).parents[2]
    outdated = stale(root)
    if arguments == ["--check"]:
        for path in outdated:
            print(f"{path.relative_to(root)} is stale: run python -m config.loader.json_schema", file=sys.stderr)
        return 1 if outdated else 0
    if arguments:
        print("usage: python -m config.loader.json_schema [--check]", file=sys.stderr)
        return 2
    (root / FOLDER).mkdir(exist_ok=True)
    for name, text in rendered().items():
        (root / FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
