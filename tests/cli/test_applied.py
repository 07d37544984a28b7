from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.deploy.applied import Applied
from cli.deploy.code_hash import code_hash
from cli.state.state_file import StateFile
from cli.terraform.synthesized import SynthesizedStack

READ = "cross-stack-reference-input-dev-network"
CODE: dict[str, Any] = {
    "//": {"metadata": {"version": "0.21.0"}},
    "resource": {
        "aws_ecs_cluster": {"x_1A": {"//": {"metadata": {}}, "name": "dev"}},
        "aws_subnet": {"y_2B": {"vpc_id": f"${{data.terraform_remote_state.{READ}.outputs.vpc}}"}},
    },
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": "5.100.0"}}},
}
CLUSTER = {"mode": "managed", "type": "aws_ecs_cluster", "name": "x", "instances": [{"attributes": {}}]}
REMOTE = {
    "mode": "data",
    "type": "terraform_remote_state",
    "name": READ,
    "instances": [{"attributes": {"outputs": {"value": {"vpc": "vpc-1", "unused": "1"}}}}],
}
STATE: dict[str, Any] = {"serial": 3, "resources": [CLUSTER, REMOTE]}


def state(stack: str, content: dict[str, Any]) -> StateFile:
    return StateFile(f"dev/{stack}.tfstate", json.loads(json.dumps(content)))


@pytest.fixture
def stack(tmp_path: Path) -> SynthesizedStack:
    return a_stack(tmp_path, CODE)


def a_stack(directory: Path, code: dict[str, Any]) -> SynthesizedStack:
    (directory / "cdk.tf.json").write_text(json.dumps(code))
    return SynthesizedStack("dev-cluster", ("dev-network",), directory)


@pytest.fixture
def applied(stack: SynthesizedStack) -> Applied:
    network = state("network", {"outputs": {"vpc": {"value": "vpc-1"}, "unused": {"value": "2"}}})
    return Applied({"dev-network": network}, {}, "1.11.4").after_deploy(stack, state("cluster", STATE))[0]


def test_what_the_last_deploy_made_of_this_code_and_these_values_needs_no_plan(
    applied: Applied, stack: SynthesizedStack
) -> None:
    assert applied.difference(stack) is None


def edited(applied: Applied, change: Callable[[dict[str, Any]], object], *, noted: bool = True) -> Applied:
    """With another state; the record is of that one, as a deploy would leave it, or of the one before."""
    content = json.loads(json.dumps(STATE))
    change(content)
    cluster = state("cluster", content)
    record = applied.records["dev-cluster"]
    records = {"dev-cluster": replace(record, state=cluster.digest if noted else record.state)}
    return replace(applied, states={**applied.states, "dev-cluster": cluster}, records=records)


def upstream(applied: Applied, outputs: dict[str, str]) -> Applied:
    network = state("network", {"outputs": {name: {"value": value} for name, value in outputs.items()}})
    return replace(applied, states={**applied.states, "dev-network": network})


CASES: dict[str, tuple[Callable[[Applied], Applied], str]] = {
    "never deployed": (lambda a: replace(a, states={}), "it is not deployed"),
    "destroyed": (lambda a: edited(a, lambda s: s.update(resources=[])), "it is not deployed"),
    "another value upstream": (lambda a: upstream(a, {"vpc": "vpc-2"}), "it reads what has changed in dev-network"),
    "a value upstream that is gone": (lambda a: upstream(a, {}), "it reads what has changed in dev-network"),
    "no upstream any more": (
        lambda a: replace(a, states={"dev-cluster": a.states["dev-cluster"]}),
        "it reads what has changed in dev-network",
    ),
    "a value that its Terraform did not read": (
        lambda a: edited(a, lambda s: s["resources"].pop()),
        "it reads what has changed in dev-network",
    ),
    "tainted": (
        lambda a: edited(a, lambda s: s["resources"][0]["instances"][0].update(status="tainted")),
        "something in it is half made",
    ),
    "deposed": (
        lambda a: edited(a, lambda s: s["resources"][0]["instances"][0].update(deposed="00000001")),
        "something in it is half made",
    ),
    "no deploy ended well": (lambda a: replace(a, records={}), "no deploy of it is known to have ended well"),
    "an edited state of one serial": (
        lambda a: edited(a, lambda s: s["resources"][0].update(name="y"), noted=False),
        "its state has changed since",
    ),
    "an older state": (lambda a: edited(a, lambda s: s.update(serial=2), noted=False), "its state has changed since"),
    "another Terraform": (
        lambda a: replace(a, terraform="1.12.0"),
        "Terraform 1.11.4 applied it, and this is 1.12.0",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_may_differ_is_planned_and_says_why(name: str, applied: Applied, stack: SynthesizedStack) -> None:
    change, why = CASES[name]
    assert change(applied).difference(stack) == why


def changed(path: tuple[str, ...], value: object) -> dict[str, Any]:
    """The code with another value at this path."""
    code: dict[str, Any] = json.loads(json.dumps(CODE))
    *way, last = path
    inner = code
    for key in way:
        inner = inner[key]
    inner[last] = value
    return code


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("resource", "aws_ecs_cluster", "x_1A", "name"), "other"),
        (("terraform", "required_providers", "aws", "version"), "5.100.1"),
        (("provider",), {"aws": [{"region": "eu-west-2"}]}),
        (("output",), {"more": {"value": "1"}}),
    ],
)
def test_another_value_provider_region_or_output_is_another_code(
    path: tuple[str, ...], value: object, applied: Applied, tmp_path: Path
) -> None:
    stack = a_stack(tmp_path, changed(path, value))
    assert applied.difference(stack) == "its code is another"


def test_another_layout_and_what_cdktf_notes_for_itself_are_the_code_that_was_applied(
    applied: Applied, tmp_path: Path
) -> None:
    assert applied.difference(a_stack(tmp_path, dict(reversed(CODE.items())))) is None
    assert applied.difference(a_stack(tmp_path, changed(("//", "metadata", "version"), "0.22.0"))) is None
    moved = changed(("resource", "aws_ecs_cluster", "x_1A", "//"), {"metadata": {"path": "dev-cluster/x"}})
    assert applied.difference(a_stack(tmp_path, moved)) is None


def test_the_content_and_the_name_of_each_asset_count(tmp_path: Path, stack: SynthesizedStack) -> None:
    hashes = [code_hash(stack)]
    asset = tmp_path / "assets/code/function.zip"
    asset.parent.mkdir(parents=True)
    for content in (b"one", b"two"):
        asset.write_bytes(content)
        hashes.append(code_hash(stack))
    asset.rename(asset.with_name("other.zip"))
    assert len({*hashes, code_hash(stack)}) == 4
