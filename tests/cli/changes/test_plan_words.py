"""What plans that Terraform made on the embedded AWS mean, word for word.

tests/cli/changes/plans holds each plan (its changes alone) and what is said about it. Deployed was dev of the shop.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.changes.meaning import Sentence, Weight, loses_data, meaning
from cli.changes.plan_document import read_plan
from cli.changes.plan_text import LONGEST_COMMENT, PlannedStack, as_json, as_markdown, as_text

PLANS = Path(__file__).with_name("plans")
CASES = sorted(path.stem for path in PLANS.glob("*.json"))
LOSING = {"cidr": False, "database-gone": True, "service-gone": True}


def planned(case: str) -> list[PlannedStack]:
    documents = json.loads((PLANS / f"{case}.json").read_text())
    return [PlannedStack(stack, tuple(meaning(read_plan(stack, plan)))) for stack, plan in documents.items()]


def test_there_are_plans_of_every_kind() -> None:
    assert len(CASES) >= 8


@pytest.mark.parametrize("case", CASES)
def test_a_plan_reads_as_its_golden_text(case: str) -> None:
    assert as_text("dev", planned(case)) + "\n" == (PLANS / f"{case}.txt").read_text()


@pytest.mark.parametrize("case", CASES)
def test_only_what_holds_data_loses_it(case: str) -> None:
    assert any(loses_data(stack.sentences) for stack in planned(case)) == LOSING.get(case, False)


@pytest.mark.parametrize("case", CASES)
def test_every_resource_that_changes_is_told(case: str) -> None:
    documents = json.loads((PLANS / f"{case}.json").read_text())
    for stack, document in documents.items():
        plan = read_plan(stack, document)
        assert bool(meaning(plan)) == any(change.type != "terraform_data" for change in plan.changes)


@pytest.mark.parametrize("case", CASES)
def test_a_comment_says_the_same_and_is_found_again(case: str) -> None:
    text = as_markdown("dev", planned(case))
    assert text.startswith("<!-- groundwork plan dev -->\n### Plan of dev: ")
    assert ("> **Data is lost.**" in text) == LOSING.get(case, False)
    sentences = [sentence for stack in planned(case) for sentence in stack.sentences]
    assert text.count("\n- ") + text.count("\n> - ") == len(sentences)


def test_data_comes_first_and_is_said_once() -> None:
    text = as_text("dev", planned("database-gone"))
    assert text.splitlines()[2] == "DATA IS LOST"
    assert text.count("the database dev-orders is destroyed") == 1


def test_a_program_reads_the_weight_of_each_sentence() -> None:
    document = json.loads(as_json("dev", planned("database-gone")))
    assert document["loses_data"] is True
    first = document["stacks"][0]
    assert first["id"] == "dev-database-orders"
    assert first["sentences"][0]["weight"] == "data"


def test_nothing_that_a_file_says_becomes_markup_of_the_comment() -> None:
    text = "\n".join(["x](https://evil) <img src=1> @everyone `code` | # title **bold**"])
    comment = as_markdown("dev", [PlannedStack("dev-service-x", (_sentence(text),))])
    for markup in ("x](http", "<img", "@everyone", " `code`", "**bold**"):
        assert markup not in comment


def test_a_comment_that_is_too_long_for_github_says_where_the_rest_is() -> None:
    comment = as_markdown("dev", [PlannedStack("dev-service-x", tuple(_sentence("x" * 500) for _ in range(200)))])
    assert len(comment) < LONGEST_COMMENT + 200
    assert comment.endswith("`groundwork plan dev` shows all of it.\n")


def test_a_stack_that_cannot_be_planned_says_what_it_waits_for() -> None:
    stacks = [
        PlannedStack("dev-network", (_sentence("new: 1 network"),)),
        PlannedStack("dev-cluster", planned=False, waits_for=("network",)),
        PlannedStack("dev-edge", waits_for=("network",)),
    ]
    assert as_text("dev", stacks) == (
        "dev: changes in 1 of 3 stacks, 1 stack cannot be planned yet\n"
        "\n"
        "network\n"
        "  new: 1 network\n"
        "\n"
        "cluster\n"
        "  waits for network: planned once that is deployed\n"
        "\n"
        "edge\n"
        "  may change more once network is deployed, of which it reads a value that changes"
    )


def test_without_a_change_there_is_one_line() -> None:
    assert as_text("dev", [PlannedStack("dev-network"), PlannedStack("dev-edge")]) == "dev: no changes in 2 stacks"


def test_a_secret_value_is_never_said() -> None:
    change = {
        "address": "aws_thing.x",
        "mode": "managed",
        "type": "aws_thing",
        "change": {
            "actions": ["update"],
            "before": {"name": "x", "password": "old-secret"},
            "after": {"name": "x", "password": "new-secret"},
            "after_unknown": {},
            "before_sensitive": {"password": True},
            "after_sensitive": {"password": True},
        },
    }
    (sentence,) = meaning(read_plan("dev-x", {"resource_changes": [change]}))
    assert sentence.text == "thing x: password is another"


def test_a_migration_is_told_and_the_verdict_of_a_rollout_is_not() -> None:
    def entry(address: str) -> dict[str, object]:
        change = {"actions": ["delete", "create"], "before": {"input": "1"}, "after": {"input": "2"}}
        return {"address": address, "mode": "managed", "type": "aws_lambda_invocation", "change": change}

    steps = [entry("aws_lambda_invocation.before-deploy_1_AB12CD34"), entry("aws_lambda_invocation.verdict_1_AB12CD34")]
    (sentence,) = meaning(read_plan("dev-service-migrate", {"resource_changes": steps}))
    assert sentence.text == "its task is run to its end, before the service is deployed"


def test_a_protected_database_is_told_to_be_so() -> None:
    change = {
        "actions": ["delete"],
        "before": {"identifier": "prod-orders", "deletion_protection": True},
        "after": None,
    }
    entry = {"address": "aws_db_instance.x", "mode": "managed", "type": "aws_db_instance", "change": change}
    (sentence,) = meaning(read_plan("prod-database-orders", {"resource_changes": [entry]}))
    assert sentence.weight is Weight.DATA
    assert sentence.text.endswith("and all its data with it; AWS refuses, for it is protected")


def _sentence(text: str) -> Sentence:
    return Sentence(Weight.CHANGE, text)
