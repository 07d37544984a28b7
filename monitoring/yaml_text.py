"""Data as YAML text, the same bytes for the same data."""

from __future__ import annotations

from typing import Any

import yaml

# libyaml is thirteen times as fast; PyYAML's wheels have it, a build from source may not.
_Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Base):  # type: ignore[misc]
    """Writes what is used twice twice, and a text of several lines in double quotes, on one line."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if "\n" in value else None)


_Dumper.add_representer(str, _represent_text)


def yaml_text(data: Any, *, comment: str) -> bytes:
    """Block style, keys in the order of the code, no folded lines; `comment` says above it all where it comes from."""
    text: bytes = yaml.dump(
        data,
        Dumper=_Dumper,
        encoding="utf-8",
        default_flow_style=False,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )
    return f"# {comment}\n".encode() + text
