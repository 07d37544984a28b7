"""Which metrics alerts and panels ask for: those that an exporter must serve."""

from __future__ import annotations

from tests.monitoring.exported import metrics_in
from tests.monitoring.test_alerts import ROWS
from tests.monitoring.test_dashboards import BOARDS, queries


def used(*prefixes: str) -> set[str]:
    """Return the metrics of any alert and any panel whose names begin so."""
    expressions = [alert.expr for _, alert in ROWS.values()]
    expressions += [recording.expr for topic, _ in ROWS.values() for recording in topic.recordings]
    expressions += [expr for uid in BOARDS for expr in queries(uid)]
    return {metric for expr in expressions for metric in metrics_in(expr) if metric.startswith(prefixes)}
