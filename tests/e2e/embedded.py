"""A plain Terraform root, applied to an embedded AWS of its own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from cli.terraform.provider_mirror import prepare_terraform
from local_aws.endpoint import REGION, Endpoint

ROOTS = Path(__file__).parent / "roots"

# The provider's waits dominate, so all of them should run at once.
PARALLELISM = "-parallelism=60"


@dataclass(frozen=True)
class Root:
    """One root of tests/e2e/roots, in a directory of its own, and the embedded AWS that it is applied to."""

    directory: Path
    endpoint: Endpoint
    environment: dict[str, str]

    @classmethod
    def initialize(cls, name: str, endpoint: Endpoint, directory: Path) -> Root:
        shutil.copytree(ROOTS / name, directory)
        setup = prepare_terraform(directory, endpoint.environment())
        environment = {**setup.environment, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        root = cls(directory=directory, endpoint=endpoint, environment=environment)
        root.client("s3").create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": REGION})
        root.terraform("init")
        return root

    def client(self, service: str) -> Any:
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
        return session.client(service, endpoint_url=self.endpoint.url)  # type: ignore[call-overload]

    def terraform(self, command: str, *arguments: str, allowed: tuple[int, ...] = (0,)) -> tuple[int, str]:
        """Its exit code and what it printed; a test fails with the latter if the former is not allowed."""
        done = subprocess.run(
            ["terraform", command, "-input=false", "-no-color", *arguments],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert done.returncode in allowed, done.stdout[-5_000:]
        return done.returncode, done.stdout

    def apply(self, *arguments: str) -> None:
        self.terraform("apply", "-auto-approve", PARALLELISM, *arguments)

    def plan(self, *arguments: str) -> tuple[int, str]:
        """0 where nothing would change, 2 where something would."""
        return self.terraform("plan", "-detailed-exitcode", PARALLELISM, *arguments, allowed=(0, 2))

    def destroy(self) -> None:
        self.terraform("destroy", "-auto-approve", PARALLELISM)
