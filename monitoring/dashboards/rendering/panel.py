"""Dashboards and their panels, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from monitoring.thresholds import Threshold


class Color(StrEnum):
    """The colour of a figure."""

    PLAIN = "text"
    GOOD = "green"
    WARNING = "orange"
    BAD = "red"


Thresholds = Mapping[float, Color]
"""From which value on a figure has which colour. Below all of them it is good, or plain where there is no step."""


def above(threshold: Threshold) -> Thresholds:
    """Return the colours of a value that is bad when it is high."""
    return {threshold.warning: Color.WARNING, threshold.critical: Color.BAD}


def below(threshold: Threshold) -> Thresholds:
    """Return the colours of a value that is bad when it is low."""
    return {0: Color.BAD, threshold.critical: Color.WARNING, threshold.warning: Color.GOOD}


@dataclass(frozen=True, kw_only=True)
class Query:
    """PromQL, and what its series are called: `{{label}}` is filled in. A limit is a dashed line.

    `exemplars` shows those of the metrics in `expr`, each a dot that leads to its trace.
    """

    expr: str
    legend: str
    is_limit: bool = False
    exemplars: bool = False


@dataclass(frozen=True, kw_only=True)
class TimeSeries:
    """Lines over time, from zero up. The axis reaches `full`, where that is said, even when the lines do not."""

    title: str
    unit: str
    queries: tuple[Query, ...]
    description: str = ""
    stacked: bool = False
    full: float | None = None
    below_zero: str | None = None
    """A pattern of legends: those are drawn downwards."""
    empty: str = ""
    """What stands there instead of "No data"."""
    width: int = 8
    height: int = 7


@dataclass(frozen=True, kw_only=True)
class Stat:
    """One number: how it is now."""

    title: str
    unit: str
    expr: str
    description: str = ""
    thresholds: Thresholds = field(default_factory=dict)
    empty: str = ""
    width: int = 4
    height: int = 4


@dataclass(frozen=True, kw_only=True)
class Column:
    """One figure in each line of a table."""

    title: str
    unit: str
    expr: str
    thresholds: Thresholds = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of current values: a line for each value of the first label, by which the columns are joined.

    `labels` are shown under their headings: the first column's answer has all of them. `colors` are those of the first
    label's values.
    """

    title: str
    labels: Mapping[str, str]
    columns: tuple[Column, ...]
    description: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """By label: the page that its value leads to."""
    colors: Mapping[str, Color] = field(default_factory=dict)
    empty: str = ""
    width: int = 24
    height: int = 8


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines of a log, the newest first. `query` is in the words of its data source, see monitoring/explore.py."""

    title: str
    query: Mapping[str, Any]
    link: str
    """Where its title leads to: the path of a page of Grafana's."""
    description: str = ""
    empty: str = ""
    width: int = 24
    height: int = 12


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A bar chart of a log's lines over time, in one colour for each name that the query gives them."""

    title: str
    query: Mapping[str, Any]
    colors: Mapping[str, str]
    description: str = ""
    empty: str = ""
    width: int = 24
    height: int = 6


Panel = TimeSeries | Stat | Table | Lines | Bars


@dataclass(frozen=True, kw_only=True)
class Row:
    """Panels from left to right, under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """Marks in every graph of a dashboard, for as long as `expr` has a series."""

    title: str
    expr: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A variable that nobody chooses: a part of a label's value, in the series that `of` selects."""

    name: str
    label: str
    of: str
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """A variable that nobody chooses: the data source of a plugin whose name the pattern matches, if there is one."""

    name: str
    plugin: str
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A page of Grafana. Alerts and bookmarks lead to `uid`: never change one."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Labels whose value is chosen above, for `$label` in queries, and the metric that knows the values."""
    derived: tuple[Derived | Found, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    hours: int = 3
