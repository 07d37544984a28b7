"""Panels as Grafana's JSON."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import dashboard as settings
from grafana_foundation_sdk.builders import logs, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as grafana
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from grafana_foundation_sdk.models.units import DateTimeFromNow

from monitoring.dashboards.rendering import log_json
from monitoring.dashboards.rendering.panel import Bars, Color, Column, Lines, Panel, Stat, Table, Thresholds, TimeSeries

PROMETHEUS = common.DataSourceRef(type_val="prometheus", uid="prometheus")
"""See monitoring/grafana.py."""

COLORED = grafana.DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"})
NOTHING = grafana.DynamicConfigValue(id_val="noValue", value="-")
"""In a cell; or it would say what the whole panel says when it is empty."""

Built = timeseries.Panel | stat.Panel | table.Panel | logs.Panel


def built(panel: Panel) -> Built:
    """Return the panel without its number and its place."""
    made: Built
    match panel:
        case TimeSeries():
            made = _graph(panel)
        case Stat():
            made = _figure(panel)
        case Table():
            made = _table(panel)
        case Lines():
            made = log_json.lines(panel)
        case Bars():
            made = log_json.bars(panel)
    made = made.title(panel.title).datasource(_source(panel))
    if panel.description:
        made = made.description(panel.description)
    if panel.empty:
        made = made.no_value(panel.empty)
    return made


def _source(panel: Panel) -> common.DataSourceRef:
    if not isinstance(panel, Lines | Bars):
        return PROMETHEUS
    own = panel.query["datasource"]
    return common.DataSourceRef(type_val=own["type"], uid=own["uid"])


def _graph(graph: TimeSeries) -> timeseries.Panel:
    legend = options.VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    tooltip = options.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
    panel = (
        timeseries.Panel()
        .unit(graph.unit)
        .line_width(1)
        .fill_opacity(30 if graph.stacked else 8)
        .show_points(common.VisibilityMode.NEVER)
        .axis_soft_min(0)
        .legend(legend.placement(common.LegendPlacement.BOTTOM))
        .tooltip(tooltip)
    )
    if graph.stacked:
        panel = panel.stacking(options.StackingConfig().mode(common.StackingMode.NORMAL))
    if graph.full is not None:
        panel = panel.axis_soft_max(graph.full)
    if graph.below_zero:
        panel = panel.override_by_regexp(graph.below_zero, [_set("custom.transform", "negative-Y")])
    for ref, query in zip(ascii_uppercase, graph.queries, strict=False):
        target = _query(query.expr, ref).legend_format(query.legend).range()
        panel = panel.with_target(target.exemplar(True) if query.exemplars else target)
        if query.is_limit:
            panel = panel.override_by_query(ref, _dashed(graph))
    return panel


def _dashed(graph: TimeSeries) -> list[grafana.DynamicConfigValue]:
    style = [
        _set("custom.lineStyle", {"fill": "dash", "dash": [8, 6]}),
        _set("custom.fillOpacity", 0),
        _set("color", {"mode": "fixed", "fixedColor": Color.BAD.value}),
    ]
    return [*style, _set("custom.stacking", {"mode": "none", "group": "limit"})] if graph.stacked else style


def _figure(figure: Stat) -> stat.Panel:
    return (
        stat.Panel()
        .unit(figure.unit)
        .thresholds(_thresholds(figure.thresholds))
        .color_scheme(settings.FieldColor().mode(grafana.FieldColorModeId.THRESHOLDS))
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(options.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_query(figure.expr, "A").instant())
    )


def _table(wanted: Table) -> table.Panel:
    first, *_ = wanted.labels
    panel = table.Panel().show_header(True).cell_height(common.TableCellHeight.SM).filterable(True)
    values: dict[str, Column] = {}
    for ref, column in zip(ascii_uppercase, wanted.columns, strict=False):
        panel = panel.with_target(_query(column.expr, ref).format(PromQueryFormat.TABLE).instant())
        # What Grafana calls the figures of a query, when there are several and when there is one.
        values[f"Value #{ref}" if len(wanted.columns) > 1 else "Value"] = column
    headings = {**wanted.labels, **{name: column.title for name, column in values.items()}}
    panel = panel.with_transformation(_transform("filterFieldsByName", include={"names": list(headings)}))
    if len(wanted.columns) > 1:
        panel = panel.with_transformation(_transform("joinByField", byField=first, mode="outer"))
    order = {name: position for position, name in enumerate(headings)}
    panel = panel.with_transformation(
        _transform("organize", renameByName=headings, indexByName=order, excludeByName={}, includeByName={})
    )
    for column in wanted.columns:
        panel = panel.override_by_name(column.title, _of_column(column))
    for label, heading in wanted.labels.items():
        panel = panel.override_by_name(heading, _of_label(label, wanted))
    return panel.sort_by([options.TableSortByFieldState().display_name(wanted.labels[first]).desc(False)])


def _of_column(column: Column) -> list[grafana.DynamicConfigValue]:
    style = [_set("unit", column.unit), _set("custom.align", "right"), NOTHING]
    if column.unit == DateTimeFromNow:
        style.append(_set("custom.width", 180))
    if not column.thresholds:
        return style
    color = _set("color", {"mode": "thresholds"})
    return [*style, color, COLORED, _set("thresholds", _thresholds(column.thresholds).build())]


def _of_label(label: str, wanted: Table) -> list[grafana.DynamicConfigValue]:
    style = [_set("custom.align", "left"), NOTHING]
    if url := wanted.links.get(label):
        style.append(_set("links", [{"title": "${__value.raw}", "url": url}]))
    if wanted.colors and label == next(iter(wanted.labels)):
        texts = {value: {"color": color.value, "index": i} for i, (value, color) in enumerate(wanted.colors.items())}
        style += [_set("mappings", [{"type": "value", "options": texts}]), COLORED]
    return style


def _query(expr: str, ref: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expr).ref_id(ref).datasource(PROMETHEUS)


def _thresholds(thresholds: Thresholds) -> settings.ThresholdsConfig:
    below = grafana.Threshold(value=None, color=(Color.GOOD if thresholds else Color.PLAIN).value)
    above = [grafana.Threshold(value=value, color=color.value) for value, color in thresholds.items()]
    return settings.ThresholdsConfig().mode(grafana.ThresholdsMode.ABSOLUTE).steps([below, *above])


def _set(name: str, value: object) -> grafana.DynamicConfigValue:
    return grafana.DynamicConfigValue(id_val=name, value=value)


def _transform(name: str, **how: Any) -> grafana.DataTransformerConfig:
    return grafana.DataTransformerConfig(id_val=name, options=how)
