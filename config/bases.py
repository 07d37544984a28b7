"""The official images that ours are built on: one file pins them all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from config.errors import ConfigError, Problem
from config.settings import Settings

BASES = Path("docker/bases.yaml")

# A tag that moves, or none, would put different things under one of our tags.
ExactReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._:/-]*(:v?\d+\.\d+\.\d+[A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$"),
]


class Bases(Settings):
    """The base of each platform image, as docker/bases.yaml names it."""

    prometheus: ExactReference
    alertmanager: ExactReference
    grafana: ExactReference
    cloudwatch_exporter: ExactReference
    ecs_exporter: ExactReference
    fluent_bit: ExactReference

    def of(self, image: str) -> str:
        """The base of the platform image of this name."""
        reference: str = getattr(self, image.replace("-", "_"))
        return reference


def load_bases(root: Path) -> Bases:
    """Read docker/bases.yaml below root."""
    path = root / BASES
    try:
        raw = YAML(typ="safe").load(path) or {}
        return Bases.model_validate({key.replace("-", "_"): value for key, value in raw.items()})
    except (OSError, YAMLError, AttributeError) as error:
        raise ConfigError([Problem(file=BASES, message=f"cannot be read: {error}")]) from error
    except ValidationError as error:
        allowed = "one exact version each, such as quay.io/prometheus/prometheus:v3.14.0, or a digest"
        raise ConfigError(
            [
                Problem(
                    file=BASES,
                    message=f"{'.'.join(map(str, found['loc'])).replace('_', '-')}: {found['msg']}",
                    value=None if found["type"] == "missing" else str(found["input"]),
                    allowed=allowed,
                )
                for found in error.errors()
            ]
        ) from error
