"""Alerts about promises (`slo:`): how fast a service uses up the failed or slow requests that it may have in 30 days.

Windows and factors are those of https://sre.google/workbook/alerting-on-slos/, section 6: a long window shows that it
matters, a short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.loader.platform import Deployment
from config.models.environment.platform_service import BLACKBOX_EXPORTER, ECS_EXPORTER
from config.models.service.monitoring.slo import Latency, Slo
from config.models.service.service import Service
from monitoring.alerts.alert import Alert, RecordingRule, RuleGroup, Severity, any_of
from monitoring.alerts.services import least_tasks
from monitoring.blackbox_exporter import probes
from monitoring.cloudwatch_exporter import EVENT_PERIOD_S

# The values of the label `slo`. Recorded are requests, those of them that fail the promise, and how many may.
AVAILABILITY, LATENCY = "availability", "latency"
REQUESTS, FAILURES, BUDGET = "slo:requests:rate5m", "slo:failures:rate5m", "slo:budget:ratio"
REFUSED = "aws_applicationelb_target_connection_error_count_sum"
SECONDS = {"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21_600, "1d": 86_400, "3d": 259_200}
# Factor, long window, short window: 2 % of the budget in an hour or 5 % in six, 10 % in a day or in three.
FAST = ((14.4, "1h", "5m"), (6, "6h", "30m"))
SLOW = ((3, "1d", "2h"), (1, "3d", "6h"))
# One error at night, of a dozen requests, is no reason to wake anybody.
FEWEST_FAILURES = 5
_SHARE = "{{ $value | humanizePercentage }} of its requests"
_FAILS = f'{{{{ if eq $labels.slo "{LATENCY}" }}}}answers {_SHARE} too slowly{{{{ else }}}}fails {_SHARE}{{{{ end }}}}'


def slos(deployment: Deployment) -> RuleGroup:
    """No alert at all where no service promises anything."""
    promised = [(service, service.slo) for service in deployment.services if service.slo]
    if not promised:
        return RuleGroup(name="slos", alerts=())
    least, probed = least_tasks(deployment), {probe.service for probe in probes(deployment)}
    own = (
        recording
        for service, slo in promised
        for recording in (
            *_availability(service, slo, is_always_there=service.name in least, is_probed=service.name in probed),
            *(_latency(service, slo.latency) if slo.latency else ()),
        )
    )
    shares = (RecordingRule(name=share(window), expr=_over(window)) for window in SECONDS)
    alerts = [
        Alert(
            name="ErrorBudgetBurn",
            expr=_burns(FAST, within="1h"),
            # Longer than what it is a symptom of (ServiceDown, a failing probe): sooner would be a message of its own.
            for_="6m",
            severity=Severity.CRITICAL,
            summary=f"{{{{ $labels.service }}}} {_FAILS}",
            description="At this rate what it may fail in a month is used up within five days, or two.",
        ),
        Alert(
            name="ErrorBudgetBurn",
            expr=_burns(SLOW, within="1d"),
            for_="15m",
            severity=Severity.WARNING,
            summary=f"{{{{ $labels.service }}}} {_FAILS}, day after day",
            description="If that goes on, it misses its `slo:` this month.",
        ),
    ]
    if always := any_of(service.name for service, _ in promised if service.name in least):
        alerts.append(
            Alert(
                name="SloNotMeasured",
                expr=f'{BUDGET}{{service=~"{always}"}} unless {REQUESTS}',
                for_="1h",
                severity=Severity.WARNING,
                summary="Nobody knows whether {{ $labels.service }} keeps its `slo:` of {{ $labels.slo }}",
                description="None of its metrics has the name that its `slo:` says, its histogram no bucket that ends "
                "at `below_ms`, or nobody has called it yet.",
            )
        )
    return RuleGroup(name="slos", alerts=tuple(alerts), recordings=(*own, *shares))


def _recorded(service: Service, slo: str, *, requests: str, failures: str, budget: float) -> Iterator[RecordingRule]:
    labels = {"service": service.name, "slo": slo}
    yield RecordingRule(name=REQUESTS, expr=requests, labels=labels)
    yield RecordingRule(name=FAILURES, expr=failures, labels=labels)
    yield RecordingRule(name=BUDGET, expr=f"vector({budget})", labels=labels)


def _latency(service: Service, latency: Latency) -> Iterator[RecordingRule]:
    """Record the requests that were answered, and those of them that took too long.

    https://prometheus.io/docs/practices/histograms/#apdex-score
    """
    mine = f'job="app",service="{service.name}"'
    # A library may write the bound 1, and Prometheus 3 keeps it as 1.0.
    # https://prometheus.io/docs/prometheus/latest/migration/#le-and-quantile-label-values
    bound = f"{latency.below_ms / 1000:g}".replace(".", "[.]")
    fast = f'sum(rate({latency.histogram}_bucket{{{mine},le=~"{bound}([.]0)?"}}[5m]))'
    # Without such a bucket nothing is recorded, and SloNotMeasured tells.
    requests = f"sum(rate({latency.histogram}_count{{{mine}}}[5m])) and {fast}"
    slow = f"clamp_min(sum(rate({latency.histogram}_count{{{mine}}}[5m])) - {fast}, 0)"
    yield from _recorded(service, LATENCY, requests=requests, failures=slow, budget=latency.budget)


def _availability(service: Service, slo: Slo, *, is_always_there: bool, is_probed: bool) -> Iterator[RecordingRule]:
    mine = f'job="app",service="{service.name}"'
    failed = ",".join(f'{label}=~"{values}"' for label, values in slo.failed.items())
    requests = f"sum(rate({slo.requests}{{{mine}}}[5m]))"
    # What has never failed has no series for it: that is zero failures, as long as there are requests.
    failures = f"(sum(rate({slo.requests}{{{mine},{failed}}}[5m])) or 0 * {requests})"
    if service.route:
        # Requests that the load balancer could bring to no task, which the service has not counted.
        refused = f'sum({REFUSED}{{service="{service.name}"}}) / {EVENT_PERIOD_S} or vector(0)'
        requests, failures = f"{requests} + ({refused})", f"{failures} + ({refused})"
    if is_always_there:
        # Who is not there counts nothing, neither requests nor failures. While a service is down, every request of
        # those that the hour before lets expect has failed: an outage costs what it lasts.
        counted = f'{REQUESTS}{{service="{service.name}",slo="{AVAILABILITY}"}}'
        down = _down(service, is_probed=is_probed)
        requests = f"(sum(avg_over_time({counted}[1h])) and {down}) or ({requests})"
        failures = f"(sum({counted}) and {down}) or ({failures})"
    yield from _recorded(service, AVAILABILITY, requests=requests, failures=failures, budget=slo.budget)


def _down(service: Service, *, is_probed: bool) -> str:
    """Return PromQL with a series while no task runs, the load balancer finds none healthy, or a probe fails."""
    tasks = f'up{{job="{ECS_EXPORTER}",service="{service.name}"}}'
    # For a day: whose release has been taken away is not down for ever.
    gone = f"(absent({tasks} == 1) and group(present_over_time({tasks}[1d])))"
    if service.route is None:
        return gone
    unhealthy = f'max(aws_applicationelb_healthy_host_count_minimum{{service="{service.name}"}}) < 1'
    unreachable = f'min(probe_success{{job="{BLACKBOX_EXPORTER}",service="{service.name}"}}) < 1'
    return f"({' or '.join([gone, unhealthy, *([unreachable] if is_probed else [])])})"


def share(window: str) -> str:
    """Return the recorded share of requests that failed in that window."""
    return f"slo:failed:ratio{window}"


def _over(window: str) -> str:
    """Average the recorded rates, so that three days are one series; and each request counts."""
    return f"sum_over_time({FAILURES}[{window}]) / (sum_over_time({REQUESTS}[{window}]) > 0)"


def _burns(pairs: tuple[tuple[float, str, str], ...], *, within: str) -> str:
    both = (
        f"({share(long)} > {factor} * {BUDGET} and {share(short)} > {factor} * {BUDGET})"
        for factor, long, short in pairs
    )
    enough = f"avg_over_time({FAILURES}[{within}]) * {SECONDS[within]} > {FEWEST_FAILURES}"
    return f"({' or '.join(both)}) and {enough}"
