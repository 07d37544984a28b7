"""An editor that follows the schemas says the same as the loader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from config.loader import json_schema as schemas
from config.models.fargate import FARGATE_MEMORY_MIB
from config.models.service.kinds import Kind
from tests.config.platform_files import VALID
from tests.synthesis import ROOT, SHOP

SCHEMA_OF_FOLDER = {
    "environments": "environment.json",
    "service_configs": "service.json",
    "service_configs/releases": "releases.json",
}
FILES = [
    (file, "shared.json" if file.name == "shared.yaml" else name)
    for folder, name in SCHEMA_OF_FOLDER.items()
    for file in sorted((SHOP / folder).glob("*.yaml"))
]


def schema(name: str) -> dict[str, Any]:
    written: dict[str, Any] = json.loads((ROOT / schemas.FOLDER / name).read_text())
    return written


def errors(name: str, text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema(name)).iter_errors(yaml.safe_load(text) or {})]


def test_the_schema_files_are_what_the_models_say() -> None:
    assert schemas.stale(ROOT) == [], "run python -m config.loader.json_schema"


def test_a_schema_that_differs_is_called_stale(tmp_path: Path) -> None:
    folder = tmp_path / schemas.FOLDER
    folder.mkdir()
    for name, text in schemas.rendered().items():
        (folder / name).write_text(text)
    assert schemas.stale(tmp_path) == []
    (folder / "shared.json").write_text("{}")
    (folder / "service.json").unlink()
    assert {path.name for path in schemas.stale(tmp_path)} == {"shared.json", "service.json"}


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(("file", "its"), FILES, ids=lambda value: getattr(value, "name", str(value)))
def test_every_file_of_the_shop_names_its_schema_and_follows_it(file: Path, its: str) -> None:
    text = file.read_text()
    up = "/".join(".." for _ in file.relative_to(ROOT).parent.parts)
    assert text.splitlines()[0] == f"# yaml-language-server: $schema={up}/{schemas.FOLDER}/{its}"
    assert errors(its, text) == []


@pytest.mark.parametrize("name", ["service_configs/api.yaml", "service_configs/web.yaml"])
def test_what_the_loader_takes_the_schema_takes(name: str) -> None:
    assert errors("service.json", VALID[name]) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("kind: internal\n", id="an internal service without a port"),
        pytest.param("kind: worker\nport: 80\n", id="a worker with a port"),
        pytest.param("kind: internal\nport: 80\nhttp:\n  host: x\n", id="requests from outside to an internal service"),
        pytest.param("kind: worker\nscaling:\n  requests_per_task: 5\n", id="requests of a worker"),
        pytest.param("kind: worker\nname: x\n", id="a name in the file"),
        pytest.param("kind: worker\nrelease: x\n", id="a release in the file"),
        pytest.param("kind: worker\nvariables:\n  a-b: x\n", id="a variable that no shell takes"),
        pytest.param("kind: worker\ncpu: 512\n", id="the default memory with more cpu"),
        pytest.param("kind: worker\nmemory_mib: 4096\n", id="more memory than the default cpu takes"),
        pytest.param("kind: worker\nenvironments:\n  dev:\n    kind: internal\n", id="another kind in an environment"),
        pytest.param("kind: worker\nenvironments:\n  dev:\n    environments: {}\n", id="overrides of overrides"),
        pytest.param("kind: worker\nenvironments:\n  dev:\n    prot: 80\n", id="a misspelt field in an override"),
        pytest.param("kind: worker\nenvironments:\n  dev:\n    cpu: '256'\n", id="text for a number in an override"),
    ],
)
def test_an_editor_refuses_in_a_service_file(text: str) -> None:
    assert errors("service.json", text) != []


@pytest.mark.parametrize("cpu", FARGATE_MEMORY_MIB)
def test_an_editor_knows_the_sizes_of_fargate(cpu: int) -> None:
    for other, sizes in FARGATE_MEMORY_MIB.items():
        for size in sizes:
            sold = size in FARGATE_MEMORY_MIB[cpu]  # type: ignore[index]
            assert (errors("service.json", f"kind: worker\ncpu: {cpu}\nmemory_mib: {size}\n") == []) is sold, other


def test_in_an_override_nothing_is_required() -> None:
    text = "kind: public-web\nport: 80\nenvironments:\n  dev:\n    http:\n      path: /x\n    scaling: {min_tasks: 1}\n"
    assert errors("service.json", text) == []


def test_in_shared_nothing_is_required_and_in_an_environment_what_no_two_can_share() -> None:
    assert errors("shared.json", "network:\n  nat: single\n") == []
    assert errors("environment.json", "domain: example.com\nnetwork:\n  nat: single\n") == [
        "'cidr' is a required property"
    ]
    assert errors("environment.json", "network:\n  cidr: 10.0.0.0/16\n") == ["'domain' is a required property"]


def test_releases_name_services_and_tags() -> None:
    assert errors("releases.json", "web: v1\n") == []
    assert errors("releases.json", "web: 1.10\n") != []
    assert errors("releases.json", "Web_1: v1\n") != []


def test_every_field_is_described_and_bounds_and_choices_are_kept() -> None:
    service = schema("service.json")
    properties = service["properties"]
    for name, its in properties.items():
        described = "description" in its or "description" in service["$defs"].get(its["$ref"].rpartition("/")[2], {})
        assert described, name
    assert properties["port"]["anyOf"][0] == {"maximum": 65_535, "minimum": 1, "type": "integer"}
    assert service["$defs"]["Kind"]["enum"] == [str(kind) for kind in Kind]
    assert properties["cpu"]["default"] == 256
    assert "title" not in json.dumps(service)


def test_the_command_checks_without_writing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert schemas.main(["--check"]) == 0
    monkeypatch.setattr(schemas, "rendered", lambda: {"shared.json": "other"})
    assert schemas.main(["--check"]) == 1
    assert "schemas/shared.json is stale: run python -m config.loader.json_schema" in capsys.readouterr().err
    assert (ROOT / "schemas/shared.json").read_text() != "other"
    assert schemas.main(["--chekc"]) == 2
