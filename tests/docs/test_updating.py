"""docs/updating.md, line by line: a version is merged into a company's clone, whose own files stay as they are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.synthesis import ROOT

PAGE = (ROOT / "docs/updating.md").read_text()
ADD, UPDATE, COPIED = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
OWN = {
    "environments/dev.yaml": "domain: dev.acme.io\n",
    "service_configs/payments.yaml": "kind: worker\n",
    "service_configs/releases/dev/payments.yaml": "tag: v7\n",
}
PLATFORM = {"main.py": "print(1)\n", "environments/dev.yaml": "domain: dev.example.com\n"}
EXAMPLES = {"service_configs/mailer.yaml": "kind: worker\n", "service_configs/orders.yaml": "kind: internal\n"}
QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(folder: Path, *words: str, fails: bool = False) -> str:
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **QUIET}, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout


def follow(folder: Path, block: str, *, conflict: bool = False) -> None:
    """Type the lines of the page."""
    for line in block.splitlines():
        program, *words = shlex.split(line.removeprefix("$ "))
        assert program == "git"
        git(folder, *words, fails=conflict and words[0] == "merge")


def commit(folder: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    folder = tmp_path / "platform"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder, {**PLATFORM, **EXAMPLES}, "First")
    git(folder, "tag", "v0.1.0")
    news = {
        "main.py": "print(2)\n",
        "modules/new.py": "",
        "environments/dev.yaml": "domain: dev.example.org\n",
        "service_configs/mailer.yaml": "kind: internal\n",
        "service_configs/example.yaml": "kind: worker\n",
    }
    commit(folder, news, "Second")
    git(folder, "tag", "v0.2.0")
    return folder


def own_files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for place in ("environments", "service_configs")
        for path in sorted((folder / place).rglob("*.yaml"))
    }


def test_an_update_changes_the_platforms_files_and_none_of_the_companys(platform: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch", "main", str(platform), "clone")
    git(clone, "reset", "--quiet", "--hard", "v0.1.0")
    (clone / "service_configs/mailer.yaml").unlink()
    commit(clone, OWN, "Ours")
    before = own_files(clone)
    follow(clone, re.sub(r"https://\S+", str(platform), ADD))
    follow(clone, UPDATE, conflict=True)
    assert own_files(clone) == before
    assert {"service_configs/orders.yaml", *OWN} == set(before)
    assert (clone / "main.py").read_text() == "print(2)\n"
    assert (clone / "modules/new.py").exists()
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "merge-base", "HEAD", "v0.2.0") == git(clone, "rev-parse", "v0.2.0"), (
        "the next one goes on from it"
    )


def test_a_copy_without_history_takes_updates_too(platform: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    git(copy, "init", "--quiet")
    commit(copy, {**PLATFORM, **EXAMPLES, **OWN}, "All at once")
    before = own_files(copy)
    follow(copy, re.sub(r"https://\S+", str(platform), ADD))
    follow(copy, COPIED)
    assert own_files(copy) == before
    follow(copy, UPDATE, conflict=True)
    assert own_files(copy) == before
    assert (copy / "main.py").read_text() == "print(2)\n"


def test_its_own_change_of_a_platforms_file_is_a_conflict_and_never_lost_silently(
    platform: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(platform), "clone")
    clone = tmp_path / "clone"
    git(clone, "reset", "--quiet", "--hard", "v0.1.0")
    commit(clone, {"main.py": "print(3)\n"}, "Ours")
    git(clone, "merge", "--no-commit", "--no-ff", "v0.2.0", fails=True)
    assert "main.py" in git(clone, "diff", "--name-only", "--diff-filter", "U")
