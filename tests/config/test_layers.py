"""Layers of YAML: what wins, and where it came from."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from config.source.merge import clearest, find, merge
from config.source.node import Node, plain

BASE, OVER = Path("base.yaml"), Path("over.yaml")


def node(file: Path, value: Any) -> Node:
    if isinstance(value, dict):
        return Node(file, 1, "", {key: node(file, inner) for key, inner in value.items()})
    if isinstance(value, list):
        return Node(file, 1, "", tuple(node(file, inner) for inner in value))
    return Node(file, 1, str(value), value)


VALUES: list[Any] = [None, 1, "x", [], [1, 2], {}, {"a": 1}, {"a": {"b": 2}}, {"a": None, "c": [3]}, {"c": {"d": 4}}]
PAIRS = list(product(VALUES, repeat=2))
# Each key holds either mappings or no mapping, as the fields of a model do.
TRIPLES = list(product([{}, {"d": 1}, {"a": {"b": 2}}, {"a": {"c": [3]}, "d": 4}, {"a": {"c": None}}], repeat=3))


def merged(base: Any, over: Any) -> Any:
    return plain(merge(node(BASE, base), node(OVER, over)))


@pytest.mark.parametrize("value", VALUES)
def test_merging_with_itself_or_with_nothing_changes_nothing(value: Any) -> None:
    assert merged(value, value) == value
    if isinstance(value, dict):
        assert merged(value, {}) == value
        assert merged({}, value) == value


@pytest.mark.parametrize(("base", "over"), PAIRS)
def test_whatever_the_upper_layer_says_is_in_the_result(base: Any, over: Any) -> None:
    def says(result: Any, layer: Any) -> bool:
        if isinstance(layer, dict):
            return isinstance(result, dict) and all(says(result[key], value) for key, value in layer.items())
        return bool(result == layer)

    assert says(merged(base, over), over)


@pytest.mark.parametrize(("base", "over"), PAIRS)
def test_no_key_appears_that_neither_layer_has(base: Any, over: Any) -> None:
    keys = {key for layer in (base, over) if isinstance(layer, dict) for key in layer}
    result = merged(base, over)
    assert not isinstance(result, dict) or set(result) <= keys


@pytest.mark.parametrize(("one", "two", "three"), TRIPLES)
def test_the_order_of_merging_three_layers_does_not_matter(one: Any, two: Any, three: Any) -> None:
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@pytest.mark.parametrize(("base", "over"), PAIRS)
def test_the_layers_themselves_are_not_changed(base: Any, over: Any) -> None:
    lower, upper = node(BASE, base), node(OVER, over)
    merge(lower, upper)
    assert (plain(lower), plain(upper)) == (base, over)


def test_lists_are_replaced_whole() -> None:
    assert merged({"command": ["sh", "-c", "x"]}, {"command": ["y"]}) == {"command": ["y"]}


def test_null_takes_a_section_away() -> None:
    assert merged({"http": {"host": "x"}}, {"http": None}) == {"http": None}


def test_every_value_stands_in_the_layer_that_supplied_it() -> None:
    result = merge(node(BASE, {"a": {"b": 1, "c": 2}, "d": 3}), node(OVER, {"a": {"c": 4}, "e": 5}))
    files = {path: find(result, path).node.file for path in [("a", "b"), ("a", "c"), ("d",), ("e",)]}
    assert files == {("a", "b"): BASE, ("a", "c"): OVER, ("d",): BASE, ("e",): OVER}


@pytest.mark.parametrize(("at_over", "file"), [(False, BASE), (True, OVER)])
def test_a_missing_key_is_looked_for_in_the_layer_that_should_have_it(at_over: bool, file: Path) -> None:
    result = merge(node(BASE, {"a": {"b": 1}}), node(OVER, {"a": {"c": 4}}), at_over=at_over)
    place = find(result, ["a", "missing", "deeper"])
    assert place.missing == ("missing", "deeper")
    assert place.node.file == file


def test_of_two_fields_that_contradict_each_other_the_overridden_one_is_shown() -> None:
    result = merge(node(BASE, {"cpu": 256, "memory": 512}), node(OVER, {"cpu": 4096}))
    assert clearest(result, [["memory"], ["cpu"]]).node.file == OVER
    assert clearest(node(BASE, {"cpu": 256, "memory": 5}), [["memory"], ["cpu"]]).node.content == 5
    assert clearest(node(BASE, {"cpu": 256}), [["memory"], ["cpu"]]).node.content == 256
