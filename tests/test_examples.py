"""The applications of examples/: each is complete, they live together, and Terraform finds them valid."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from cli.importers.compose.project import import_compose
from cli.importers.service_text import draft_text
from config.loader.platform import load_platform
from config.models.service.kinds import Kind
from tests.config.platform_files import write_platform
from tests.synthesis import ROOT, Checkout, Platform
from tests.terraform_validation import initialize, validate

EXAMPLES = ROOT / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


def files_of(name: str) -> list[Path]:
    return sorted((EXAMPLES / name / "service_configs").glob("*.yaml"))


def test_there_are_six() -> None:
    assert NAMES == ["compose-shop", "django", "grpc", "queue-worker", "rails", "spring-boot"]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_complete_in_itself(name: str, tmp_path: Path) -> None:
    root = write_platform(tmp_path, {"service_configs/api.yaml": None, "service_configs/web.yaml": None})
    for file in files_of(name):
        shutil.copy(file, root / "service_configs")
    for deployment in load_platform(root):
        assert {service.name for service in deployment.services} == {file.stem for file in files_of(name)}


@pytest.mark.parametrize("name", NAMES)
def test_its_page_names_every_service_and_no_other(name: str) -> None:
    page = (EXAMPLES / name / "README.md").read_text()
    for file in files_of(name):
        assert f"`{file.stem}`" in page, file.stem
    for service in re.findall(r"--service (\S+)|secret set dev (\S+)", page):
        assert "".join(service) in {file.stem for file in files_of(name)}


def test_the_compose_shop_is_what_the_importer_makes_of_its_file() -> None:
    file = Path("examples/compose-shop/compose.yaml")
    found = import_compose(ROOT, file)
    made = {f"{draft.name}.yaml": draft_text(draft, f"compose {file}") for draft in found.drafts}
    assert made == {path.name: path.read_text() for path in files_of("compose-shop")}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Every example in one environment."""
    checkout = Checkout(tmp_path_factory.mktemp("examples") / "checkout")
    checkout.keep_services()
    for name in NAMES:
        for file in files_of(name):
            shutil.copy(file, checkout.root / "service_configs")
    return checkout.synthesize(only="prod")


def test_they_live_in_one_environment(platform: Platform) -> None:
    for name in NAMES:
        for file in files_of(name):
            stack = platform[f"prod-service-{file.stem}"]
            assert stack.one("aws_ecs_task_definition")["family"] == f"prod-{file.stem}"
    databases = {stack.name for stack in platform if stack.name.startswith("prod-database-")}
    assert databases == {f"prod-database-{name}" for name in ("tickets-web", "forum-web", "ledger", "shop-catalogue")}
    kinds = {file.read_text().partition("kind: ")[2].split("\n")[0] for name in NAMES for file in files_of(name)}
    assert kinds == set(Kind)


@pytest.mark.e2e
def test_terraform_finds_them_valid(platform: Platform, tmp_path: Path) -> None:
    shutil.copytree(platform.out / "stacks", tmp_path / "stacks")
    modules = {stack.name: {"source": f"./stacks/{stack.name}"} for stack in platform}
    (tmp_path / "main.tf.json").write_text(json.dumps({"module": modules}))
    initialize(tmp_path)
    assert validate(tmp_path) == []
