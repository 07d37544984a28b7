"""docs/delivery.md, every command in its order: from an empty account to a pull request that is merged and deployed.

GitHub is a bare repository and a server on 127.0.0.1; what its runners would start is started here, in a checkout
apart.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from tests.cli.github.server import TOKEN, github
from tests.cli.github.test_gate import all_set_up
from tests.docs.test_first_deploy import blocks, sections
from tests.docs.test_updating import QUIET
from tests.e2e.test_workflow_steps import Runner

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PAGE = "docs/delivery.md"
BLOCKS = blocks(PAGE, "console")
REPOSITORY, DELIVERY, FIRST_DAY, GATE, PULL_REQUEST, PROMOTION, PREVIEW, AFFECTED, PLAN = range(len(BLOCKS))
WITHOUT_IDS, WITH_IDS, *_ = sections()
ORDERS, RELEASE = "service_configs/orders.yaml", "service_configs/releases/{}/orders.yaml"


class Newcomer:
    """Somebody with the page, a clone of the platform, an AWS account and a repository on GitHub."""

    def __init__(self, home: Path, runner: Runner) -> None:
        self.runner, self.root, self.remote = runner, home / "clone", home / "acme.git"
        self.followed: list[int] = []
        self._exported = home / "exported"
        self._exported.touch()
        (runner.root / ORDERS).write_text(without_image((runner.root / ORDERS).read_text()))
        for environment in ("dev", "staging"):
            file = runner.root / RELEASE.format(environment)
            file.parent.mkdir(parents=True)
            file.write_text('tag: "v1"\n')
        runner.commit()
        subprocess.run(["git", "clone", "--quiet", str(runner.root), str(self.root)], check=True)
        for name in ("node_modules", ".venv"):
            (self.root / name).symlink_to((runner.root / name).readlink())
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote)], check=True)
        self.git("config", f"url.{self.remote}.insteadOf", "git@github.com:acme/groundwork.git")
        all_set_up(runner.github)
        identity = "actions/oidc/customization/sub"
        runner.github.settings[identity] = (
            200,
            {"use_default": True, "sub_claim_prefix": "repo:acme@4711/groundwork@815"},
        )

    def follow(self, number: int, *, code: int = 0, stdin: str = "") -> list[str]:
        """Type the lines of a block of the page, of which the last ends with this code."""
        *lines, last = (line.removeprefix("$ ") for line in BLOCKS[number].splitlines() if line.startswith("$ "))
        said = [*(self.type(line, expect=0, stdin=stdin) for line in lines), self.type(last, expect=code, stdin=stdin)]
        self.followed.append(number)
        return said

    def type(self, line: str, *, expect: int, stdin: str) -> str:
        """Type a line; what it exports is there for the next one."""
        path = f"{self.root / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
        exported = self._exported
        done = subprocess.run(
            ["bash", "-c", f"set -e; . {exported}; {line}\nexport -p | grep GITHUB_TOKEN > {exported} || true"],
            cwd=self.root,
            env={**without_token(self.runner.environment()), **QUIET, "PATH": path},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=1200,
        )
        assert done.returncode == expect, f"{line}\n{done.stdout}"
        return done.stdout

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, env={**os.environ, **QUIET}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.root / file).read_text()
        assert text.count(old) == 1
        (self.root / file).write_text(text.replace(old, new))

    def check_out(self, branch: str) -> str:
        """As a workflow begins: what was pushed to this branch; its commit."""
        self.runner.git("fetch", "--quiet", str(self.remote), "+refs/heads/*:refs/remotes/origin/*")
        self.runner.git("checkout", "--quiet", "--detach", f"origin/{branch}")
        return self.runner.git("rev-parse", "HEAD")

    def merge(self, branch: str, number: int) -> str:
        """As the button on GitHub does; the commit of it."""
        self.check_out("main")
        self.runner.git("merge", "--quiet", "--no-ff", "--message", f"Merge pull request {number}", f"origin/{branch}")
        self.runner.git("push", "--quiet", str(self.remote), "HEAD:main")
        merged = self.check_out("main")
        self.runner.github.merged[merged] = [number]
        return merged

    def deploy(self, before: str, commit: str) -> None:
        """Run the workflow `deploy`, but for the images."""
        asked = self.runner.step("deploy", "promoted", "github promoted", BEFORE=before, ONLY="")
        for environment in json.loads(asked["environments"]):
            where = {"ENVIRONMENT": environment, "BEFORE": before, "COMMIT": commit}
            self.runner.step("deploy-environment", "deploy", "github role", ENVIRONMENT=environment)
            self.runner.step("deploy-environment", "deploy", "github reviewed", 0, **where)
            self.runner.step("deploy-environment", "deploy", "--reviewed reviewed.json", 0, **where)

    def aws(self, service: str) -> Any:
        session = boto3.Session("test", "test", region_name="eu-west-1")
        return session.client(service, endpoint_url=self.runner.endpoint.url)  # type: ignore[call-overload]


def without_image(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("image:"))


def without_token(environment: Mapping[str, str]) -> dict[str, str]:
    """What a person has before the page says how to get a token."""
    return {name: its for name, its in environment.items() if name not in ("GITHUB_TOKEN", "GITHUB_REPOSITORY")}


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    home = tmp_path_factory.mktemp("newcomer")
    with github() as state:
        endpoint = launcher.start(directory=home / "aws")
        try:
            yield Newcomer(home, Runner(home / "checkout", endpoint, state, more={}))
        finally:
            launcher.stop(directory=home / "aws")


def test_a_clone_becomes_a_repository_of_its_own(newcomer: Newcomer) -> None:
    newcomer.follow(REPOSITORY)
    assert newcomer.check_out("main") == newcomer.git("rev-parse", "HEAD")
    assert newcomer.git("remote").split() == ["origin", "platform"]


def test_github_s_own_name_of_the_repository_is_told_with_the_line_to_write(newcomer: Newcomer) -> None:
    shared = newcomer.root / "environments/shared.yaml"
    text = shared.read_text()
    shared.write_text(text + WITHOUT_IDS)
    said = newcomer.follow(DELIVERY, code=1, stdin=f"{TOKEN}\n")
    line = WITH_IDS.splitlines()[2].strip()
    assert f"write `{line}` under `delivery:`" in said[-1]
    shared.write_text(text + WITHOUT_IDS.replace("\n", f"\n  {line}\n", 1))


def test_the_first_day_makes_dev_and_the_roles(newcomer: Newcomer) -> None:
    said = newcomer.follow(FIRST_DAY)
    assert said[0].rstrip().splitlines()[-1].startswith("dev is up.")
    roles = newcomer.aws("iam").get_paginator("list_roles").paginate()
    made = {its["RoleName"] for page in roles for its in page["Roles"]}
    asked = {f"groundwork-{place}-{kind}" for place in ("shared", "dev") for kind in ("plan", "deploy")}
    assert asked | {"groundwork-dev-preview", "groundwork-shared-images", "groundwork-shared-push-orders"} <= made


def test_the_gate_as_the_page_has_it_is_all_that_is_asked_for(newcomer: Newcomer) -> None:
    (owners,) = (block for block in blocks(PAGE, "text") if block.startswith("/"))
    newcomer.runner.github.branches["main"][".github/CODEOWNERS"] = owners
    assert newcomer.follow(GATE) == ["acme/groundwork is set up for delivery.\n"]


def test_the_first_pull_request_is_planned_merged_and_deployed(newcomer: Newcomer) -> None:
    before = newcomer.git("rev-parse", "HEAD")
    newcomer.edit(ORDERS, "    memory_mib: 512\n", "    memory_mib: 1024\n")
    newcomer.follow(PULL_REQUEST)
    newcomer.check_out("more-memory")
    assert newcomer.runner.plan_pull_request(before) == {"dev": "service-orders"}
    assert "orders rolls 1 task, new ones before old ones: memory 512 → 1024 MiB" in newcomer.runner.comment("dev")
    merged = newcomer.merge("more-memory", 7)
    newcomer.deploy(before, merged)
    definition = newcomer.aws("ecs").describe_task_definition(taskDefinition="dev-orders")["taskDefinition"]
    assert definition["memory"] == "1024"


def test_a_promotion_to_prod_is_a_change_of_one_file(newcomer: Newcomer) -> None:
    newcomer.follow(PROMOTION)
    newcomer.check_out("orders-to-prod")
    assert newcomer.runner.git("diff", "--name-only", "HEAD~1") == RELEASE.format("prod")


def test_a_preview_is_made_and_says_what_the_page_shows(newcomer: Newcomer) -> None:
    [said] = newcomer.follow(PREVIEW)
    _, _, shown = BLOCKS[PREVIEW].partition("\n")
    assert shown in said


def test_what_a_release_affects_is_said_as_on_the_page(newcomer: Newcomer) -> None:
    newcomer.git("restore", ".")
    newcomer.git("switch", "--quiet", "main")
    newcomer.type("groundwork release orders v2 --environment dev", expect=0, stdin="")
    [said] = newcomer.follow(AFFECTED)
    newcomer.git("restore", ".")
    _, _, shown = BLOCKS[AFFECTED].partition("\n")
    assert re.sub(r"[0-9a-f]{12}", "COMMIT", shown).strip() == re.sub(r"[0-9a-f]{12}", "COMMIT", said).strip()


def test_a_plan_says_what_the_page_shows(newcomer: Newcomer) -> None:
    newcomer.edit(ORDERS, "    memory_mib: 1024\n", "    memory_mib: 2048\n")
    newcomer.edit(ORDERS, "database: {}", "database: {instance_class: db.t4g.small}")
    [said] = newcomer.follow(PLAN)
    _, _, shown = BLOCKS[PLAN].partition("\n")
    assert shown.strip() in said


def test_every_command_of_the_page_has_been_typed(newcomer: Newcomer) -> None:
    assert sorted(newcomer.followed) == list(range(len(BLOCKS)))
