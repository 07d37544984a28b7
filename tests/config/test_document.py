"""YAML is read by the rules of YAML 1.2, and every value knows its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.source.document import read_document
from config.source.merge import find
from config.source.node import Node, plain

FILE = Path("some.yaml")


def read(root: Path, text: str | bytes) -> Node:
    (root / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    document = read_document(root, FILE)
    assert document.problems == []
    assert document.node is not None
    return document.node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("~", None),
        ("null", None),
        ('""', ""),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        (".inf", ".inf"),
        ("=", "="),
        ("v1", "v1"),
    ],
)
def test_a_plain_value_means_what_yaml_1_2_says(text: str, value: object, tmp_path: Path) -> None:
    found = find(read(tmp_path, f"key: {text}\n"), ["key"]).node.content
    assert found == value
    assert type(found) is type(value)


def test_every_value_knows_the_line_of_its_key_or_its_own_in_a_list(tmp_path: Path) -> None:
    node = read(
        tmp_path, "# a comment\na: 1\n\nb:\n  c:\n    - x\n    - y\n  d: >\n    folded\n    text\n  e: {f: 1}\n"
    )
    lines = {path: find(node, path).node.line for path in [("a",), ("b",), ("b", "c"), ("b", "d"), ("b", "e", "f")]}
    assert lines == {("a",): 2, ("b",): 4, ("b", "c"): 5, ("b", "d"): 8, ("b", "e", "f"): 11}
    assert [find(node, ("b", "c", i)).node.line for i in range(2)] == [6, 7]


def test_lines_are_right_after_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    node = read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert plain(node) == {"a": 1, "b": 2}
    assert find(node, ["b"]).node.line == 2


def test_an_alias_is_its_anchor_and_keeps_the_anchors_line(tmp_path: Path) -> None:
    node = read(tmp_path, "a: &small\n  cpu: 256\nb: *small\n")
    assert plain(node) == {"a": {"cpu": 256}, "b": {"cpu": 256}}
    assert find(node, ["b", "cpu"]).node.line == 2


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null\n", "~\n", "---\n...\n"])
def test_a_file_that_says_nothing_holds_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    document = read_document(tmp_path, FILE)
    assert document.node is None
    assert document.problems == []


def test_two_duplicate_keys_are_two_problems(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("a: 1\na: 2\nb: 1\nb: 2\n")
    assert [problem.line for problem in read_document(tmp_path, FILE).problems] == [2, 4]


def test_a_value_is_shown_as_it_was_written_and_cut_when_long(tmp_path: Path) -> None:
    node = read(tmp_path, f'a: "x"\nb: 007\nc: [1, {{d: two}}]\ne: {"y" * 100}\n')
    shown = {key: value.source for key, value in node.fields.items()}
    assert shown == {"a": '"x"', "b": "007", "c": "[1, {d: two}]", "e": "y" * 59 + "…"}
