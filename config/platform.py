"""Everything a person wrote, read once: the environments and the services in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.environment import Environment
from config.service import Service


@dataclass(frozen=True)
class Deployment:
    """One environment and the services that run in it, sorted by name."""

    environment: Environment
    services: tuple[Service, ...]


def load_platform(root: Path, only: str | None = None) -> tuple[Deployment, ...]:
    """Read environments/ and service_configs/ below root; `only` names a single environment.

    Every file is always checked, and everything wrong is raised as one ConfigError.
    """
    shared = _read(root / "environments/shared.yaml")
    deployments = []
    for path in sorted((root / "environments").glob("*.yaml")):
        if path.stem == "shared":
            continue
        environment = Environment.model_validate({"name": path.stem, **_merge(shared, _read(path))})
        releases = _read(root / f"service_configs/releases/{path.stem}.yaml")
        services = []
        for file in sorted((root / "service_configs").glob("*.yaml")):
            raw = _read(file)
            overrides = raw.pop("environments", {}).get(path.stem, {})
            merged = _merge(raw, overrides)
            services.append(Service.model_validate({"name": file.stem, "release": releases.get(file.stem), **merged}))
        deployments.append(Deployment(environment, tuple(services)))
    return tuple(d for d in deployments if only in (None, d.environment.name))


def _read(path: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(path) or {}) if path.exists() else {}


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
