"""Data as YAML text, the same bytes for the same data."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ruamel.yaml import YAML


def yaml_text(data: Any, *, comment: str) -> bytes:
    """Block style, keys in the order of the code, no folded lines; `comment` says above it all where it comes from."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.width = 10_000
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = BytesIO()
    yaml.dump(data, out)
    return f"# {comment}\n".encode() + out.getvalue()
