"""The way from a fresh fork to the first deploy: each command of the two pages exists, and each section loads.

tests/e2e/test_first_pull_request.py types those of docs/delivery.md.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import textwrap
from pathlib import Path

import botocore.session
import pytest
import yaml

from cli.github.code_owners import gated_paths, owners_of, read_rules
from config.loader.platform import load_platform
from tests.docs.test_docs import check_command
from tests.synthesis import ROOT, Checkout

PAGES = ("docs/delivery.md", "docs/getting-started.md")
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```", re.M | re.S)


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text()
    return [textwrap.dedent(body) for _, found, body in _BLOCK.findall(text) if found == language]


def commands(page: str) -> list[str]:
    """Every command that is to be typed, those within another one included."""
    lines = [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]
    found = []
    for line in lines:
        found += re.findall(r"\$\(([^)]+)\)", line)
        found += [re.sub(r"^(?:\w+=\S+ )+", "", part.strip()) for part in re.sub(r"\$\([^)]+\)", "x", line).split("&&")]
    return found


def check_git(words: list[str], folder: Path) -> None:
    """git itself says whether it knows the options."""
    if words[0] == "clone":
        return
    done = subprocess.run(["git", words[0], "-h"], cwd=folder, capture_output=True, text=True, check=False)
    usage = done.stdout + done.stderr
    for word in (word for word in words[1:] if word.startswith("-")):
        for flag in [word] if word.startswith("--") else [f"-{letter}" for letter in word[1:]]:
            # An option may be shown as --[no-]all.
            assert re.search(rf"(?<![\w-]){re.escape(flag)}\b", usage.replace("[no-]", "")), f"git {words}: {flag}"


def check_aws(words: list[str]) -> None:
    service, operation = words[:2]
    model = botocore.session.get_session().get_service_model(service)
    assert operation.replace("-", "") in {name.lower() for name in model.operation_names}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one_that_its_program_takes(page: str, tmp_path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    found = commands(page)
    assert len(found) > 8
    for line in found:
        program, *words = shlex.split(line, comments=True)
        match program:
            case "groundwork":
                check_command(line)
            case "make":
                assert set(words) <= targets, line
            case "git":
                check_git(words, tmp_path)
            case "aws":
                check_aws(words)
            case "source":
                assert words == [".venv/bin/activate"]
            case "cd" | "export" | "read":
                pass
            case _:
                pytest.fail(f"{page}: nobody knows `{line}`")


def test_a_command_that_does_not_exist_is_found(tmp_path: Path) -> None:
    for words in (["commit", "--everything"], ["push", "--up"]):
        with pytest.raises(AssertionError):
            check_git(words, tmp_path)


def sections() -> list[str]:
    return [block for block in blocks("docs/delivery.md", "yaml") if block.startswith("delivery:")]


def test_every_section_about_delivery_loads(checkout: Checkout) -> None:
    shared = checkout.root / "environments/shared.yaml"
    text = shared.read_text()
    assert len(sections()) == 4
    for section in sections():
        shared.write_text(text + section)
        delivery = load_platform(checkout.root)[0].environment.delivery
        assert delivery is not None
        written = yaml.safe_load(section)["delivery"]
        assert delivery.model_dump(include=set(written), exclude_unset=True, mode="json") == written


def test_the_code_owners_of_the_page_own_the_whole_gate() -> None:
    (text,) = (block for block in blocks("docs/delivery.md", "text") if block.startswith("/"))
    rules = read_rules(text)
    paths = gated_paths(["staging", "prod"])
    assert {owners_of(path, rules) for path in paths} == {("@acme/platform",)}
    assert owners_of("service_configs/releases/dev.yaml", rules) == ()
    assert owners_of("service_configs/orders.yaml", rules) == ()
