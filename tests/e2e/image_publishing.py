"""A checkout, an engine, a registry and the embedded AWS, put together as a person would have them."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher
from local_aws.endpoint import REGION, Endpoint
from local_aws.registry import running_registry
from tests.e2e.base_images import make_bases
from tests.e2e.docker_engine import Engine
from tests.e2e.plugin_archive import served_plugin
from tests.synthesis import ROOT, SHOP

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

STATE_BUCKET = "acme-shared-terraform-state"
READERS_OWN = ("environments/", "service_configs/")
GROUNDWORK = [sys.executable, "-c", "from cli.app import main; main()"]
COMMAND = [*GROUNDWORK, "images"]


@dataclass(frozen=True)
class Publishing:
    """Everything that publishing needs. `root` is a copy of this repository with the shop on bases made here."""

    root: Path
    engine: Engine
    endpoint: Endpoint
    registry: str

    @property
    def environment(self) -> dict[str, str]:
        """A child's whole environment."""
        return (
            self.endpoint.environment()
            | dict(self.engine.environment)
            | {"DOCKER_CONFIG": str(self.root / "of-the-user")}
        )

    @property
    def ecr(self) -> ECRClient:
        """ECR on the embedded AWS."""
        return boto3.client(
            "ecr",
            endpoint_url=self.endpoint.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def images(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`groundwork images …`; an empty value takes the variable away."""
        return self.groundwork("images", *arguments, **environment)

    def groundwork(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Any command; an empty value takes the variable away."""
        changed = {name: value for name, value in (self.environment | environment).items() if value}
        return subprocess.run(
            [*GROUNDWORK, *arguments], cwd=self.root, env=changed, capture_output=True, text=True, check=False
        )

    def start_images(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, not waited for."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.root,
            env=self.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # to be killed with all that it started
        )

    def deploy_registry(self) -> int:
        """Apply the stack shared-registry; the exit code of the plan after it."""
        shared = self.environment | {"GROUNDWORK_ENVIRONMENT": "shared"}
        _run([sys.executable, "main.py"], self.root, shared)
        terraform = dict(prepare_terraform(self.root, shared).environment)
        stack = self.root / "cdktf.out/stacks/shared-registry"
        _run(["terraform", "init", "-input=false", "-no-color"], stack, terraform)
        _run(["terraform", "apply", "-auto-approve", "-input=false", "-no-color"], stack, terraform)
        command = ["terraform", "plan", "-detailed-exitcode", "-input=false", "-no-color"]
        return subprocess.run(command, cwd=stack, env=terraform, capture_output=True, check=False).returncode

    def add_service(self, name: str) -> None:
        """A service file for it, on x86."""
        text = "kind: internal\nhealth_check: none\nport: 80\narchitecture: x86_64\n"
        (self.root / f"service_configs/{name}.yaml").write_text(text)

    def service_folder(self, name: str, files: Mapping[str, bytes]) -> Path:
        """A product team's folder with a Dockerfile."""
        folder = self.root.parent / "teams" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return folder

    @contextmanager
    def logged_in(self) -> Iterator[None]:
        """`docker login` for the test's own pulls, ended afterwards: publishing must not need it."""
        data = self.ecr.get_authorization_token()["authorizationData"][0]
        password = base64.b64decode(data["authorizationToken"]).split(b":")[1]
        self.engine.docker("login", "--username", "AWS", "--password-stdin", self.registry, stdin=password)
        try:
            yield
        finally:
            self.engine.docker("logout", self.registry)

    def files_with_token(self) -> list[Path]:
        """Files below the checkout, the user's Docker configuration included, that hold the registry's token."""
        token = self.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"].encode()
        forms = (token, base64.b64decode(token).split(b":")[1])
        files = [path for path in self.root.rglob("*") if path.is_file()]
        return [path for path in files if any(form in path.read_bytes() for form in forms)]

    def digest(self, repository: str, tag: str) -> str | None:
        """What ECR has under the tag."""
        found = self.ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])["images"]
        return found[0]["imageId"]["imageDigest"] if found else None


@contextmanager
def publishing(engine: Engine, folder: Path) -> Iterator[Publishing]:
    """Start all of it but the engine; ends what it started."""
    root = copy_repository(folder / "checkout")
    bases = make_bases(engine, folder / "bases")
    aws = folder / "aws"
    endpoint = launcher.start(directory=aws)
    try:
        boto3.client(
            "s3",
            endpoint_url=endpoint.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        ).create_bucket(Bucket=STATE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        with (
            served_plugin(folder / "plugin") as plugin,
            running_registry(endpoint, folder / "registry") as registry,
        ):
            (root / "docker/bases.yaml").write_text(bases + plugin)
            yield Publishing(root, engine, endpoint, registry)
    finally:
        launcher.stop(directory=aws)


def copy_repository(target: Path) -> Path:
    """What Git knows of this repository, as it is in the work tree, with the shop's YAML and without tests."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and not name.startswith(("tests/", *READERS_OWN)) and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for folder in READERS_OWN:
        shutil.copytree(SHOP / folder, target / folder)
    return target


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
