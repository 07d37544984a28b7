"""Thresholds of alerts and of the panels that show the measured value: each stands here once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Two values of one metric: a panel turns yellow at `warning` and red at `critical`.

    Which of the two an alert takes says its own row: most alerts ring at `critical`, when it lasts.
    """

    warning: float
    critical: float


# Shares of what there is.
TASK_MEMORY = Threshold(warning=0.8, critical=0.9)
TASK_PROCESSOR = Threshold(warning=0.8, critical=0.9)
TASK_DISK = Threshold(warning=0.75, critical=0.85)
PROMETHEUS_MEMORY = Threshold(warning=0.8, critical=0.9)
# Prometheus itself keeps below 0.8 by deleting its oldest blocks.
PROMETHEUS_DISK = Threshold(warning=0.82, critical=0.9)
LOG_COMPUTE_UNITS = Threshold(warning=0.8, critical=0.95)

DEAD_ROWS = Threshold(warning=0.2, critical=0.4)  # autovacuum begins at a fifth

# Seconds.
DATABASE_LOCK_WAIT_S = Threshold(warning=10, critical=60)
DATABASE_QUERY_S = Threshold(warning=60, critical=300)
DATABASE_TRANSACTION_S = Threshold(warning=300, critical=900)

# Shares of requests.
ERROR_RATE = Threshold(warning=0.01, critical=0.05)
LOAD_BALANCER_ERROR_RATE = Threshold(warning=0.01, critical=0.02)
ERROR_BUDGET_USED = Threshold(warning=0.75, critical=1)

# Times as fast as allowed: the slowest and the fastest that an alert rings for (monitoring/alerts/slos.py).
BUDGET_BURN = Threshold(warning=1, critical=14.4)

# Percent.
DATABASE_PROCESSOR_PERCENT = Threshold(warning=80, critical=90)
DATABASE_CONNECTIONS_PERCENT = Threshold(warning=80, critical=95)
DATABASE_CREDITS_PERCENT = Threshold(warning=50, critical=20)
LOG_BUFFER_FREE_PERCENT = Threshold(warning=50, critical=20)
