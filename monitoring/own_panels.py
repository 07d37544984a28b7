"""The dashboards of services with `panels:`: the service's, with a row of its team's panels on top."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from config.models.service.monitoring.own_panels import OwnPanel, PanelKind, PanelUnit
from config.models.service.service import Service

SERVICE_DASHBOARD = "Platform/service.json"
FOLDER = "Services"
TAG = "own-panels"
"""By which the other dashboards list them: monitoring/dashboards/rendering/grafana_json.py."""

_WRITTEN = Path(__file__).parents[1] / "docker/grafana/rootfs/etc/grafana/dashboards" / SERVICE_DASHBOARD
_GRID = 24
BUCKETS = "_bucket"
"""At the end of a histogram's name, whose exemplars are in the unit of the panel."""
_SOURCE = {"type": "prometheus", "uid": "prometheus"}
# https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts
_UNITS = {
    PanelUnit.COUNT: "short",
    PanelUnit.PER_SECOND: "cps",
    PanelUnit.PER_MINUTE: "cpm",
    PanelUnit.SECONDS: "s",
    PanelUnit.MILLISECONDS: "ms",
    PanelUnit.BYTES: "bytes",
    PanelUnit.BYTES_PER_SECOND: "Bps",
    PanelUnit.RATIO: "percentunit",
    PanelUnit.PERCENT: "percent",
    PanelUnit.EUROS: "currencyEUR",
    PanelUnit.DOLLARS: "currencyUSD",
}
_SIZES = {PanelKind.GRAPH: (8, 7), PanelKind.STACKED: (8, 7), PanelKind.FIGURE: (8, 4)}


def uid(service: str) -> str:
    """Return the address of the dashboard of a service that has panels of its own."""
    return f"service-{service}"


def dashboard(service: Service) -> bytes:
    """Return the dashboard that all services share, as committed, for this service and with its own panels."""
    page: dict[str, Any] = json.loads(_WRITTEN.read_text(encoding="utf-8"))
    headings = [panel for panel in page["panels"] if panel["type"] == "row"]
    place, number = headings[1]["gridPos"]["y"], max(panel["id"] for panel in page["panels"]) + 1
    own = list(_row(service.panels, y=place, number=number))
    moved = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in own) - place
    for panel in page["panels"]:
        if panel["gridPos"]["y"] >= place:
            panel["gridPos"]["y"] += moved
    variables = [_only(service.name) if one["name"] == "service" else one for one in page["templating"]["list"]]
    page |= {
        "uid": uid(service.name),
        "title": f"Service {service.name}",
        "tags": [TAG],
        "panels": sorted([*page["panels"], *own], key=lambda panel: (panel["gridPos"]["y"], panel["gridPos"]["x"])),
        "templating": {"list": variables},
    }
    return (json.dumps(page, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def _only(service: str) -> dict[str, Any]:
    """Return the variable of a service that cannot be chosen."""
    chosen = {"selected": True, "text": service, "value": service}
    return {"type": "constant", "name": "service", "query": service, "current": chosen, "hide": 2, "skipUrlSync": True}


def _row(panels: Mapping[str, OwnPanel], *, y: int, number: int) -> Iterator[dict[str, Any]]:
    """Yield a heading, and the panels from left to right below it."""
    title = "Panels of its team"
    place = {"h": 1, "w": _GRID, "x": 0, "y": y}
    yield {"type": "row", "title": title, "collapsed": False, "panels": [], "id": number, "gridPos": place}
    x, y, tallest = 0, y + 1, 0
    for at, (name, panel) in enumerate(panels.items(), number + 1):
        width, height = _SIZES[panel.kind]
        if x + width > _GRID:
            x, y, tallest = 0, y + tallest, 0
        drawn = _figure(panel) if panel.kind is PanelKind.FIGURE else _graph(panel)
        yield drawn | {"id": at, "title": name, "gridPos": {"h": height, "w": width, "x": x, "y": y}}
        x, tallest = x + width, max(tallest, height)


def _drawn(panel: OwnPanel, target: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "datasource": _SOURCE,
        "expr": panel.expr,
        "refId": "A",
        "legendFormat": panel.legend or "__auto",
    }
    return {
        "datasource": _SOURCE,
        "description": panel.description,
        "fieldConfig": {"defaults": {"unit": _UNITS[panel.unit], "noValue": "Nothing", **defaults}, "overrides": []},
        "targets": [{**asked, **target}],
    }


def _graph(panel: OwnPanel) -> dict[str, Any]:
    stacked = panel.kind is PanelKind.STACKED
    custom: dict[str, Any] = {
        "axisSoftMin": 0,
        "fillOpacity": 30 if stacked else 8,
        "lineWidth": 1,
        "showPoints": "never",
    }
    if stacked:
        custom |= {"stacking": {"mode": "normal", "group": "A"}}
    target = {"range": True, "instant": False, **({"exemplar": True} if BUCKETS in panel.expr else {})}
    return _drawn(panel, target, {"custom": custom}) | {
        "type": "timeseries",
        "options": {
            "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _figure(panel: OwnPanel) -> dict[str, Any]:
    steps = [{"color": "text", "value": None}]
    return _drawn(panel, {"range": False, "instant": True}, {"thresholds": {"mode": "absolute", "steps": steps}}) | {
        "type": "stat",
        "options": {
            "colorMode": "value",
            "graphMode": "none",
            "justifyMode": "auto",
            "orientation": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"]},
            "textMode": "auto",
        },
    }
