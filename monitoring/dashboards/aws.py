"""CloudWatch's metrics of the load balancer, every database and the NAT gateways."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from monitoring.alerts.edge import OF_A_SERVICE
from monitoring.dashboards.cloudwatch import LATE, a_minute, database_panels, highest, lowest, mean
from monitoring.dashboards.firewall import FIREWALL
from monitoring.dashboards.load_balancer import ERRORS_BY_WHOM, FAILED, OWN, REFUSED, REQUESTS_BY_SERVICE, latency
from monitoring.dashboards.rendering.panel import Dashboard, Query, Row, TimeSeries

NAT = "{{dimension_nat_gateway_id}}"
NO_NAT = "No NAT gateway"
# What it cannot do for a request: of 5xx of its own, the most frequent.
OWN_CODES = {
    "502": "a task's answer is broken",
    "503": "no task to ask",
    "504": "a task does not answer in time",
}


def _own(metric: str) -> str:
    return f"sum({a_minute(f'applicationelb_{metric}_sum', OWN)})"


def _own_level(metric: str) -> str:
    return f"sum({mean(f'applicationelb_{metric}_sum', OWN)})"


def _of_nat(title: str, unit: str, description: str, **metrics: str) -> TimeSeries:
    queries = tuple(
        Query(
            expr=f"sum by (dimension_nat_gateway_id) ({expr})",
            legend=f"{NAT} {name}" if len(metrics) > 1 else NAT,
        )
        for name, expr in metrics.items()
    )
    return TimeSeries(title=title, unit=unit, queries=queries, description=description, empty=NO_NAT)


def _a_second(metric: str) -> str:
    return f"{a_minute(f'natgateway_{metric}_sum')} / 60"


LOAD_BALANCER = Row(
    title="Load balancer",
    panels=(
        REQUESTS_BY_SERVICE,
        ERRORS_BY_WHOM,
        latency(OWN),
        TimeSeries(
            title="5xx by cause",
            unit=units.RequestsPerMinute,
            queries=(
                *(
                    Query(expr=_own(f"httpcode_elb_{code}_count"), legend=f"{code}: {cause}")
                    for code, cause in OWN_CODES.items()
                ),
                Query(expr=f"sum({a_minute(REFUSED, OWN)})", legend="all of the load balancer's own"),
                Query(expr=f"sum({a_minute(FAILED, OWN)})", legend="passed on from services"),
            ),
            description=f"A code that has never occurred has no line. {LATE}",
        ),
        TimeSeries(
            title="Connections",
            unit=units.CountsPerMinute,
            queries=(
                Query(expr=_own_level("active_connection_count"), legend="open"),
                Query(expr=_own("rejected_connection_count"), legend="rejected"),
                Query(expr=_own("target_connection_error_count"), legend="to tasks, failed"),
            ),
            description=f"Rejected is what it had no room for. {LATE}",
        ),
        TimeSeries(
            title="Capacity units",
            unit=units.Short,
            queries=(Query(expr=_own_level("consumed_lcus"), legend="used"),),
            description="What AWS bills beside the load balancer's hours: LCUs.",
        ),
        TimeSeries(
            title="Healthy tasks",
            unit=units.Short,
            queries=(
                Query(
                    expr=f"min by (service) ({lowest('applicationelb_healthy_host_count_minimum', OF_A_SERVICE)})",
                    legend="{{service}}",
                ),
            ),
            description=f"The least within a minute. {LATE}",
            width=12,
        ),
        TimeSeries(
            title="Unhealthy tasks",
            unit=units.Short,
            queries=(
                Query(
                    expr=f"max by (service) ({highest('applicationelb_un_healthy_host_count_maximum', OF_A_SERVICE)})",
                    legend="{{service}}",
                ),
            ),
            description=f"The most within a minute. {LATE}",
            width=12,
        ),
    ),
)

OUT = Row(
    title="NAT",
    panels=(
        _of_nat(
            "Traffic",
            units.BytesPerSecondSI,
            "AWS bills each byte, in both directions.",
            out=_a_second("bytes_out_to_destination"),
            back=_a_second("bytes_in_from_destination"),
        ),
        _of_nat(
            "Connections at once",
            units.Short,
            "55,000 to the same address and port outside is the most.",
            open=highest("natgateway_active_connection_count_maximum"),
        ),
        _of_nat(
            "Connections",
            units.CountsPerMinute,
            "Attempts that are not established got no answer from outside.",
            attempts=a_minute("natgateway_connection_attempt_count_sum"),
            established=a_minute("natgateway_connection_established_count_sum"),
        ),
        _of_nat(
            "No port left",
            units.CountsPerMinute,
            "Connections that could not be opened.",
            failed=a_minute("natgateway_error_port_allocation_sum"),
        ),
        _of_nat(
            "Packets dropped",
            units.CountsPerMinute,
            "By the gateway itself.",
            dropped=a_minute("natgateway_packets_drop_count_sum"),
        ),
        _of_nat(
            "Ended for silence",
            units.CountsPerMinute,
            "Connections on which nothing went for 350 seconds: the other side does not learn of it. "
            "Keep-alives prevent it.",
            ended=a_minute("natgateway_idle_timeout_count_sum"),
        ),
    ),
)

AWS = Dashboard(
    uid="aws",
    title="AWS",
    description=f"The load balancer, the databases and the way out. {LATE}",
    rows=(
        LOAD_BALANCER,
        FIREWALL,
        Row(title="Databases", panels=database_panels("", "{{dimension_dbinstance_identifier}}", empty="No database")),
        OUT,
    ),
    hours=12,
)
