"""Dashboards as Grafana's JSON: the place of each panel, and the page's common settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as grafana

from monitoring import own_panels
from monitoring.dashboards.rendering.log_json import LinkInSight
from monitoring.dashboards.rendering.panel import Annotation, Dashboard, Derived, Found, Row
from monitoring.dashboards.rendering.panel_json import PROMETHEUS, built

GRID = 24
UNSEEN: Mapping[str, Any] = {"hide": grafana.VariableHide.HIDE_VARIABLE, "skip_url_sync": True}
"""What follows from what is chosen is not chosen by an address either, nor kept in one."""
TAG = "platform"


def text(board: Dashboard) -> str:
    """Return the file: always the same for the same tables."""
    page = grafana.Dashboard(
        uid=board.uid,
        title=board.title,
        description=board.description,
        tags=[TAG],
        editable=False,
        graph_tooltip=grafana.DashboardCursorSync.CROSSHAIR,
        time=grafana.DashboardDashboardTime(from_val=f"now-{board.hours}h"),
        refresh="1m",
        panels=list(_panels(board)),
        templating=grafana.DashboardDashboardTemplating(list_val=list(_variables(board))),
        annotations=grafana.AnnotationContainer(list_val=[_marks(annotation) for annotation in board.annotations]),
        links=[
            _listed("Dashboards", TAG),
            _listed("Services with panels of their own", own_panels.TAG, in_a_menu=True),
        ],
    )
    return json.dumps(page, cls=JSONEncoder, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def _panels(board: Dashboard) -> Iterator[grafana.Panel | grafana.RowPanel]:
    number, y = 1, 0
    for row in board.rows:
        place = grafana.GridPos(h=1, w=GRID, x=0, y=y)
        yield grafana.RowPanel(title=row.title, grid_pos=place, id_val=number)
        y += 1
        for panel, position in zip(row.panels, _positions(row, y), strict=True):
            number += 1
            yield built(panel).id(number).grid_pos(position).build()
            y = max(y, position.y + position.h)
        number += 1


def _positions(row: Row, y: int) -> Iterator[grafana.GridPos]:
    """Place panels from left to right, and on the next line when one is full."""
    x, tallest = 0, 0
    for panel in row.panels:
        if x + panel.width > GRID:
            x, y, tallest = 0, y + tallest, 0
        yield grafana.GridPos(h=panel.height, w=panel.width, x=x, y=y)
        x, tallest = x + panel.width, max(tallest, panel.height)


def _variables(board: Dashboard) -> Iterator[grafana.VariableModel]:
    for label, metric in board.chosen.items():
        yield _of_a_label(label, f"label_values({metric}, {label})", label=label.capitalize())
    for one in board.derived:
        match one:
            case Derived():
                query = f"label_values({one.of}, {one.label})"
                yield _of_a_label(one.name, query, regex=one.pattern, **UNSEEN)
            case Found():
                yield grafana.VariableModel(
                    type_val=grafana.VariableType.DATASOURCE,
                    name=one.name,
                    query=one.plugin,
                    regex=one.pattern,
                    refresh=grafana.VariableRefresh.ON_DASHBOARD_LOAD,
                    **UNSEEN,
                )


def _of_a_label(name: str, query: str, **more: Any) -> grafana.VariableModel:
    return grafana.VariableModel(
        type_val=grafana.VariableType.QUERY,
        name=name,
        datasource=PROMETHEUS,
        # As Grafana's own editor writes it; 1 says that it is a query for a label's values.
        query={"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        definition=query,
        # What existed within the time that is looked at, a service that is gone included.
        refresh=grafana.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=grafana.VariableSort.ALPHABETICAL_ASC,
        **more,
    )


def _marks(annotation: Annotation) -> grafana.AnnotationQuery:
    return grafana.AnnotationQuery(
        name=annotation.title,
        datasource=PROMETHEUS,
        expr=annotation.expr,
        title_format=annotation.text,
        icon_color="blue",
        step="60s",
    )


def _listed(title: str, tag: str, *, in_a_menu: bool = False) -> grafana.DashboardLink:
    kind = grafana.DashboardLinkType.DASHBOARDS
    return LinkInSight(title=title, type_val=kind, tags=[tag], as_dropdown=in_a_menu, keep_time=True)
