"""A product team's own image and its tag."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from images.service_builds import service_work

PLATFORMS = ("linux/arm64",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    context = tmp_path / "orders"
    (context / "src").mkdir(parents=True)
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "src/app").write_text("#!/bin/sh\n")
    return context


def tag(folder: Path) -> str:
    return service_work("orders", folder, platforms=PLATFORMS).tag


def test_the_tag_follows_the_content(folder: Path) -> None:
    before = tag(folder)
    assert tag(folder) == before
    (folder / "src/app").chmod(0o755)
    executable = tag(folder)
    (folder / "src/app").write_text("#!/bin/sh\nexec server\n")
    assert len({before, executable, tag(folder)}) == 3


def test_what_git_ignores_does_not_count(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (folder / ".gitignore").write_text("node_modules/\n")
    before = tag(folder)
    (folder / "node_modules").mkdir()
    (folder / "node_modules/leftpad.js").write_text("1")
    assert tag(folder) == before
    (folder / "src/new").write_text("not committed yet, but in the build")
    assert tag(folder) != before


def test_a_tag_given_is_taken_and_the_content_still_counts(folder: Path) -> None:
    one = service_work("orders", folder, platforms=PLATFORMS, tag="v1")
    (folder / "src/app").write_text("other")
    other = service_work("orders", folder, platforms=PLATFORMS, tag="v1")
    assert one.tag == other.tag == "v1"
    assert one.fingerprint != other.fingerprint


def test_several_platforms_have_tags_of_their_own() -> None:
    work = service_work("orders", Path(__file__).parent, platforms=("linux/amd64", "linux/arm64"), tag="v1")
    assert [part.tag for part in work.parts] == ["v1-amd64", "v1-arm64"]
