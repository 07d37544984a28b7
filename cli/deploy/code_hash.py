"""The hash of all that Terraform is given of a stack: its code and its assets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.terraform.synthesized import SynthesizedStack

ASSETS = Path("assets")
"""Where CDKTF puts files that the code names."""


def code_hash(stack: SynthesizedStack) -> str:
    """Hash the code as a value, whatever its layout, and of the name and content of each asset."""
    digest = hashlib.sha256(json.dumps(without_comments(stack.code), sort_keys=True).encode())
    assets = stack.directory / ASSETS
    for file in sorted(path for path in assets.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"\n{file.relative_to(assets).as_posix()} {content}".encode())
    return digest.hexdigest()


def without_comments(code: Mapping[str, Any]) -> dict[str, Any]:
    """Without what CDKTF notes for itself, such as its version: Terraform does not read it."""
    left = {block: content for block, content in code.items() if block != "//"}
    for block in ("resource", "data"):
        left[block] = {
            kind: {name: {key: value for key, value in one.items() if key != "//"} for name, one in its.items()}
            for kind, its in code.get(block, {}).items()
        }
    return left
