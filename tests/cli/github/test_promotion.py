"""Which environments a merge deploys."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.github.promotion import NOTHING, changed_since, promoted

ORDER = ["dev", "staging", "prod"]


@pytest.mark.parametrize(
    ("changed", "deployed"),
    [
        ([], ["shared", "dev"]),
        (["modules/network/vpc.py", "service_configs/orders.yaml", "environments/shared.yaml"], ["shared", "dev"]),
        (["service_configs/releases/dev.yaml"], ["shared", "dev"]),
        (["service_configs/releases/prod.yaml"], ["shared", "dev", "prod"]),
        (["service_configs/releases/prod/orders.yaml"], ["shared", "dev", "prod"]),
        (["service_configs/releases/product/orders.yaml", "x/service_configs/releases/prod/a.yaml"], ["shared", "dev"]),
        (["environments/prod.yaml", "environments/staging.yaml"], ["shared", "dev", "staging", "prod"]),
        (["docs/environments/prod.yaml", "environments/prod.yaml.orig"], ["shared", "dev"]),
    ],
)
def test_an_environment_is_deployed_when_a_file_of_its_own_changed(changed: list[str], deployed: list[str]) -> None:
    assert promoted(ORDER, "dev", changed) == deployed


def test_what_changed_is_asked_of_git(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "--quiet")
    (tmp_path / "one").write_text("1")
    git("add", "--all")
    git("commit", "--quiet", "--message", "one")
    first = git("rev-parse", "HEAD")
    (tmp_path / "two").write_text("2")
    git("add", "--all")
    git("commit", "--quiet", "--message", "two")
    assert changed_since(tmp_path, first) == ["two"]
    assert changed_since(tmp_path, NOTHING) == ["one", "two"]
    with pytest.raises(CommandError, match="git does not know the commit"):
        changed_since(tmp_path, "--output=x")
