"""The engines that the program is synthesized with beside its own, and all that each of them writes differently."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from modules.engine import FORK, WRITTEN_TO, Engine
from tests.synthesis import ROOT


@dataclass(frozen=True)
class Difference:
    """One value that is another one in files of this name, whatever the stack. Values are compared as JSON."""

    file: str
    path: str
    ours: str
    theirs: str
    reason: str = field(compare=False)


@dataclass(frozen=True)
class OtherEngine:
    """An engine in an environment of its own, .venv-<name>."""

    name: str
    packages: Engine
    differences: frozenset[Difference]

    @property
    def provider(self) -> Path:
        """Its provider's package, as installed."""
        (site,) = (self.python.parents[1] / "lib").glob("python3*/site-packages")
        return site / self.packages.provider

    @property
    def python(self) -> Path:
        """Its interpreter."""
        python = ROOT / f".venv-{self.name}/bin/python"
        assert python.exists(), f"{self.name} is not installed: run `make .venv-{self.name}`"
        return python


PROVIDER_6 = OtherEngine(
    "provider-6",
    WRITTEN_TO,
    frozenset(
        {
            Difference(
                "cdk.tf.json",
                "terraform.required_providers.aws.version",
                '"5.100.0"',
                '"6.25.0"',
                reason="The provider that its classes were generated from, the last that CDKTF's own package knows.",
            ),
        }
    ),
)

CDKTN = OtherEngine(
    "cdktn",
    FORK,
    frozenset(
        {
            Difference(
                "cdk.tf.json",
                "terraform.required_providers.aws.version",
                '"5.100.0"',
                '"6.69.1"',
                reason="The provider that its classes were generated from.",
            ),
            Difference(
                "cdk.tf.json",
                "terraform.required_providers.aws.source",
                '"aws"',
                '"hashicorp/aws"',
                reason="The same provider, its namespace written out; Terraform's default is hashicorp.",
            ),
            Difference(
                "cdk.tf.json",
                "//.metadata.version",
                '"0.21.0"',
                '"0.24.0"',
                reason="The version of the engine, in what Terraform takes for a comment.",
            ),
            Difference(
                "manifest.json",
                "version",
                '"0.21.0"',
                '"0.24.0"',
                reason="The version of the engine, for its command; Terraform does not read this file.",
            ),
        }
    ),
)

OTHER_ENGINES = (PROVIDER_6, CDKTN)
