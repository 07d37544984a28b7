"""The edge of an environment: its DNS zone, and what the load balancer puts up with and remembers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.settings import LogRetentionDays, Settings, in_words

ZoneId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z0-9]{8,32}$"),
    in_words("the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ"),
]


class Edge(Settings):
    """The edge, where requests from outside come in. TLS is no setting: see modules/edge/load_balancer.py."""

    zone_id: ZoneId | None = Field(
        default=None,
        description="A Route 53 zone that exists and holds the domain: only records are made in it. "
        "Without it a zone is created, which the registrar must then delegate to (docs/edge.md).",
    )
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
    requests_per_5_min: int = Field(
        default=5_000,
        ge=10,
        le=2_000_000_000,
        description="From one address; beyond that it is refused until it slows down. An office may share one.",
    )
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    idle_timeout_s: int = Field(
        default=60, ge=1, le=4_000, description="A connection on which nothing moves is closed after this long."
    )
    log_retention_days: LogRetentionDays = Field(
        default=90, description="How long access logs, and the record of what the firewall refused, are kept."
    )
    global_accelerator: bool = Field(
        default=False,
        description="For users far from the region: they enter AWS's network near them. Paid by the hour.",
    )
