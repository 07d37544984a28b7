"""Layers of YAML put on each other; every value keeps the place of the layer it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.source.node import Node

Step = str | int


def merge(base: Node, over: Node, *, at_over: bool = False) -> Node:
    """Merge two layers: mappings key by key; anything else is replaced.

    A merged mapping stands where `base` does, or with `at_over` where `over` does: there a missing key is reported.
    """
    if not (isinstance(base.content, dict) and isinstance(over.content, dict)):
        return replace(over, overrides=True)
    content = dict(base.content)
    for key, value in over.content.items():
        content[key] = merge(content[key], value, at_over=at_over) if key in content else replace(value, overrides=True)
    return replace(over if at_over else base, content=content)


@dataclass(frozen=True, slots=True)
class Location:
    """The deepest value on a path, and the steps that lead no further."""

    node: Node
    missing: tuple[Step, ...] = ()
    overrides: bool = False


def find(root: Node, path: Sequence[Step]) -> Location:
    """Return the value at the path, or the mapping that lacks it."""
    node, overrides = root, root.overrides
    for i, step in enumerate(path):
        following: Node | None = None
        if isinstance(node.content, dict):
            following = node.content.get(str(step))
        elif isinstance(node.content, tuple) and isinstance(step, int) and step < len(node.content):
            following = node.content[step]
        if following is None:
            return Location(node, tuple(path[i:]), overrides)
        node, overrides = following, overrides or following.overrides
    return Location(node, overrides=overrides)


def clearest(root: Node, paths: Sequence[Sequence[Step]]) -> Location:
    """Return which of several contradicting fields to show: an override first, else the first there."""
    places = [find(root, path) for path in paths]
    there = [place for place in places if not place.missing]
    return next((place for place in there if place.overrides), (there or places)[0])
