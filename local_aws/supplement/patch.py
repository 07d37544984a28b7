"""Means to patch moto: add what a class lacks, wrap what it has, keep state in its backends."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def add(owner: type, **methods: Callable[..., Any]) -> None:
    """Give `owner` these methods. One that it has already means that moto has caught up.

    moto turns an action into a snake_case method of the service's Response class, so that a method added
    there is an operation added.
    """
    for name, method in methods.items():
        if hasattr(owner, name):
            raise TypeError(f"moto now has {owner.__name__}.{name}: drop it from the supplement")
        setattr(owner, name, method)


class Kept(dict[Any, Any]):
    """Resources that the supplement keeps, so that the inventory knows them."""


def state(backend: Any, name: str) -> Kept:
    """Resources of ours that live in moto's backend, and are gone when it is emptied."""
    kept: Kept = vars(backend).setdefault(name, Kept())
    return kept


def wrap(owner: type, name: str, replacement: Callable[..., Any]) -> None:
    """Call `replacement(original, *arguments)` wherever `owner.name(*arguments)` is called."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(owner, name, wrapped)


def wrap_property(owner: type, name: str, replacement: Callable[[Callable[[Any], Any], Any], Any]) -> None:
    """Answer `replacement(original, instance)` wherever the property `name` of an instance is read."""
    original = getattr(owner, name).fget
    setattr(owner, name, property(lambda instance: replacement(original, instance)))
