"""The official images that ours are built on, and the plugin that is added: one file pins them all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from config.diagnostics.collector import ProblemCollector
from config.loader.settings_file import read_fields, validate
from config.models.settings import Settings, in_words

BASES = Path("docker/bases.yaml")

# A tag that moves, or none, would put different things under one of our tags.
ExactReference = Annotated[
    str,
    StringConstraints(
        # PostgreSQL's versions are two numbers; the distribution's are two more.
        pattern=r"^[a-z0-9][a-z0-9._:/-]*(:v?\d+\.\d+(\.\d+[A-Za-z0-9._-]*|-[a-z]+\d+\.\d+)|@sha256:[0-9a-f]{64})$"
    ),
    in_words("one exact version, such as quay.io/prometheus/prometheus:v3.14.0, or a digest"),
]
ARCH = "{arch}"
ArchiveUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s{}]+\{arch\}[^\s{}]*$"),
    in_words("an address with {arch} where the processor stands, such as https://example.com/plugin-2.34.4-{arch}.zip"),
]
Sha256 = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), in_words("64 hexadecimal digits, as sha256sum says")
]


class Sums(Settings):
    """The SHA-256 of an archive, for each processor that Fargate has."""

    amd64: Sha256
    arm64: Sha256


class Archive(Settings):
    """An archive that is added to an image: a zip for each processor, of one version."""

    url: ArchiveUrl
    sha256: Sums


class Bases(Settings):
    """The base of each platform image, as docker/bases.yaml names it, and what is added to one."""

    prometheus: ExactReference
    alertmanager: ExactReference
    grafana: ExactReference
    cloudwatch_exporter: ExactReference = Field(alias="cloudwatch-exporter")
    blackbox_exporter: ExactReference = Field(alias="blackbox-exporter")
    database_roles: ExactReference = Field(alias="database-roles")
    postgres_exporter: ExactReference = Field(alias="postgres-exporter")
    otel_collector: ExactReference = Field(alias="otel-collector")
    ecs_exporter: ExactReference = Field(alias="ecs-exporter")
    fluent_bit: ExactReference = Field(alias="fluent-bit")
    grafana_opensearch: Archive = Field(alias="grafana-opensearch")

    def of(self, image: str) -> str:
        """Return the base of the platform image of this name."""
        reference: str = getattr(self, image.replace("-", "_"))
        return reference

    def arguments(self, image: str) -> Mapping[str, str]:
        """Return the defaults of the arguments that the Dockerfile of this image declares."""
        base = {"BASE": self.of(image)}
        if image != "grafana":
            return base
        before, after = self.grafana_opensearch.url.split(ARCH)
        sums = self.grafana_opensearch.sha256
        plugin = {"OPENSEARCH_BEFORE": before, "OPENSEARCH_AFTER": after}
        return base | plugin | {"OPENSEARCH_SHA256_AMD64": sums.amd64, "OPENSEARCH_SHA256_ARM64": sums.arm64}


def load_bases(root: Path) -> Bases:
    """Read docker/bases.yaml below root."""
    findings = ProblemCollector()
    fields = read_fields(root, BASES, Bases, findings)
    bases = validate(Bases, fields, findings) if fields else None
    if (error := findings.error()).problems or bases is None:
        raise error
    return bases
