"""The stacks that are priced are those of the files as they are, synthesized once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.changes.tree import StackCode, Tree
from cli.cost import synthesis_cache
from cli.cost.synthesis_cache import KEPT, synthesize_once


class Program:
    """What would be synthesized, and how often it was."""

    def __init__(self, folder: Path) -> None:
        self.root, self.cache = folder / "checkout", folder / "cache"
        self.runs: list[str | None] = []
        (self.root / "environments").mkdir(parents=True)
        self.write("environments/dev.yaml", "a: 1\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def synthesize(self, root: Path, _out: Path, *, only: str | None = None) -> Tree:
        self.runs.append(only)
        text = (root / "environments/dev.yaml").read_text()
        return {"dev-network": StackCode("dev-network", text, frozenset({"dev-account"}))}

    def ask(self, only: str | None = "dev") -> Tree:
        return synthesize_once(self.root, self.root.parent / "out", only=only, cache=self.cache)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    found = Program(tmp_path)
    monkeypatch.setattr(synthesis_cache, "synthesize_tree", found.synthesize)
    monkeypatch.setattr(synthesis_cache, "PROGRAM", found.root)
    return found


def test_what_is_asked_again_is_not_synthesized_again(program: Program) -> None:
    first, again = program.ask(), program.ask()
    assert first == again == {"dev-network": StackCode("dev-network", "a: 1\n", frozenset({"dev-account"}))}
    assert program.runs == ["dev"]


@pytest.mark.parametrize(
    "change",
    [
        lambda program: program.write("environments/dev.yaml", "a: 2\n"),
        lambda program: program.write("service_configs/new.yaml", "kind: worker\n"),
        lambda program: program.write("docker/prometheus/rules.yml", "groups: []\n"),
        lambda program: program.write("modules/network.py", "ZONES = 2\n"),
        lambda program: (program.root / "environments/dev.yaml").rename(program.root / "environments/test.yaml"),
    ],
)
def test_any_file_that_the_program_may_read_is_another_version(
    change: Callable[[Program], object], program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ask()
    change(program)
    monkeypatch.setattr(synthesis_cache, "synthesize_tree", lambda *_, **__: {})
    assert program.ask() == {}


def test_another_environment_python_or_package_is_another_version(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program.ask()
    program.ask(only="prod")
    assert program.runs == ["dev", "prod"]
    (tmp_path / "cdktf-9.0.dist-info").mkdir()
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    program.ask()
    assert program.runs == ["dev", "prod", "dev"]


def test_tests_documentation_and_what_was_generated_are_no_change(program: Program) -> None:
    program.ask()
    for name in ("docs/costs.md", "tests/test_main.py", "cdktf.out/manifest.json", ".git/HEAD"):
        program.write(name, "x")
    program.ask()
    assert len(program.runs) == 1


def test_a_file_that_is_edited_meanwhile_is_synthesized_anew(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(root: Path, out: Path, *, only: str | None = None) -> Tree:
        tree = program.synthesize(root, out, only=only)
        program.write("environments/dev.yaml", f"a: {len(program.runs)}\n")
        return tree

    monkeypatch.setattr(synthesis_cache, "synthesize_tree", slow)
    program.write("environments/dev.yaml", "a: 0\n")
    program.ask()
    program.write("environments/dev.yaml", "a: 0\n")
    program.ask()
    assert len(program.runs) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"dev-network": {}}'])
def test_a_broken_file_is_made_anew(content: str, program: Program) -> None:
    program.ask()
    (file,) = program.cache.glob("*.json")
    file.write_text(content)
    assert program.ask()["dev-network"].text == "a: 1\n"
    assert file.read_text() != content


def test_a_place_that_cannot_be_written_stops_nothing(program: Program) -> None:
    program.cache.write_text("a file")
    assert program.ask() == program.ask()
    assert len(program.runs) == 2


def test_only_the_last_ones_are_kept(program: Program) -> None:
    for number in range(KEPT + 3):
        program.write("environments/dev.yaml", f"a: {number}\n")
        program.ask()
    assert len(list(program.cache.glob("*.json"))) == KEPT
    assert [path.suffix for path in program.cache.iterdir()] == [".json"] * KEPT
