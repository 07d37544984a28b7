"""Every line becomes the record that docs/logging.md promises, and none is refused by OpenSearch."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest

from config.models.service.logs import Logs
from tests.docker.fluent_bit.dynamic_mapping import Index, RefusedError
from tests.docker.fluent_bit.log_lines import CASES, SPAN_ID, TRACE_ID, Case, line, pieces, record
from tests.docker.fluent_bit.lua_router import LuaRouter
from tests.synthesis import ROOT

RANDOM_RECORDS = 2000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_line_becomes_exactly_this_record(case: Case) -> None:
    router = LuaRouter(case.environment)
    out = [*router.send(case.lines), *router.wait(5)]
    assert [shaped.record for shaped in out] == list(case.records)
    assert [type_names(shaped.record) for shaped in out] == [type_names(one) for one in case.records]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_errors_and_jobs_are_copied_to_cloudwatch_and_without_secrets(case: Case) -> None:
    router = LuaRouter(case.environment)
    copies = [shaped.copy for shaped in (*router.send(case.lines), *router.wait(5)) if shaped.copy is not None]
    assert copies == [copy.replace("hunter2", "***") for copy in case.copies]


def test_one_index_takes_all_of_them() -> None:
    index = Index()
    for case in CASES:
        router = LuaRouter(case.environment)
        for shaped in (*router.send(case.lines), *router.wait(5)):
            index.put(shaped.text)


def test_no_field_of_2000_random_records_ever_has_two_types() -> None:
    """In one index, from one task, which is where the names meet."""
    randomly = random.Random(20261127)
    router, index, types = LuaRouter(), Index(), dict[str, str]()
    taken = 0
    for _ in range(RANDOM_RECORDS):
        text = json.dumps(an_object(randomly, depth=0), ensure_ascii=randomly.random() < 0.5)
        for shaped in router.send([line(text)]):
            index.put(shaped.text)
            taken += 1
            for name, kind in type_names(shaped.record).items():
                assert types.setdefault(name, kind) == kind, (name, text)
    assert taken == RANDOM_RECORDS
    assert set(types.values()) == {"str", "int", "float", "bool"}
    assert {"text", "long", "float", "boolean", "date"} == set(index.types.values())


def test_the_model_would_notice_two_types() -> None:
    """The random records themselves are a mess that no index takes."""
    randomly = random.Random(20261127)
    index, refused = Index(), 0
    for _ in range(RANDOM_RECORDS):
        try:
            index.put(json.dumps(an_object(randomly, depth=0)))
        except RefusedError:
            refused += 1
    assert refused > RANDOM_RECORDS / 2


def test_a_line_is_stored_when_it_was_written_though_it_waited() -> None:
    router = LuaRouter()
    assert list(router.send([line("ValueError: no")], time=(100, 7))) == []
    both = [*router.send([line("next")], time=(200, 8)), *router.wait(5)]
    assert [(shaped.record["body"], shaped.time) for shaped in both] == [
        ("ValueError: no", (100, 7)),
        ("next", (200, 8)),
    ]


def test_a_line_waits_for_more_no_longer_than_some_seconds() -> None:
    router = LuaRouter()
    assert list(router.send([line("ValueError: no")])) == []
    assert list(router.wait(1)) == []
    assert [shaped.record["body"] for shaped in router.wait(1)] == ["ValueError: no"]


def test_lines_of_other_tasks_and_containers_do_not_mix() -> None:
    router = LuaRouter()
    list(router.send([line("ValueError: no")], tag="a-firelens-1"))
    out = [*router.send([line("    at x")], tag="b-firelens-1"), *router.wait(5)]
    assert [(shaped.record["container"], shaped.record["body"]) for shaped in out] == [
        ("b", "    at x"),
        ("a", "ValueError: no"),
    ]


def test_a_trace_without_end_is_cut_and_says_so() -> None:
    router = LuaRouter()
    lines = ["panic: no", *(f"\tat {at:06d} {'x' * 90}" for at in range(5000))]
    (shaped,) = [*router.send(map(line, lines)), *router.wait(5)]
    assert len(shaped.record["body"]) < 262_300
    assert "bytes more]" in shaped.record["body"]


def test_pieces_that_never_end_take_no_memory() -> None:
    router = LuaRouter()
    many = [{**piece, "partial_id": str(at)} for at in range(1000) for piece in pieces("x" * 100, ends=False)]
    out = list(router.send(many))
    assert len(out) == 1000 - 64  # kept apart from those that are still open, each as a line


def test_an_index_gets_no_more_names_than_it_has_room_for() -> None:
    router = LuaRouter()
    index = Index()
    for at in range(2000):
        name = "".join("abcdefghij"[int(digit)] for digit in str(at))
        for shaped in router.send([line(f'{{"msg":"m","{name}":"text"}}')]):
            index.put(shaped.text)
    assert sum(name.endswith("_str") for name in index.types) == 200


def test_a_flood_of_errors_is_copied_in_part_and_says_so() -> None:
    router = LuaRouter()
    out = list(router.send(line(f'{{"level":"error","msg":"{at}"}}') for at in range(300)))
    assert len(out) == 300
    assert sum(shaped.copy is not None for shaped in out) == 100
    list(router.wait(10))
    (after,) = router.send([line('{"level":"error","msg":"later"}')])
    assert after.copy is not None
    assert after.copy.endswith("\n[200 records before this one are in OpenSearch only]")


def test_a_record_without_a_line_and_one_that_makes_lua_fail_are_kept() -> None:
    router = LuaRouter()
    assert list(router.send([{"source": "stdout"}])) == []
    assert [shaped.record for shaped in router.send([line("1")])] == [record("1")]
    router._shape.execute(b'package.loaded["noise"].is_noise = function() error("broken") end')
    assert [shaped.record for shaped in router.send([line("a=1 password=x \x07\xff")])] == [
        record("a=1 password=*** ÿ")
    ]


def test_a_line_is_kept_when_joining_fails() -> None:
    router = LuaRouter()
    list(router.send([line("Error: held back")]))
    router._join.execute(b"os.time = function() error('no clock') end")
    bodies = [shaped.record["body"] for shaped in router.send([line("Error: another")])]
    assert bodies == ["Error: held back", "Error: another"]


@pytest.mark.parametrize(
    ("mask", "text", "hidden"),
    [
        ("CUST-####", "CUST-1234 CUST-12345 XCUST-1234", "CUST-*** CUST-12345 XCUST-***"),
        ("iban=*", 'iban=DE89,x "iban=AT1" iban= iban', 'iban=***,x "iban=***" iban= iban'),
        ("####-####", "1234-5678 12345-678 a1234-5678", "*** 12345-678 a***"),
        ("a.b(c)%[d]*", "a.b(c)%[d]e axb(c)%[d]e", "a.b(c)%[d]*** axb(c)%[d]e"),
        ("top secret", "a top secret thing", "a *** thing"),
    ],
)
def test_a_mask_hides_what_it_says(mask: str, text: str, hidden: str) -> None:
    masks = Logs(mask=(mask,)).lua_masks
    (shaped,) = LuaRouter({"MASK": masks}).send([line(text)])
    assert shaped.record["body"] == hidden


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 80_000,
        "password=" * 25_000,
        "1 " * 120_000,
        "a" * 250_000,
        "4111 " * 50_000,
        "://x:" * 50_000,
        "[ " * 120_000,
        "-----BEGIN PRIVATE KEY-----" * 9_000,
        "Bearer " * 35_000,
        '{"a":' * 40_000,
        '{"a":"' + "\\u0041" * 40_000 + '"}',
        "\\" * 250_000,
        "iban=" * 50_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.timeout(20)
def test_a_hostile_line_takes_no_longer_than_others(text: str) -> None:
    """All logs of a task go through one thread."""
    router = LuaRouter({"MASK": Logs(mask=("iban=*", "####-####")).lua_masks})
    assert len([*router.send([line(text)]), *router.wait(5)]) == 1


def test_the_record_and_the_masks_in_the_docs_are_true() -> None:
    text = (ROOT / "docs/logging.md").read_text()
    written = re.search(r"^`(\{.*\})` becomes", text, re.MULTILINE)
    promised = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert written is not None
    assert promised is not None
    source = written[1].replace("00-4bf9…-00f0…-01", f"00-{TRACE_ID}-{SPAN_ID}-01")
    (shaped,) = LuaRouter({"ENVIRONMENT": "prod"}).send([line(source)])
    assert {"@timestamp": "2026-11-27T10:00:00.123456789Z", **shaped.record} == json.loads(promised[1])
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \|$", text, re.MULTILINE)
    assert len(rows) == 4
    for mask, before, after in rows:
        (shaped,) = LuaRouter({"MASK": Logs(mask=(mask,)).lua_masks}).send([line(before)])
        assert shaped.record["body"] == after


def type_names(record: dict[str, Any]) -> dict[str, str]:
    return {name: type(value).__name__ for name, value in record.items()}


NAMES = (
    "a",
    "b",
    "id",
    "user",
    "status",
    "level",
    "msg",
    "time",
    "a.b",
    "",
    " ",
    "_id",
    "@timestamp",
    "é",
    "body",
    "x_str",
)
TEXTS = (
    "",
    " ",
    "1",
    "true",
    "x",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "2024",
    "2024/01/02 Z",
    "1.5",
    "null",
    "ü\u0000\x1b",
)
NUMBERS = (
    0,
    -1,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**30,
    0.5,
    1.0,
    -0.0,
    1e39,
    1e-50,
    3.0000000000000004,
)


def an_object(randomly: random.Random, *, depth: int) -> dict[str, Any]:
    return {a_name(randomly): a_value(randomly, depth=depth + 1) for _ in range(randomly.randint(0, 9))}


def a_name(randomly: random.Random) -> str:
    if randomly.random() < 0.9:
        return randomly.choice(NAMES)
    return "".join(randomly.choice("ab._ é1-") for _ in range(randomly.randint(1, 80)))


def a_value(randomly: random.Random, *, depth: int) -> Any:
    kind = randomly.randint(0, 9)
    if kind == 0 and depth < 12:
        return an_object(randomly, depth=depth)
    if kind == 1:
        return [a_value(randomly, depth=depth + 5) for _ in range(randomly.randint(0, 3))]
    if kind == 2:
        return randomly.choice((True, False, None))
    if kind in (3, 4, 5):
        return randomly.choice(NUMBERS)
    if kind == 6:
        return randomly.uniform(-1e6, 1e6)
    return randomly.choice(TEXTS)
