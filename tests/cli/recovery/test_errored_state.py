"""Which errored.tfstate may follow the state that is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.recovery.errored_state import ErroredState, find_errored
from cli.state.applied_record import BEGUN
from cli.state.state_file import StateFile
from cli.terraform.synthesis import remove_left_over
from cli.terraform.synthesized import ERRORED, SynthesizedStack

OURS, ANOTHER = "begun-here", "begun-elsewhere"
REMOTE: dict[str, Any] = {"lineage": "a", "serial": 4}


@pytest.mark.parametrize(
    ("errored", "remote", "last_begun", "objection"),
    [
        ({"lineage": "a", "serial": 5}, REMOTE, OURS, None),
        ({"lineage": "a", "serial": 5}, REMOTE, None, None),
        ({"lineage": "a", "serial": 5}, REMOTE, ANOTHER, "another deploy has begun since"),
        ({"lineage": "a", "serial": 5}, REMOTE, "", "another deploy has begun since"),
        ({"lineage": "a", "serial": 4}, REMOTE, OURS, "has been written since: it has serial 4"),
        ({"lineage": "b", "serial": 9}, REMOTE, OURS, "another lineage"),
        ({"lineage": "b", "serial": 1}, None, OURS, None),
        ({"lineage": "b", "serial": 1}, None, ANOTHER, "no state that it could follow"),
        ({"lineage": "b", "serial": 1}, None, None, "no state that it could follow"),
    ],
)
def test_it_follows_its_own_state_if_nobody_has_written_since(
    tmp_path: Path,
    errored: dict[str, Any],
    remote: dict[str, Any] | None,
    last_begun: str | None,
    objection: str | None,
) -> None:
    (tmp_path / BEGUN).write_text(json.dumps({"id": OURS, "endpoint": ""}))
    stack = SynthesizedStack("dev-network", (), tmp_path)
    state = None if remote is None else StateFile("dev/network.tfstate", remote)
    found = ErroredState(stack, errored).objection(state, last_begun)
    assert found == objection if objection is None else found is not None and objection in found


def test_a_stack_that_left_the_program_keeps_its_directory_until_its_state_is_safe(tmp_path: Path) -> None:
    out = tmp_path / "cdktf.out"
    for name in ("dev-kept", "dev-gone", "prod-kept"):
        (out / "stacks" / name).mkdir(parents=True)
    (out / "manifest.json").write_text('{"stacks": {}}')
    (out / "stacks/dev-kept" / ERRORED).write_text("{}")
    (out / "stacks/prod-kept" / ERRORED).write_text("{}")
    remove_left_over(tmp_path)
    assert sorted(path.name for path in (out / "stacks").iterdir()) == ["dev-kept", "prod-kept"]
    assert [stack.id for stack in find_errored(tmp_path, "dev")] == ["dev-kept"]
