"""The order in which the load balancer tries the services' hosts and paths."""

from __future__ import annotations

from hashlib import sha256

from config.http import Http

# AWS takes priorities 1 to 50,000 (API_CreateRule): ten bands, exact hosts before any host, deep paths first.
DEPTHS = 5
BAND_SIZE = 5_000


def rule_priority(service: str, route: Http) -> int:
    """The listener rule's priority, the same whatever other services exist.

    Two services may collide; the cross-file check then asks for `http.priority`.
    """
    if route.priority is not None:
        return route.priority
    depth = min(len([part for part in route.path.split("/") if part.strip("*")]), DEPTHS - 1)
    band = DEPTHS - 1 - depth + (DEPTHS if route.host == "*" else 0)
    seed = sha256(f"{service} {route.host} {route.path}".encode()).digest()
    return band * BAND_SIZE + int.from_bytes(seed[:8]) % BAND_SIZE + 1
