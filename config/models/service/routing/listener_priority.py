"""The order in which the load balancer tries the services' hosts and paths."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from hashlib import sha256

from config.models.service.routing.conditions import ANY_HOST

# AWS takes priorities 1 to 50,000 (API_CreateRule): ten bands, exact hosts before any host, deep paths first.
DEPTHS = 5
BAND_SIZE = 5_000
# The last numbers of the band of exact hosts with any path are those of previews; a load balancer takes 100 rules.
PREVIEW_BAND, PREVIEW_PRIORITIES = DEPTHS - 1, 200
_FIRST_OF_PREVIEWS = (PREVIEW_BAND + 1) * BAND_SIZE - PREVIEW_PRIORITIES + 1


def rule_priority(service: str, host: str, path: str, number: int = 0) -> int:
    """Return the listener rule's priority, the same whatever other services exist.

    `number` counts the rules of one depth, where a service needs several. Two services may collide; the cross-file
    check then asks for `http.priority`.
    """
    seed = sha256(f"{service} {host} {path}{f' {number}' if number else ''}".encode()).digest()
    band, place = rule_band(path, any_host=host == ANY_HOST), int.from_bytes(seed[:8]) % BAND_SIZE
    if band == PREVIEW_BAND and place >= BAND_SIZE - PREVIEW_PRIORITIES:
        place = int.from_bytes(seed[8:16]) % (BAND_SIZE - PREVIEW_PRIORITIES)
    return band * BAND_SIZE + place + 1


def preview_priority(name: str, taken: Collection[int]) -> int:
    """Choose the priority of a preview's rule: one that `rule_priority` gives to no service.

    `taken` are those of the other previews, and those that files of services ask for by `http.priority`.
    """
    start = int.from_bytes(sha256(name.encode()).digest()[:8])
    numbers = (_FIRST_OF_PREVIEWS + (start + step) % PREVIEW_PRIORITIES for step in range(PREVIEW_PRIORITIES))
    return next(number for number in numbers if number not in taken)


def rule_band(path: str, *, any_host: bool = False) -> int:
    """Return the band, one of ten, that a path belongs to; within one, the order is by chance."""
    depth = min(len([part for part in path.split("/") if part.strip("*")]), DEPTHS - 1)
    return DEPTHS - 1 - depth + (DEPTHS if any_host else 0)


def overlap(one: str, other: str) -> bool:
    """Return whether a request can fit both path patterns: * is any text, slashes included, and ? any one character."""

    @cache
    def meet(i: int, j: int) -> bool:
        first, second = one[i : i + 1], other[j : j + 1]
        if first == "*":
            return meet(i + 1, j) or (bool(second) and meet(i, j + 1))
        if second == "*":
            return meet(i, j + 1) or (bool(first) and meet(i + 1, j))
        if not first or not second:
            return first == second
        return (first == second or "?" in (first, second)) and meet(i + 1, j + 1)

    return meet(0, 0)
