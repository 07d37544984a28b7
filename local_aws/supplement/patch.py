"""Two ways to change a class of moto: give it what it has not, or wrap what it has."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def add(owner: type, *functions: Callable[..., Any]) -> None:
    """Give `owner` these methods, by their names. One it has already means that moto has caught up.

    moto turns an action into a snake_case method of the service's Response class, so that a method added
    there is an operation added.
    """
    for function in functions:
        if hasattr(owner, function.__name__):
            raise TypeError(f"moto now has {owner.__name__}.{function.__name__}: drop it from the supplement")
        setattr(owner, function.__name__, function)


def wrap(owner: type, name: str, replacement: Callable[..., Any]) -> None:
    """Call `replacement(original, *arguments)` wherever `owner.name(*arguments)` is called."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    setattr(owner, name, wrapped)
