"""Panels that a team writes for the dashboard of its own service."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.service.monitoring.promql import promql_mistakes, with_durations
from config.models.settings import Mistake, Settings, in_words

PanelTitle = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s{}$]([^{}$\n]*[^\s{}$])?$", max_length=60),
    in_words("one line of up to 60 characters without {, } and $"),
]
# {{label}} is filled in by Grafana. https://grafana.com/docs/grafana/latest/datasources/prometheus/query-editor/
Legend = Annotated[
    str,
    StringConstraints(pattern=r"^([^{}$\n]|\{\{ *[A-Za-z_][A-Za-z0-9_]* *\}\})+$", max_length=100),
    in_words('text in which {{label}} stands for the value of a label, such as "{{queue}}"'),
]


class PanelKind(StrEnum):
    """The kind of a panel: lines, areas or one number."""

    GRAPH = "graph"
    STACKED = "stacked"
    FIGURE = "figure"


class PanelUnit(StrEnum):
    """The unit of the figures of a panel."""

    COUNT = "count"
    PER_SECOND = "per-second"
    PER_MINUTE = "per-minute"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes-per-second"
    RATIO = "ratio"
    PERCENT = "percent"
    EUROS = "euros"
    DOLLARS = "dollars"


class OwnPanel(Settings):
    """It shows the series of `expr` on the service's dashboard."""

    expr: str = Field(
        min_length=1,
        max_length=2000,
        description="PromQL, in which $__rate_interval may stand: "
        'sum by (queue) (rate(orders_taken_total{job="app",service="orders"}[$__rate_interval])).',
    )
    unit: PanelUnit = Field(
        default=PanelUnit.COUNT, description="ratio is a share from 0 to 1, percent one from 0 to 100."
    )
    kind: PanelKind = Field(
        default=PanelKind.GRAPH,
        description="graph: a line for each series; stacked: one upon the other; figure: how it is now.",
    )
    legend: Legend | None = Field(
        default=None, description='What each series is called: "{{queue}}"; by default all that differs between them.'
    )
    description: str = Field(default="", max_length=500, description="What it shows, for whoever asks.")

    def mistakes(self) -> Iterator[Mistake]:
        """Grafana would show an error in place of a panel whose expression nobody can read."""
        yield from promql_mistakes(with_durations(self.expr))


OwnPanels = Annotated[
    dict[PanelTitle, OwnPanel],
    Field(max_length=30, description="Panels of your own on this service's dashboard, by their names."),
]
