"""The workflows' own steps, in order, as GitHub's runner starts them: a merge, a pull request, a day with drift.

In a git checkout of the shop, against an embedded AWS and a GitHub on 127.0.0.1. What is deployed is `shared`, so that
it takes a minute; dev, of which nothing is there yet, is planned.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from tests.cli.github.server import State, github
from tests.delivered import DELIVERED
from tests.synthesis import ROOT, SHOP
from tests.workflows.workflow_files import steps

pytestmark = [pytest.mark.e2e, pytest.mark.long]

RUNS_THIS = {"make ci"}
"""The tests themselves; tests/workflows/test_ci.py runs it in a repository that has but two."""
MAKES = ("Makefile", "pyproject.toml", "requirements.lock", "package-lock.json")
"""What `make` reads; older than all that is installed, which is this checkout's and must stay as it is."""
BY_HAND = 'groundwork deploy "$ENVIRONMENT" --yes --all'
"""The step of a deploy that no push has started."""
NEEDS_DOCKER = {
    '.venv/bin/groundwork images publish --environment "$ENVIRONMENT"',
    '.venv/bin/groundwork images publish --service "$SERVICE" --context build/service --tag "$TAG"',
}
"""tests/e2e/test_images.py runs them, where there is a Docker engine and a registry."""


class Runner:
    """What a job's steps see: the checkout, the outputs of earlier steps, AWS and GitHub."""

    def __init__(self, root: Path, endpoint: Endpoint, state: State, more: Mapping[str, str] = DELIVERED) -> None:
        self.root, self.endpoint, self.github = root, endpoint, state
        self.ran: set[str] = set()
        self.said = ""
        shutil.copytree(SHOP, root)
        shutil.copytree(ROOT / ".github", root / ".github")
        for name in MAKES:
            os.utime(shutil.copy(ROOT / name, root), (0, 0))
        (root / "cli").mkdir()
        shutil.copy(ROOT / "cli/prerequisites.py", root / "cli")
        for name in ("main.py", "node_modules", ".venv"):
            (root / name).symlink_to(ROOT / name)
        for file, text in more.items():
            (root / file).write_text((root / file).read_text() + text)
        (root / ".gitignore").write_text(
            ".venv\nnode_modules\nbuild/\ncdktf.out/\n__pycache__/\n.terraform/\naffected.json\nreviewed.json\n"
        )
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")

    def step(self, workflow: str, job: str, contains: str, expect: int = 0, **env: str) -> dict[str, str]:
        """Run the step of the file that says this, and return its outputs."""
        (command,) = [
            step.run.strip()
            for step in steps()
            if (step.workflow, step.job) == (workflow, job) and step.run and step.run.strip().endswith(contains)
        ] or [
            step.run.strip()
            for step in steps()
            if (step.workflow, step.job) == (workflow, job) and step.run and contains in step.run
        ]
        self.ran.add(command)
        outputs, summary = self.root.parent / "outputs", self.root.parent / "summary"
        outputs.write_text("")
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.root,
            env={**self.environment(), **env, "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert done.returncode == expect, done.stdout
        self.said = done.stdout
        return dict(line.partition("=")[::2] for line in outputs.read_text().splitlines())

    def environment(self) -> Mapping[str, str]:
        """What every step has: AWS, GitHub, and nothing of the runner that may have started these tests."""
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GH_"))}
        return {**self.endpoint.environment(outer), **self.github.environment, "COLUMNS": "200"}

    def plan_pull_request(self, base: str, number: int = 7) -> dict[str, str]:
        """The whole workflow `plan`: the stacks of each environment that it planned."""
        self.step("plan", "affected", "groundwork affected", BASE=base)
        outputs = self.step("plan", "affected", "github affected")
        planned = {its["environment"]: its["stacks"] for its in json.loads(outputs["plans"])}
        for environment, stacks in planned.items():
            self.step("plan", "plan", "github role", ENVIRONMENT=environment)
            self.step(
                "plan", "plan", "github plan", ENVIRONMENT=environment, STACKS=stacks, NUMBER=str(number), BASE=base
            )
        return planned

    def comment(self, environment: str) -> str:
        (found,) = [
            its["body"]
            for its in self.github.comments[7]
            if its["body"].startswith(f"<!-- groundwork plan {environment} -->")
        ]
        return str(found)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    home = tmp_path_factory.mktemp("workflows")
    with github() as state:
        endpoint = launcher.start(directory=home / "aws")
        try:
            yield Runner(home / "checkout", endpoint, state)
        finally:
            launcher.stop(directory=home / "aws")


def test_a_merge_deploys_shared_and_dev_with_the_roles_of_each(runner: Runner) -> None:
    outputs = runner.step("deploy", "promoted", "github promoted", BEFORE=runner.git("rev-parse", "HEAD"), ONLY="")
    assert json.loads(outputs["environments"]) == ["shared", "dev"]
    only = runner.step("deploy", "promoted", "github promoted", BEFORE="0" * 40, ONLY="prod")
    assert json.loads(only["environments"]) == ["prod"]
    roles = runner.step("deploy-environment", "deploy", "github role", ENVIRONMENT="dev")
    assert roles["role"] == "arn:aws:iam::123456789012:role/groundwork-dev-deploy"
    assert (roles["account"], roles["region"]) == ("123456789012", "eu-west-1")
    images = runner.step("images", "publish", "github role")
    assert images["role"] == "arn:aws:iam::123456789012:role/groundwork-shared-images"
    runner.step("deploy-environment", "deploy", BY_HAND, ENVIRONMENT="shared")
    iam = boto3.Session("test", "test", region_name="eu-west-1").client("iam", endpoint_url=runner.endpoint.url)
    made = {role["RoleName"] for role in iam.list_roles()["Roles"]}
    assert {images["role"].rpartition("/")[2], "groundwork-shared-plan", "groundwork-shared-push-orders"} <= made


def test_a_pull_request_has_one_comment_for_each_environment_that_it_affects(runner: Runner) -> None:
    base = runner.git("rev-parse", "HEAD")
    runner.git("checkout", "--quiet", "-b", "feature")
    orders = runner.root / "service_configs/orders.yaml"
    text = "".join(line for line in orders.read_text().splitlines(keepends=True) if not line.startswith("image:"))
    orders.write_text(text)
    releases = runner.root / "service_configs/releases/dev.yaml"
    releases.parent.mkdir(exist_ok=True)
    releases.write_text("orders: v1\n")
    runner.commit()
    planned = runner.plan_pull_request(base)
    assert planned["shared"] == "registry"
    assert "service-orders" in planned["dev"].split()
    assert "### Plan of dev: 1 stack cannot be planned yet\n" in runner.comment("dev")
    assert "### Plan of shared: changes in 1 of 1 stack\n" in runner.comment("shared")
    needs = "cluster, database-orders, logins-orders, logs-orders, network"
    said = runner.comment("dev").replace("\\", "")
    assert f"- waits for {needs}: planned once that is deployed" in said

    releases.write_text("orders: v2\n")
    runner.commit()
    runner.plan_pull_request(base)
    assert len(runner.github.comments[7]) == len(planned)
    assert "v2" in runner.comment("shared")
    assert "v1" not in runner.comment("shared")
    runner.git("checkout", "--quiet", "main")


def test_a_pull_request_is_planned_reviewed_merged_and_deployed_in_order(runner: Runner, tmp_path: Path) -> None:
    """By way of a bare repository, as GitHub is one: `plan` on the branch, then `deploy` on what was merged."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(runner.root), str(remote)], check=True)
    runner.git("remote", "add", "origin", str(remote))
    before = runner.git("rev-parse", "HEAD")
    runner.git("checkout", "--quiet", "-b", "release")
    orders = runner.root / "service_configs/orders.yaml"
    orders.write_text("".join(t for t in orders.read_text().splitlines(keepends=True) if not t.startswith("image:")))
    releases = runner.root / "service_configs/releases/dev.yaml"
    releases.parent.mkdir(exist_ok=True)
    releases.write_text("orders: v3\n")
    runner.commit()
    runner.git("push", "--quiet", "origin", "release")
    runner.plan_pull_request(before, number=9)

    runner.git("checkout", "--quiet", "main")
    runner.git("merge", "--quiet", "--no-ff", "--message", "Merge pull request 9", "release")
    runner.git("push", "--quiet", "origin", "main")
    merged = runner.git("rev-parse", "origin/main")
    runner.github.merged[merged] = [9]
    outputs = runner.step("deploy", "promoted", "github promoted", BEFORE=before, ONLY="")
    assert json.loads(outputs["environments"]) == ["shared", "dev"]
    where = {"ENVIRONMENT": "shared", "BEFORE": before, "COMMIT": merged}
    runner.step("deploy-environment", "deploy", "github role", ENVIRONMENT="shared")

    # Somebody changes AWS in between: what would be applied is no longer what was reviewed.
    ecr = boto3.Session("test", "test", region_name="eu-west-1").client("ecr", endpoint_url=runner.endpoint.url)
    ecr.put_image_tag_mutability(repositoryName="mailer", imageTagMutability="MUTABLE")
    runner.step("deploy-environment", "deploy", "github reviewed", 0, **where)
    runner.step("deploy-environment", "deploy", "--reviewed reviewed.json", 1, **where)
    assert "shared would change otherwise than the reviewed plan said" in runner.said
    assert "registry: update aws_ecr_repository.mailer_repository" in runner.said
    assert kept_tags(ecr) == []

    ecr.put_image_tag_mutability(repositoryName="mailer", imageTagMutability="IMMUTABLE")
    runner.step("deploy-environment", "deploy", "--reviewed reviewed.json", 0, **where)
    assert kept_tags(ecr) == ["v3*"]
    runner.step("deploy-environment", "deploy", "--reviewed reviewed.json", 0, **where)  # again: nothing is left to do


def kept_tags(ecr: Any) -> list[str]:
    """What the registry keeps of the orders' images for ever."""
    rules = json.loads(ecr.get_lifecycle_policy(repositoryName="orders")["lifecyclePolicyText"])["rules"]
    return [its["selection"]["tagPatternList"][0] for its in rules if its["description"].startswith("Released")]


def test_a_pull_request_of_a_service_asks_for_its_preview_and_for_its_removal(runner: Runner) -> None:
    role = runner.step("preview-service", "preview", "github role", SERVICE="orders")
    assert role["role"].endswith(":role/groundwork-shared-preview-orders")
    asked = {"SERVICE": "orders", "NUMBER": "17"}
    runner.step("preview-service", "preview", "github preview", 0, TAG="pr-17-3f1c2ab", **asked)
    runner.step("preview-service", "closed", "github preview", 0, **asked)
    assert [its["client_payload"] for its in runner.github.dispatched] == [
        {"name": "orders-17", "services": "orders=pr-17-3f1c2ab"},
        {"name": "orders-17", "services": ""},
    ]
    role = runner.step("preview", "preview", "github role")
    assert role["role"].endswith(":role/groundwork-dev-preview")
    payload = {"NAME": "orders-17", "SERVICES": "orders=pr-17-3f1c2ab"}
    runner.step("preview", "preview", "preview make", 1, **payload)
    assert "dev is not deployed, and a preview stands on it: it lacks cluster" in runner.said
    runner.step("preview", "preview", "preview remove", NAME="orders-17")
    assert "dev has no preview orders-17." in runner.said
    runner.step("preview", "preview", "preview sweep")
    assert "No preview of dev is older than it may be." in runner.said


def test_drift_opens_an_issue_and_closes_it_once_it_is_gone(runner: Runner) -> None:
    outputs = runner.step("drift", "environments", "github environments")
    assert json.loads(outputs["environments"]) == ["shared", "dev", "staging", "prod"]
    runner.step("drift", "drift", "github role", ENVIRONMENT="shared")
    runner.step("drift", "drift", "github drift", ENVIRONMENT="shared")
    assert runner.github.issues == []
    ecr = boto3.Session("test", "test", region_name="eu-west-1").client("ecr", endpoint_url=runner.endpoint.url)
    ecr.delete_lifecycle_policy(repositoryName="orders")
    runner.step("drift", "drift", "github drift", ENVIRONMENT="shared")
    (issue,) = runner.github.issues
    assert issue["title"] == "shared is not what the code says"
    assert "aws_ecr_lifecycle_policy.orders_lifecycle" in issue["body"]
    runner.step("deploy-environment", "deploy", BY_HAND, ENVIRONMENT="shared")
    runner.step("drift", "drift", "github drift", ENVIRONMENT="shared")
    assert [its["state"] for its in runner.github.issues] == ["closed"]


def test_a_service_s_repository_releases_to_dev_and_asks_for_staging(runner: Runner) -> None:
    file = runner.root / "service_configs/orders.yaml"
    file.write_text("".join(t for t in file.read_text().splitlines(keepends=True) if not t.startswith("image:")))
    role = runner.step("release-service", "release", "github role", SERVICE="orders")
    assert role["role"].endswith(":role/groundwork-shared-push-orders")
    runner.step("release-service", "release", "github role", SERVICE="mailer", expect=2)
    runner.step("release-service", "release", "github release", SERVICE="orders", TAG="v7")
    assert 'tag: "v7"' in runner.github.branches["main"]["service_configs/releases/dev/orders.yaml"]
    assert [pull["title"] for pull in runner.github.pulls] == ["Promote orders v7 to staging"]


def test_a_pull_request_is_checked_without_any_right(runner: Runner) -> None:
    runner.step("action", "setup", "make install")
    runner.step("check", "check", "make synth")
    assert (runner.root / "cdktf.out/manifest.json").exists()
    runner.step("check", "check", "make workflows")
    assert "No findings to report" in runner.said


def test_every_step_of_the_workflows_has_been_run(runner: Runner) -> None:
    every = {step.run.strip() for step in steps() if step.run}
    assert every - runner.ran == RUNS_THIS | NEEDS_DOCKER
