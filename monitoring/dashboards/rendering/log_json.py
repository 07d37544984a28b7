"""Log panels as Grafana's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grafana_foundation_sdk.builders import common as options
from grafana_foundation_sdk.builders import logs, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as grafana
from grafana_foundation_sdk.models.units import Short

from monitoring.dashboards.rendering.panel import Bars, Lines


class LinkInSight(grafana.DashboardLink, Builder[grafana.DashboardLink]):
    """A link in sight: as the library has it, it would be hidden in a menu."""

    def to_json(self) -> dict[str, object]:
        """All of it but its place."""
        return {name: value for name, value in super().to_json().items() if name != "placement"}

    def build(self) -> grafana.DashboardLink:
        """Return the object that a panel's builder asks for."""
        return self


class _Query(Dataquery, Builder[Dataquery]):
    """A query of a data source for which the library has no words, or not all."""

    def __init__(self, query: Mapping[str, Any]) -> None:
        self._query = query

    def to_json(self) -> Mapping[str, Any]:
        return self._query

    def build(self) -> Dataquery:
        return self


def lines(of: Lines) -> logs.Panel:
    """Each with its time, and with its fields when it is clicked."""
    return (
        logs.Panel()
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(common.LogsSortOrder.DESCENDING)
        .with_target(_Query(of.query))
        .links([LinkInSight(title="Errors, in Explore", type_val=grafana.DashboardLinkType.LINK, url=of.link)])
    )


def bars(of: Bars) -> timeseries.Panel:
    """One above the other."""
    legend = options.VizLegendOptions().show_legend(True).display_mode(common.LegendDisplayMode.LIST)
    panel = (
        timeseries.Panel()
        .unit(Short)
        .draw_style(common.GraphDrawStyle.BARS)
        .line_width(0)
        .fill_opacity(80)
        .stacking(options.StackingConfig().mode(common.StackingMode.NORMAL))
        .axis_soft_min(0)
        .legend(legend.placement(common.LegendPlacement.BOTTOM))
        .tooltip(options.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
        .with_target(_Query(of.query))
    )
    for name, color in of.colors.items():
        fixed = grafana.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": color})
        panel = panel.override_by_name(name, [fixed])
    return panel
