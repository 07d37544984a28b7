"""Alerts that a team writes about its own service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from config.models.service.monitoring.platform_alerts import PLATFORM_ALERTS
from config.models.service.monitoring.promql import promql_mistakes
from config.models.settings import Mistake, Settings, in_words, refuse

AlertName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]*$", max_length=60),
    in_words("a name such as OrdersStuck: letters and digits, the first a capital"),
]
# https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
Duration = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{0,3}(s|m|h|d)$"),
    in_words("a duration such as 30s, 5m, 2h or 1d"),
]
# Prometheus takes `{{` for the beginning of a template, which it would refuse to load if it cannot be read.
Text = Annotated[
    str,
    StringConstraints(pattern=r"^[^{}\n]*$", min_length=1, max_length=300),
    in_words("one line of text without { and }"),
]

RunbookUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https://[^\s{}]+$", max_length=500),
    in_words("an address that begins with https://"),
]


class OwnAlert(Settings):
    """It fires for each series of `expr`, once that has held for so long; the service's `owner:` is told."""

    model_config = ConfigDict(populate_by_name=True)

    expr: str = Field(
        min_length=1,
        max_length=2000,
        description='PromQL. Of the service\'s own metrics: my_queue_length{job="app",service="orders"} > 100.',
    )
    for_: Duration = Field(default="5m", alias="for", description="How long it must hold.")
    severity: Literal["critical", "warning"] = Field(
        default="warning", description="critical wakes somebody, warning waits for the morning."
    )
    summary: Text = Field(description="What is wrong, in one line; the service is named before it.")
    runbook: RunbookUrl | None = Field(default=None, description="Where it says what to do, https://….")

    def mistakes(self) -> Iterator[Mistake]:
        """Prometheus refuses all rules for one expression that it cannot read."""
        yield from promql_mistakes(self.expr)


def _with_names_of_their_own(alerts: dict[str, OwnAlert]) -> dict[str, OwnAlert]:
    if taken := [
        Mistake(field=name, message="is an alert of the platform's own", fix="choose another name")
        for name in alerts
        if name in PLATFORM_ALERTS
    ]:
        raise refuse(*taken)
    return alerts


OwnAlerts = Annotated[
    dict[AlertName, OwnAlert],
    AfterValidator(_with_names_of_their_own),
    Field(max_length=50, description="Alerts of your own about this service, by their names."),
]
