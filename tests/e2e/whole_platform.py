"""The shop of tests/shop in a checkout of its own, deployed by the real Terraform to an embedded AWS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3

from cli.terraform.provider_mirror import prepare_terraform
from config.loader.platform import load_platform
from images.render import image_tags
from local_aws.endpoint import REGION, Endpoint
from tests.synthesis import ROOT, SHOP

GROUNDWORK = Path(sys.executable).with_name("groundwork")
SHARED_FILES = ("main.py", ".venv", "node_modules")
LONGEST_SECONDS = 900


@dataclass
class Checkout:
    """One environment's checkout: the YAML is a copy, to be changed; the program is the repository's."""

    root: Path
    environment: str
    endpoint: Endpoint
    seconds: dict[str, float] = field(default_factory=dict)
    """The longest that each command took."""

    @classmethod
    def make(cls, root: Path, environment: str, endpoint: Endpoint) -> Checkout:
        shutil.copytree(SHOP, root)
        for name in SHARED_FILES:
            (root / name).symlink_to(ROOT / name)
        return cls(root, environment, endpoint)

    def start(self, command: str, *arguments: str) -> Command:
        """Start `groundwork COMMAND ENVIRONMENT …`."""
        return self._start(*command.split(), self.environment, *arguments)

    def run(self, command: str, *arguments: str, stdin: str | None = None, expect: int = 0) -> str:
        """Run it to its end, and return what it printed."""
        return self.start(command, *arguments).finish(stdin=stdin, expect=expect)

    def control(self, question: str) -> None:
        """Ask the embedded AWS for something that AWS itself would never do, such as a failure on demand."""
        url = f"{self.endpoint.url}/moto-api/groundwork/{question}"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=60):
            pass

    def _start(self, *arguments: str) -> Command:
        number = len(list(self.root.parent.glob("*.output")))
        return Command(self, list(arguments), self.root.parent / f"{number}-{arguments[0]}.output")

    @cached_property
    def terraform_environment(self) -> dict[str, str]:
        """What a Terraform needs that a test calls by itself."""
        return dict(prepare_terraform(self.root, self.endpoint.environment(os.environ)).environment)

    @property
    def stacks(self) -> list[str]:
        """The stacks that the last run synthesized, in Terraform's directories."""
        return sorted(path.name for path in (self.root / "cdktf.out/stacks").iterdir())

    @property
    def code(self) -> dict[str, str]:
        """The synthesized Terraform code of each stack, as text."""
        return {stack: (self.root / f"cdktf.out/stacks/{stack}/cdk.tf.json").read_text() for stack in self.stacks}

    def image_tag(self, name: str) -> str:
        """The tag that publishing would give a platform image now."""
        (deployment,) = load_platform(self.root, only=self.environment)
        return image_tags(self.root, deployment)[name]

    @property
    def state_bucket(self) -> str:
        return f"acme-{self.environment}-terraform-state"

    @cached_property
    def aws(self) -> Aws:
        return Aws(self.endpoint)

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """Every state of the environment, by stack."""
        found = self.aws.s3.list_objects_v2(Bucket=self.state_bucket).get("Contents", [])
        keys = [entry["Key"] for entry in found if not entry["Key"].endswith(".applied")]
        bodies = {key: self.aws.s3.get_object(Bucket=self.state_bucket, Key=key)["Body"].read() for key in keys}
        return {key.removesuffix(".tfstate").replace("/", "-"): json.loads(body) for key, body in bodies.items()}


@dataclass
class Command:
    """A `groundwork` command that runs; what it prints goes to a file."""

    checkout: Checkout
    arguments: list[str]
    output: Path

    def __post_init__(self) -> None:
        self._begun = time.monotonic()
        environment = self.checkout.endpoint.environment(os.environ)
        with self.output.open("w") as output:
            self._process = subprocess.Popen(
                [str(GROUNDWORK), *self.arguments],
                cwd=self.checkout.root,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def finish(self, *, stdin: str | None = None, expect: int = 0) -> str:
        """Wait for its end, which must have this exit code."""
        try:
            self._process.communicate(stdin, timeout=LONGEST_SECONDS)
        finally:
            self.stop()
        name, seconds = self.arguments[0], self.checkout.seconds
        seconds[name] = max(seconds.get(name, 0), time.monotonic() - self._begun)
        text = self.output.read_text()
        assert self._process.returncode == expect, text
        return text

    def signal(self, number: int) -> None:
        """Send it a signal, as a terminal does."""
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it in good order, if it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=120)


class Aws:
    """boto3's clients for one embedded AWS."""

    def __init__(self, endpoint: Endpoint) -> None:
        session = boto3.Session("test", "test", region_name=REGION)
        self.amp = session.client("amp", endpoint_url=endpoint.url)
        self.s3 = session.client("s3", endpoint_url=endpoint.url)
        self.ec2 = session.client("ec2", endpoint_url=endpoint.url)
        self.ecs = session.client("ecs", endpoint_url=endpoint.url)
        self.iam = session.client("iam", endpoint_url=endpoint.url)
        self.elb = session.client("elbv2", endpoint_url=endpoint.url)
        self.names = session.client("servicediscovery", endpoint_url=endpoint.url)
        self.rds = session.client("rds", endpoint_url=endpoint.url)
        self.logs = session.client("logs", endpoint_url=endpoint.url)
        self.scaling = session.client("autoscaling", endpoint_url=endpoint.url)
        self.secrets = session.client("secretsmanager", endpoint_url=endpoint.url)
