"""A Terraform Cloud on this machine for one test, and a program whose stacks live in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from cli.terraform.synthesized import SynthesizedApp, read_program
from config.loader.platform import load_platform
from config.models.deploy_target import DeployTarget
from config.models.terraform_cloud import TerraformCloud
from tests.synthesis import SHOP
from tests.terraform_cloud.certificate import make_certificate
from tests.terraform_cloud.server import TOKEN, TerraformCloudServer, terraform_cloud

HOST_IN_CODE = "tfe.example.com"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, and its key."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def cloud(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TerraformCloudServer]:
    """An empty Terraform Cloud; its certificate is trusted, and `terraform login` has been there."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    monkeypatch.delenv("TFE_TOKEN", raising=False)
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    with terraform_cloud(*certificate) as server:
        log_in(home, server.hostname)
        yield server


def log_in(home: Path, hostname: str) -> None:
    """Write what `terraform login` writes."""
    file = home / ".terraform.d/credentials.tfrc.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"credentials": {hostname: {"token": TOKEN}}}))


@pytest.fixture(scope="session")
def cloud_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dev environment of the shop, with its state in Terraform Cloud, synthesized."""
    root = tmp_path_factory.mktemp("cloud") / "checkout"
    shutil.copytree(SHOP, root)
    shared = root / "environments/shared.yaml"
    shared.write_text(shared.read_text() + f"terraform_cloud:\n  organization: acme-corp\n  hostname: {HOST_IN_CODE}\n")
    main.synthesize(root, out=root / "cdktf.out", only="dev", local_aws=False)
    return root


@pytest.fixture
def program(cloud_checkout: Path) -> SynthesizedApp:
    """Its stacks."""
    return read_program(cloud_checkout, "dev")


@pytest.fixture
def cloud_place(cloud_checkout: Path) -> DeployTarget:
    """Its settings."""
    return load_platform(cloud_checkout, only="dev")[0].environment


def settings_for(server: TerraformCloudServer, **fields: str) -> TerraformCloud:
    """Settings that lead to the server."""
    return TerraformCloud.model_validate({"organization": "acme-corp", "hostname": server.hostname} | fields)
