"""Alerts about the way out, from CloudWatch.

https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
"""

from __future__ import annotations

from config.loader.platform import Deployment
from monitoring.alerts.alert import Alert, RuleGroup, Severity
from monitoring.cloudwatch_exporter import EVENT_MINUTES

ALERTS = (
    Alert(
        name="NatHasNoPortLeft",
        expr="sum by (dimension_nat_gateway_id) (aws_natgateway_error_port_allocation_sum) > 0",
        for_="2m",
        severity=Severity.CRITICAL,
        summary="{{ $labels.dimension_nat_gateway_id }} cannot open connections: it has no source port left",
        description="More than 55,000 connections at once to the same address and port outside.",
    ),
    Alert(
        name="NatDropsPackets",
        expr="sum by (dimension_nat_gateway_id) (avg_over_time(aws_natgateway_packets_drop_count_sum[15m]))"
        f" / {EVENT_MINUTES} > 100",
        for_="15m",
        severity=Severity.WARNING,
        summary="{{ $labels.dimension_nat_gateway_id }} drops {{ $value | humanize }} packets a minute",
        description="Over a quarter of an hour.",
    ),
)


def network(deployment: Deployment) -> RuleGroup:
    """No alert at all where there is no NAT gateway."""
    return RuleGroup(name="network", alerts=ALERTS if deployment.environment.network.nat.has_gateways else ())
