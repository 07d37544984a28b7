"""The documentation is true of the repository: commands, options, links, paths, and the walk through the code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from cli.app import app
from tests.synthesis import ROOT, SHOP, Checkout, Platform

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# Made by commands, or by the reader.
GENERATED = (".venv/", "node_modules/", "build/", "cdktf.out/", ".local-aws/")
READERS_OWN = ("service_configs/", "environments/")  # the pages speak of those in tests/shop
ROOT_FILES = {path.name for path in ROOT.iterdir()}

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*/?")


@dataclass(frozen=True)
class Page:
    """One file of documentation."""

    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text()

    def commands(self) -> Iterator[str]:
        """Every `groundwork …` that a reader is told to type."""
        lines = [line for _, block in _FENCE.findall(self.text) for line in block.splitlines()]
        prose = _FENCE.sub("", self.text)
        for line in [*(line.removeprefix("$ ") for line in lines), *(span for span in _SPAN.findall(prose))]:
            for part in re.split(r"&&|;|\$\(|\| ", line):
                # Two spaces: what follows explains it.
                words = part.strip().removeprefix(".venv/bin/").split("  ")[0]
                if words.startswith("groundwork "):
                    yield words.rstrip(')"') if words.count('"') % 2 else words

    def paths(self) -> Iterator[str]:
        """Every file or folder of the repository that is named in code style."""
        for span in _SPAN.findall(_FENCE.sub("", self.text)):
            is_ours = "/" in span.strip("/") or span.endswith("/") or span in ROOT_FILES
            if is_ours and _PATH.fullmatch(span) and span.split("/")[0] in ROOT_FILES:
                yield span


def in_the_shop(path: str) -> Path:
    """A file that a page names, or the one in tests/shop where it belongs to the reader."""
    return (SHOP if path.startswith(READERS_OWN) else ROOT) / path


def check_command(line: str) -> None:
    """Parse it as the command line would, and run nothing."""
    command = get_command(app)
    words = [word for word in shlex.split(line.replace("…", ""), comments=True) if word != "..."][1:]
    words = words[: next((i for i, word in enumerate(words) if word in ("<", ">", "|")), len(words))]
    context = typer.Context(command, info_name="groundwork")
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        try:
            name, found, words = command.resolve_command(context, words)
        except TyperException as error:
            raise AssertionError(f"`{line}`: {error.format_message()}") from None
        assert found, f"`{line}`: there is no such command"
        context, command = typer.Context(found, info_name=name, parent=context), found
    if words and not {"-h", "--help"} & set(words):
        try:
            command.make_context(context.info_name, list(words), parent=context.parent)
        except TyperException as error:
            if "does not exist" not in error.format_message():  # a folder of the reader's
                raise AssertionError(f"`{line}`: {error.format_message()}") from None


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_is_named_exists_with_these_options(name: str) -> None:
    for line in Page(ROOT / name).commands():
        check_command(line)


@pytest.mark.parametrize(
    "line", ["groundwork relase orders 1", "groundwork service drop x", "groundwork deploy dev --fast"]
)
def test_the_check_of_commands_finds_what_does_not_exist(line: str) -> None:
    with pytest.raises(AssertionError, match="groundwork"):
        check_command(line)


def test_the_commands_of_getting_started_are_found() -> None:
    found = {line.split()[1] for line in Page(ROOT / "docs/getting-started.md").commands()}
    assert {"doctor", "bootstrap", "deploy", "service", "release", "destroy", "unlock"} <= found


def test_every_command_that_a_message_advises_exists() -> None:
    # The words up to the first that stands for something else; options behind it are the command's own.
    advice = re.compile(r"(?:fix: |`)(groundwork [a-z-]+(?: (?:new|list|show|remove|set|publish|build)\b)?)")
    for package in ("cli", "config", "monitoring", "images", "modules", "stacks", "local_aws"):
        for file in (ROOT / package).rglob("*.py"):
            for line in advice.findall(file.read_text()):
                check_command(line)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = Page(ROOT / name)
    for link in _LINK.findall(_FENCE.sub("", page.text)):
        if "://" not in link and not link.startswith("#"):
            target = (page.path.parent / link.split("#")[0]).resolve()
            assert target.exists() or in_the_shop(str(target.relative_to(ROOT))).exists(), f"{name}: {link}"


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_is_named_exists(name: str) -> None:
    for path in Page(ROOT / name).paths():
        if not path.startswith(GENERATED) and not path.startswith(READERS_OWN):
            pattern = re.sub(r"<[\w-]+>", "*", path).rstrip("/")
            assert list(ROOT.glob(pattern)), f"{name}: {path}"


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))
    for target in re.findall(r"(?:`|^\$ )make ([a-z0-9-]+)", (ROOT / name).read_text(), re.M):
        assert target in targets, f"{name}: make {target}"


def test_every_page_that_code_and_settings_refer_to_exists() -> None:
    folders = (
        "cli",
        "config",
        "images",
        "local_aws",
        "modules",
        "monitoring",
        "schemas",
        "stacks",
        "tests/shop",
    )
    files = [
        path for folder in folders for ending in ("py", "yaml", "json") for path in (ROOT / folder).rglob(f"*.{ending}")
    ]
    for file in files:
        for page in re.findall(r"docs/(?:adr/\d{4}|[\w/-]+\.\w+)", file.read_text()):
            assert list(ROOT.glob(f"{page}*")), f"{file.relative_to(ROOT)}: {page}"


def walk() -> list[tuple[str, str]]:
    """The files and lines through which CONTRIBUTING follows the memory of a service."""
    return re.findall(r"^\| \[([\w/.]+)\]\(\1\) \| `([^`]+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.M)


def test_the_walk_takes_six_files_and_each_line_stands_in_its_file() -> None:
    assert len(walk()) == 6
    for file, line in walk():
        lines = [found.strip() for found in in_the_shop(file).read_text().splitlines()]
        assert any(found.startswith(line) for found in lines), f"{file} has no line `{line}`"


def test_the_walk_goes_in_the_direction_of_the_data_and_never_back() -> None:
    rooms = ["service_configs", "config", "main.py", "stacks", "modules/workload", "modules/ecs"]
    assert all(file.startswith(room) for (file, _), room in zip(walk(), rooms, strict=True))


def test_the_walks_value_reaches_the_resource_that_it_names(checkout: Checkout, shop: Platform) -> None:
    file, line = walk()[0]
    changed = (checkout.root / file).read_text().replace(f"\n{line}\n", "\nmemory_mib: 2048\n")
    checkout.write(file, changed)
    after = checkout.synthesize(only="prod")
    different = [stack.name for stack in after if stack.text != shop[stack.name].text]
    assert different == ["prod-service-orders"]
    memory = [stack["prod-service-orders"].one("aws_ecs_task_definition")["memory"] for stack in (shop, after)]
    assert memory == ["1024", "2048"]


def test_every_decision_has_context_decision_and_consequences() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]}: "), path.name
        parts = re.findall(r"^\*\*(Context|Decision|Consequences)\.\*\*", text, re.M)
        assert parts == ["Context", "Decision", "Consequences"], path.name
