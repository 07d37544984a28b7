"""The order in which the load balancer tries the services' hosts and paths."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from config.models.service.http import Http

# AWS takes priorities 1 to 50,000 (API_CreateRule): ten bands, exact hosts before any host, deep paths first.
DEPTHS = 5
BAND_SIZE = 5_000


def rule_priority(service: str, route: Http) -> int:
    """Return the listener rule's priority, the same whatever other services exist.

    Two services may collide; the cross-file check then asks for `http.priority`.
    """
    if route.priority is not None:
        return route.priority
    seed = sha256(f"{service} {route.host} {route.path}".encode()).digest()
    return rule_band(route) * BAND_SIZE + int.from_bytes(seed[:8]) % BAND_SIZE + 1


def rule_band(route: Http) -> int:
    """Return the band, one of ten, that a route belongs to; within one, the order is by chance."""
    depth = min(len([part for part in route.path.split("/") if part.strip("*")]), DEPTHS - 1)
    return DEPTHS - 1 - depth + (DEPTHS if route.host == "*" else 0)


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
