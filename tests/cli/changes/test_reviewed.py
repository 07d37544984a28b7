"""The reviewed plan: kept in a comment without a value, and the measure of what may be applied."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from cli.changes.plan_document import read_plan
from cli.changes.planning import RawPlan
from cli.changes.reviewed import ReviewedPlan, read_reviewed, record_in, with_record
from cli.errors import CommandError
from cli.github.api import GitHub
from cli.github.reviewed import reviewed_plan
from cli.terraform.synthesized import SynthesizedStack
from tests.cli.github.server import REPOSITORY, TOKEN, State, github

Document = dict[str, Any]


def change(name: str, *, memory: int = 512, password: str = "") -> Document:
    after = {"name": name, "memory": memory, "word": password}
    return {
        "address": f"aws_ecs_task_definition.{name}",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "change": {
            "actions": ["update"],
            "before": {"name": name, "memory": 256, "word": "old"},
            "after": after,
            "after_sensitive": {"word": True},
        },
    }


def plan(stack: str, *changes: Document, waits: bool = False) -> RawPlan:
    its = SynthesizedStack(stack, (), Path("nowhere"))
    return RawPlan(its, None if waits else read_plan(stack, {"resource_changes": list(changes)}), "")


ORDERS = plan("dev-service-orders", change("orders"), change("router"))
REVIEWED = ReviewedPlan.of([ORDERS, plan("dev-network"), plan("dev-edge", waits=True)])


@pytest.mark.parametrize(
    "now",
    [
        [ORDERS, plan("dev-network"), plan("dev-edge", waits=True)],
        [plan("dev-service-orders", change("router"))],  # the rest is done
        [plan("dev-service-orders")],
        [plan("dev-edge", change("edge"))],  # what it waited for is there
    ],
    ids=["all of it", "the rest of it", "nothing any more", "what waited"],
)
def test_what_was_reviewed_is_applied_or_less(now: list[RawPlan]) -> None:
    REVIEWED.refuse_others(now, environment="dev")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (plan("dev-service-orders", change("orders", memory=1024)), "update aws_ecs_task_definition.orders"),
        (plan("dev-service-orders", change("other")), "update aws_ecs_task_definition.other"),
        (plan("dev-network", change("network")), "update aws_ecs_task_definition.network"),
        (plan("dev-logging", change("orders")), "update aws_ecs_task_definition.orders"),
        (plan("dev-logging", waits=True), "cannot be planned yet, and was not reviewed as waiting"),
    ],
    ids=["another value", "one resource more", "a stack without changes", "another stack", "another waits"],
)
def test_anything_else_stops_the_deploy_and_is_named(now: RawPlan, told: str) -> None:
    with pytest.raises(CommandError) as error:
        REVIEWED.refuse_others([now], environment="dev")
    assert str(error.value) == (
        "Nothing has been deployed: dev would change otherwise than the reviewed plan said.\n"
        f"  {now.stack.name}: {told}\n"
        "  fix: see what it means (groundwork plan), then deploy by hand: the workflow `deploy` with the environment's "
        "name"
    )


def test_another_action_is_another_change() -> None:
    replaced = copy.deepcopy(change("orders"))
    replaced["change"]["actions"] = ["delete", "create"]
    with pytest.raises(CommandError, match=r"replace aws_ecs_task_definition\.orders"):
        REVIEWED.refuse_others([plan("dev-service-orders", replaced)], environment="dev")


def test_no_secret_and_no_other_value_is_kept() -> None:
    kept = [ReviewedPlan.of([plan("dev-x", change("x", password=word))]).to_text() for word in ("one", "two")]
    assert kept[0] == kept[1]
    assert json.loads(kept[0]).keys() == {"dev-x"}
    assert "512" not in REVIEWED.to_text()


def test_a_comment_carries_it_in_its_second_line() -> None:
    comment = with_record("<!-- groundwork plan dev -->\n### Plan\n", REVIEWED)
    assert comment.startswith("<!-- groundwork plan dev -->\n<!-- reviewed {")
    assert comment.endswith("\n### Plan\n")
    kept = record_in(comment)
    assert kept is not None
    assert kept.to_text() == REVIEWED.to_text()
    for other in ("", "a", "a\nb", "a\n<!-- reviewed [1] -->", "a\n<!-- reviewed { -->"):
        assert record_in(other) is None


def test_a_file_that_holds_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(CommandError, match=r"a\.json holds no reviewed plan") as error:
        read_reviewed(tmp_path / "a.json")
    assert error.value.exit_code == 2


def ask(state: State, commit: str) -> ReviewedPlan:
    return reviewed_plan(GitHub(state.url, REPOSITORY, TOKEN), "dev", "a" * 40, commit)


def test_the_plans_of_all_merged_pull_requests_count_and_only_those_that_the_workflow_wrote() -> None:
    mark = "<!-- groundwork plan dev -->\n"
    with github() as state:
        state.merged["b" * 40] = [7, 8]
        state.comment(7, with_record(mark, REVIEWED))
        state.comment(7, with_record(mark, ReviewedPlan.of([plan("dev-vault", change("a"))])), login="mallory")
        state.comment(8, with_record(mark, ReviewedPlan.of([plan("dev-service-web", change("web"))])))
        state.comment(8, with_record(mark.replace("dev", "prod"), ReviewedPlan.of([plan("dev-other", change("b"))])))
        assert set(ask(state, "b" * 40).changes) == {"dev-service-orders", "dev-service-web"}
        assert ask(state, "b" * 40).waiting == {"dev-edge"}
        assert not ask(state, "c" * 40).changes
