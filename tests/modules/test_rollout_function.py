"""The function that watches rollouts: the same bytes everywhere, few rights, nothing where Terraform runs."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest

from modules.rollouts.function import CODE, HANDLER, LONGEST_S, RUNTIME
from tests.synthesis import ROOT, Platform, Stack

PACK = "from modules.rollouts.function import _archive; import sys; sys.stdout.buffer.write(_archive().read_bytes())"


@pytest.fixture
def cluster(shop: Platform) -> Stack:
    return shop["dev-cluster"]


def archive(shop: Platform, stack: Stack) -> Path:
    return shop.out / "stacks" / stack.name / str(stack.one("aws_lambda_function")["filename"])


def test_its_code_lies_in_the_stacks_own_folder_and_is_this_repositorys(shop: Platform, cluster: Stack) -> None:
    with zipfile.ZipFile(archive(shop, cluster)) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    assert contents == {f"rollouts/{path.name}": path.read_bytes() for path in CODE.glob("*.py")}
    assert f"{HANDLER.rpartition('.')[0].replace('.', '/')}.py" in contents
    digest = base64.b64encode(sha256(archive(shop, cluster).read_bytes()).digest()).decode()
    assert cluster.one("aws_lambda_function")["source_code_hash"] == digest


def test_its_bytes_depend_on_no_clock_no_user_and_no_machine(shop: Platform, cluster: Stack, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    for package in ("modules", "rollouts", "config"):
        (copy / package).symlink_to(ROOT / package)
    (copy / "rollouts").unlink()
    (copy / "rollouts").mkdir(mode=0o700)
    for path in CODE.glob("*.py"):
        other = copy / "rollouts" / path.name
        other.write_bytes(path.read_bytes())
        other.chmod(0o600)
        os.utime(other, (1, 1))
    program = (
        f"import modules.rollouts.function as f; from pathlib import Path; f.CODE = Path('rollouts').resolve(); {PACK}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=copy,
        env={**os.environ, "TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        umask=0o077,
    )
    assert done.stdout == archive(shop, cluster).read_bytes()


def test_lambda_knows_its_runtime_and_lets_it_last_as_long(cluster: Stack) -> None:
    model = boto3.client("lambda", region_name="eu-west-1").meta.service_model
    function = cluster.one("aws_lambda_function")
    assert function["runtime"] == RUNTIME
    assert RUNTIME in model.shape_for("Runtime").metadata["enum"]
    assert function["timeout"] == LONGEST_S <= model.shape_for("Timeout").metadata["max"]
    assert "vpc_config" not in function
    assert "reserved_concurrent_executions" not in function


def test_its_log_is_encrypted_and_its_role_is_its_own(shop: Platform, cluster: Stack) -> None:
    function = cluster.one("aws_lambda_function")
    assert cluster.target(function["role"])["name"] == "dev-rollouts"
    log = cluster.one("aws_cloudwatch_log_group", name="/dev/rollouts")
    owner, key = shop.resolve(cluster, log["kms_key_id"])
    assert owner.name == "dev-network"
    assert owner.target(key) is owner.one("aws_kms_key", description="Logs of dev")


def test_it_may_touch_its_own_environment_only(cluster: Stack) -> None:
    policy = json.loads(cluster.one("aws_iam_role_policy", name="watch")["policy"])
    for statement in policy["Statement"]:
        for resource in statement["Resource"]:
            if statement.get("Sid") == "ReadLogQueries":
                assert statement["Action"] == ["logs:GetQueryResults"], "of queries that it started itself"
            elif resource == "*":
                assert statement["Condition"]["ArnEquals"]["ecs:cluster"].endswith(":cluster/dev")
            elif not resource.startswith("${"):
                assert "/dev/" in resource or "/dev-" in resource, resource
    (queries,) = [one for one in policy["Statement"] if one["Action"] == ["logs:StartQuery"]]
    assert queries["Resource"] == ["arn:aws:logs:eu-west-1:123456789012:log-group:/dev/services/*/infrequent*"]
    (passing,) = [one for one in policy["Statement"] if one["Action"] == ["iam:PassRole"]]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_no_stack_starts_anything_where_terraform_runs(shop: Platform) -> None:
    """Terraform Cloud's workers have a stack's folder and nothing else."""

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {*value, *(key for inner in value.values() for key in keys(inner))}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    for stack in shop:
        assert not {"provisioner", "local-exec", "external"} & keys(stack.document), stack.name
