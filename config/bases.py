"""The official images that ours are built on: one file pins them all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from config.findings import Findings
from config.settings import Settings, in_words
from config.settings_file import read_fields, validate

BASES = Path("docker/bases.yaml")

# A tag that moves, or none, would put different things under one of our tags.
ExactReference = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._:/-]*(:v?\d+\.\d+\.\d+[A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$"),
    in_words("one exact version, such as quay.io/prometheus/prometheus:v3.14.0, or a digest"),
]


class Bases(Settings):
    """The base of each platform image, as docker/bases.yaml names it."""

    prometheus: ExactReference
    alertmanager: ExactReference
    grafana: ExactReference
    cloudwatch_exporter: ExactReference = Field(alias="cloudwatch-exporter")
    ecs_exporter: ExactReference = Field(alias="ecs-exporter")
    fluent_bit: ExactReference = Field(alias="fluent-bit")

    def of(self, image: str) -> str:
        """The base of the platform image of this name."""
        reference: str = getattr(self, image.replace("-", "_"))
        return reference


def load_bases(root: Path) -> Bases:
    """Read docker/bases.yaml below root."""
    findings = Findings()
    fields = read_fields(root, BASES, Bases, findings)
    bases = validate(Bases, fields, findings) if fields else None
    if (error := findings.error()).problems or bases is None:
        raise error
    return bases
