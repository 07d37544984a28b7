"""A small valid platform, to be spoilt by one file at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

# Bytes are written as they are; None removes the file.
Content: TypeAlias = str | bytes | None

VALID: dict[str, str] = {
    "environments/shared.yaml": """\
organization: acme
registry_account_id: "999999999999"
tags: {owner: platform}
edge: {create_zone: true}
""",
    "environments/dev.yaml": """\
account_id: "111111111111"
domain: dev.example.com
network:
  cidr: 10.10.0.0/16
  nat: single
""",
    "environments/prod.yaml": """\
account_id: "222222222222"
domain: example.com
network:
  cidr: 10.30.0.0/16
""",
    "service_configs/api.yaml": """\
kind: internal
port: 8080
cpu: 512
memory_mib: 1024
scaling:
  min_tasks: 1
  max_tasks: 3
health_check: none
""",
    "service_configs/web.yaml": """\
kind: public-web
port: 80
http:
  host: shop
environments:
  dev:
    scaling:
      min_tasks: 1
""",
}


def write_platform(root: Path, changes: Mapping[str, Content] | None = None) -> Path:
    """The valid platform with the given files in place of its own."""
    for name, content in {**VALID, **(changes or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(content)
    return root


def replaced(name: str, old: str, new: str) -> dict[str, Content]:
    """One file of the valid platform with one piece of its text changed."""
    assert VALID[name].count(old) == 1, f"{old!r} must stand once in {name}"
    return {name: VALID[name].replace(old, new)}


def added(name: str, text: str) -> dict[str, Content]:
    """One file of the valid platform with lines at its end."""
    return {name: VALID[name] + text}
