"""Graphs of what Prometheus and the parts beside it say of themselves."""

from __future__ import annotations

from monitoring.alerts.monitoring import MINE
from monitoring.dashboards.rendering.panel import Query, TimeSeries

WITHIN = "$__rate_interval"


def graph(
    title: str, unit: str, description: str = "", *, stacked: bool = False, width: int = 8, **queries: str
) -> TimeSeries:
    """Return a line for each query, called as its keyword is."""
    lines = tuple(Query(expr=expr, legend=name.replace("_", " ")) for name, expr in queries.items())
    return TimeSeries(title=title, unit=unit, queries=lines, description=description, stacked=stacked, width=width)


def by(
    label: str, title: str, unit: str, expr: str, description: str = "", *, stacked: bool = False, width: int = 8
) -> TimeSeries:
    """Return a line for each value of a label, called as that is."""
    queries = (Query(expr=expr, legend=f"{{{{{label}}}}}"),)
    return TimeSeries(title=title, unit=unit, queries=queries, description=description, stacked=stacked, width=width)


def rate(metric: str) -> str:
    """Return the rate of one of Prometheus' own counters, per second."""
    return f"rate({metric}{MINE}[{WITHIN}])"


def increase(metric: str, of: str = MINE) -> str:
    """Return the increase of a counter within one graph interval."""
    return f"increase({metric}{of}[{WITHIN}])"
