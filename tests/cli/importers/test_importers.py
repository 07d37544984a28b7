"""`groundwork import`: foreign files become service files, and every line of them is accounted for.

Where a text is meant to change, `GROUNDWORK_GOLDEN=1 pytest` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.importers.compose.project import import_compose
from cli.importers.draft import Import
from config.loader.platform import load_platform
from config.source.document import read_document
from tests.cli.commands import Groundwork, everything_in, groundwork_in
from tests.cli.importers.foreign_files import CASES, INPUTS, VALUES, platform_with_inputs
from tests.config.bad_yaml import JARGON
from tests.synthesis import Checkout

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform without services; commands run beside the foreign files."""
    root = platform_with_inputs(tmp_path / "platform")
    monkeypatch.chdir(root / "foreign")
    return root


@pytest.fixture
def groundwork(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Groundwork:
    """Runs a command on it."""
    return groundwork_in(root, monkeypatch, capsys)


def services_in(root: Path) -> dict[str, str]:
    """The services' files by name."""
    return {path.name: path.read_text() for path in sorted((root / "service_configs").glob("*.yaml"))}


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_and_said_is_this(case: str, root: Path, groundwork: Groundwork) -> None:
    ended = groundwork("import", *CASES[case])
    assert (ended.code, ended.err) == (0, "")
    whole = ended.out + "".join(f"\n===== {name}\n{text}" for name, text in services_in(root).items())
    file = GOLDEN / f"{case}.txt"
    if os.environ.get("GROUNDWORK_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(whole)
    assert whole == file.read_text()
    assert load_platform(root)
    assert not JARGON.search(ended.out)


@pytest.mark.parametrize("case", CASES)
def test_no_value_of_a_secret_is_written_or_said(case: str, root: Path, groundwork: Groundwork) -> None:
    ended = groundwork("import", *CASES[case])
    everything = ended.out + ended.err + "".join(services_in(root).values())
    assert not [value for value in VALUES if value in everything]


@pytest.mark.parametrize("case", CASES)
def test_a_second_run_changes_nothing(case: str, root: Path, groundwork: Groundwork) -> None:
    groundwork("import", *CASES[case])
    before = everything_in(root)
    ended = groundwork("import", *CASES[case])
    assert ended.code == 0
    assert everything_in(root) == before
    assert ": written" not in ended.out
    assert ": unchanged" in ended.out


def test_a_file_that_is_there_is_kept_and_said(root: Path, groundwork: Groundwork) -> None:
    mine = "kind: public-web\nport: 9999\ndatabase: {}\ncache: {}\n"
    (root / "service_configs/web.yaml").write_text(mine)
    ended = groundwork("import", *CASES["django"])
    assert ended.code == 0
    assert services_in(root)["web.yaml"] == mine
    assert "service_configs/web.yaml: there already, with other content: left as it is\n" in ended.out
    assert "service_configs/worker.yaml: written\n" in ended.out


def test_where_the_whole_would_be_wrong_nothing_is_written(root: Path, groundwork: Groundwork) -> None:
    """The worker shares a database that web.yaml, which was here before, does not have."""
    (root / "service_configs/web.yaml").write_text("kind: public-web\nport: 9999\n")
    before = everything_in(root)
    ended = groundwork("import", *CASES["django"])
    assert ended.code == 2
    assert everything_in(root) == before
    assert "service_configs/worker.yaml: not written\n" in ended.err
    assert "database.of: web has no database of its own: web.yaml has no `database:`" in ended.err
    assert "add `database: {}` to web.yaml" in ended.err


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("", "bad.yaml: the file is empty"),
        ("- a\n", "bad.yaml:1: bad.yaml: cannot be read\n  value: [a]\n  allowed: lines of `name: value`\n"),
        ("volumes: {}\n", "bad.yaml:1: services: cannot be read\n"),
        ("services: {web: {image: [1]}}\n", "bad.yaml:1: image: cannot be read\n  value: [1]\n  allowed: text\n"),
        ("services:\n  web:\n    ports: [http]\n", "bad.yaml:3: ports: cannot be read\n  value: http\n"),
        ("services:\n  web:\n    ports: [99999]\n", "bad.yaml:3: ports: cannot be read\n  value: 99999\n"),
        ("services:\n  web:\n    scale: many\n", "bad.yaml:3: scale: cannot be read\n  value: many\n  allowed: a numb"),
        ("services:\n  web:\n    extends: {service: api}\n", "bad.yaml:3: services.web.extends: cannot be read\n"),
        ("services:\n  web:\n    command: 'sh \"'\n", "bad.yaml:3: command: cannot be read\n"),
        ("services:\n  web:\n    mem_limit: much\n", "bad.yaml:3: mem_limit: cannot be read\n  value: much\n"),
        ("services:\n  web:\n   environment: [PASSWORD]\n    x: 1\n", "bad.yaml:4: "),
        ("services:\n  web:\n    healthcheck: {test: x, interval: soon}\n", "bad.yaml:3: healthcheck.interval: cannot"),
    ],
)
def test_what_is_no_compose_file_is_refused_at_its_line(
    root: Path, groundwork: Groundwork, written: str, printed: str
) -> None:
    (root / "foreign/bad.yaml").write_text(written)
    before = everything_in(root)
    ended = groundwork("import", "compose", "bad.yaml")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(printed.replace("bad.yaml: the file is empty", "bad.yaml:1: the file")), ended.err
    assert everything_in(root) == before


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("compose", "none.yaml"), "none.yaml:1: cannot be read: no such file or directory\n"),
        (("task-definition", "none.json"), "none.json:1: cannot be read: no such file or directory\n"),
        (("task-definition", "django/compose.yaml"), "django/compose.yaml:2: containerDefinitions: cannot be read\n"),
        (("copilot", "django"), "there is no manifest in django\n"),
    ],
)
def test_a_wrong_file_is_refused(root: Path, groundwork: Groundwork, arguments: tuple[str, ...], printed: str) -> None:
    ended = groundwork("import", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(printed), ended.err
    assert not services_in(root)


@pytest.mark.parametrize("case", [case for case, arguments in CASES.items() if arguments[0] == "compose"])
def test_every_field_of_a_compose_file_has_its_remark(case: str) -> None:
    file = Path(CASES[case][1])
    found: Import = import_compose(INPUTS, file)
    document = read_document(INPUTS, file).node
    assert document
    services = document.fields["services"].fields
    drafted = {draft.origin.line for draft in found.drafts}
    for name, node in services.items():
        if node.line not in drafted:
            assert f"services.{name}" in {remark.setting for remark in found.remarks}
            continue
        remarks = [remark for draft in found.drafts for remark in draft.remarks]
        lines = {remark.line for remark in remarks}
        for field, value in node.fields.items():
            its = {value.line, *(one.line for one in value.fields.values())}
            its |= {entry.line for entry in value.content} if isinstance(value.content, tuple) else set()
            named = any(field in remark.setting.split(", ") for remark in remarks)
            assert its & lines or named or field == "extends", (name, field)  # what it extends is merged


def test_the_synthesized_services_are_those_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the file to what Terraform reads: sizes, commands to the letter, who shares what."""
    checkout = Checkout(tmp_path / "checkout")
    checkout.keep_services()
    run = groundwork_in(checkout.root, monkeypatch, capsys)
    for case in ("django", "task-definition"):
        assert run("import", CASES[case][0], str(INPUTS / CASES[case][1])).code == 0
    platform = checkout.synthesize(only="dev")
    worker = platform["dev-service-worker"].one("aws_ecs_task_definition")
    assert "$${CONCURRENCY:-4}" in worker["container_definitions"]
    assert platform["dev-service-watch-java"].one("aws_ecs_task_definition")["memory"] == "8192"
    assert "dev-database-web" in platform.stacks
    assert "dev-database-worker" not in platform.stacks
