"""What is protected is refused before anything else has been destroyed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.deploy.protection import refuse_protected
from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedStack


def a_stack(tmp_path: Path, name: str, **resources: dict[str, Any]) -> SynthesizedStack:
    directory = tmp_path / name
    directory.mkdir()
    code = {
        kind: {"it": {**resource, "//": {"metadata": {"path": f"prod-{name}/a/path"}}}}
        for kind, resource in resources.items()
    }
    (directory / "cdk.tf.json").write_text(json.dumps({"resource": code}))
    return SynthesizedStack(f"prod-{name}", (), directory)


@pytest.mark.parametrize(
    "mark",
    [
        {"deletion_protection": True},
        {"enable_deletion_protection": True},
        {"lifecycle": {"prevent_destroy": True}},
    ],
)
def test_one_protected_resource_is_enough(tmp_path: Path, mark: dict[str, Any]) -> None:
    stacks = [a_stack(tmp_path, "service-shop", aws_ecs_service={}), a_stack(tmp_path, "edge", aws_lb=mark)]
    with pytest.raises(CommandError) as caught:
        refuse_protected(stacks, "prod")
    assert str(caught.value) == (
        "Nothing has been destroyed, for these are protected:\n"
        "  prod-edge: aws_lb a/path\n"
        "  fix: write `deletion_protection: false` in environments/prod.yaml (or, for one database, "
        "under `database:` in its service's file),\n"
        "       groundwork deploy prod edge\n"
        "       and then destroy"
    )


def test_what_is_not_protected_goes(tmp_path: Path) -> None:
    unmarked = {"deletion_protection": False, "lifecycle": {"prevent_destroy": False}}
    refuse_protected([a_stack(tmp_path, "edge", aws_lb=unmarked), a_stack(tmp_path, "network")], "prod")
