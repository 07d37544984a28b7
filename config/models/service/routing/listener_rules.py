"""The rules of the load balancer's listener that a service needs: as few as AWS' limits allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from config.models.service.http import Http
from config.models.service.routing.conditions import (
    ANY_HOST,
    MOST_WILDCARDS,
    Conditions,
    path_patterns,
    wildcards,
)
from config.models.service.routing.listener_priority import rule_band, rule_priority
from config.models.service.routing.redirect import Redirect


@dataclass(frozen=True, kw_only=True)
class ListenerRule:
    """One rule: `hosts` are as in the YAML, `band` is its depth; `key` stays while hosts and paths are appended."""

    key: str
    hosts: tuple[str, ...]
    patterns: tuple[str, ...]
    priority: int
    band: int


def listener_rules(service: str, conditions: Conditions) -> tuple[ListenerRule, ...]:
    """Return the rules for the hosts and paths of a service: paths of one depth share them, as long as they fit.

    Rules of other depths have other priorities, so that each path has its place among those of other services.
    """
    by_band: dict[int, list[str]] = {}
    for path in conditions.path:
        by_band.setdefault(rule_band(path, any_host=conditions.is_for_any_host), []).append(path)
    rules: list[ListenerRule] = []
    for band, paths in by_band.items():
        patterns = [pattern for path in paths for pattern in path_patterns(path)]
        for number, (hosts, its) in enumerate(_in_rules(conditions.host, patterns, conditions.most_values)):
            first = (conditions.host[0], paths[0], number)
            rules.append(
                ListenerRule(
                    key=sha256(" ".join(map(str, first)).encode()).hexdigest()[:8],
                    hosts=hosts,
                    patterns=its,
                    priority=rule_priority(service, *first)
                    if conditions.priority is None
                    else conditions.priority + len(rules),
                    band=band,
                )
            )
    return tuple(rules)


def redirect_rules(service: str, route: Http) -> Iterator[tuple[Redirect, ListenerRule]]:
    """Yield the rules of each redirect, with the redirect."""
    for redirect in route.redirected:
        for rule in listener_rules(service, redirect):
            yield redirect, rule


def _in_rules(
    hosts: Sequence[str], patterns: Sequence[str], most: int
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Divide hosts and patterns so that the fewest rules hold every pair of them, each at most so many."""
    values = 0 if ANY_HOST in hosts else len(hosts)
    divisions = []
    for at_a_time in range(min(values, most - 1), 0 if values else -1, -1):
        groups = [hosts[start : start + at_a_time] for start in range(0, len(hosts), at_a_time or 1)]
        packed = _packed(patterns, most - at_a_time)
        divisions.append([(tuple(group), its) for group in groups for its in packed])
    yield from min(divisions, key=len)


def _packed(patterns: Sequence[str], most: int) -> list[tuple[str, ...]]:
    packed: list[list[str]] = []
    for pattern in patterns:
        last = packed[-1] if packed else []
        if last and len(last) < most and wildcards("".join([*last, pattern])) <= MOST_WILDCARDS:
            last.append(pattern)
        else:
            packed.append([pattern])
    return [tuple(its) for its in packed]
