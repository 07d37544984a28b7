"""The step of the workflow `check` that runs the tests, as it stands there, in a repository that has but two tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.synthesis import ROOT
from tests.workflows.workflow_files import steps

# As root it first asks Debian for the packages that the container tests need: they are there where these tests run.
pytestmark = [pytest.mark.long, pytest.mark.docker]

INSTALLED = (".venv", ".venv-checkov", ".venv-provider-6", ".venv-cdktn", "node_modules")
PACKAGES = (
    "benchmarks",
    "config",
    "costs",
    "images",
    "local_aws",
    "modules",
    "monitoring",
    "rollouts",
    "stacks",
    "tests",
)
MADE_FROM = ("Makefile", "pyproject.toml", "package-lock.json")
TESTS = '''\
"""A quick test and a long one."""

import pytest


def test_a_quick_one() -> None:
    assert 1 + 1 == {quick}


@pytest.mark.long
def test_a_long_one() -> None:
    assert 1 + 1 == {long}
'''


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make` reads of this repository, what is installed for it, and packages in which nothing is."""
    root = tmp_path_factory.mktemp("ci") / "small"
    shutil.copytree(ROOT / ".ci", root / ".ci")
    for name in INSTALLED:
        if (ROOT / name).exists():
            (root / name).symlink_to(ROOT / name)
    for package in PACKAGES:
        (root / package).mkdir()
        (root / package / "__init__.py").write_text('"""Nothing."""\n')
    (root / "main.py").write_text('"""Nothing."""\n')
    (root / "cli").mkdir()
    shutil.copy(ROOT / "cli/prerequisites.py", root / "cli")
    for path in (*(ROOT / name for name in MADE_FROM), *ROOT.glob("requirements*.lock")):
        # Older than what is installed, which is this repository's and must stay as it is.
        os.utime(shutil.copy(path, root), (0, 0))
    return root


def run_step(small: Path, *, quick: int, long: int, more: str = "") -> subprocess.CompletedProcess[str]:
    (command,) = (step.run for step in steps() if (step.workflow, step.job) == ("check", "test") and step.run)
    (small / "tests/test_two.py").write_text(TESTS.format(quick=quick, long=long) + more)
    outer = {name: its for name, its in os.environ.items() if not name.startswith(("PYTEST", "MAKE", "MFLAGS"))}
    return subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=small,
        env=outer,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )


def test_it_checks_and_runs_the_quick_and_the_long_tests(small: Path) -> None:
    done = run_step(small, quick=2, long=2)
    assert done.returncode == 0, done.stdout
    assert "make check passed" in done.stdout
    assert done.stdout.count("1 passed") == 2, done.stdout


@pytest.mark.parametrize(("quick", "long"), [(3, 2), (2, 3)])
def test_it_fails_where_a_quick_or_a_long_test_fails(small: Path, quick: int, long: int) -> None:
    done = run_step(small, quick=quick, long=long)
    assert done.returncode != 0, done.stdout
    assert "make check passed" in done.stdout
    assert (done.stdout.count("1 passed"), done.stdout.count("1 failed")) == (1, 1), done.stdout


def test_it_fails_where_only_the_style_is_wrong(small: Path) -> None:
    done = run_step(small, quick=2, long=2, more="\n\nimport os\n")
    assert done.returncode != 0, done.stdout
    assert "make check FAILED" in done.stdout
    assert done.stdout.count("1 passed") == 2, done.stdout
