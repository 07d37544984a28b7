"""Writing which image runs where: one line of service_configs/releases/<environment>.yaml."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML


def write_release(root: Path, environment: str, service: str, tag: str) -> Path:
    """Set the service's tag and leave every other line, comments included, as it is. The file, from `root`."""
    file = Path("service_configs/releases") / f"{environment}.yaml"
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    yaml = YAML()
    yaml.preserve_quotes = True
    content = (yaml.load(path.read_text()) if path.exists() else None) or {}
    content[service] = tag
    out = StringIO()
    yaml.dump(content, out)
    written = path.with_suffix(".yaml.new")
    written.write_text(out.getvalue())
    written.replace(path)
    return file
