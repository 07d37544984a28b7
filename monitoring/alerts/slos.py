"""Alerts about promises (`slo:`): how fast a service uses up the errors that it is allowed in thirty days.

Windows and factors are those of https://sre.google/workbook/alerting-on-slos/, section 6: a long window shows that it
matters, a short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.loader.platform import Deployment
from config.models.environment.platform_service import ECS_EXPORTER
from config.models.service.service import Service
from config.models.service.slo import Slo
from monitoring.alerts.alert import Alert, RecordingRule, RuleGroup, Severity, any_of
from monitoring.alerts.services import least_tasks

REQUESTS, FAILURES, BUDGET = "slo:requests:rate5m", "slo:failures:rate5m", "slo:budget:ratio"
SECONDS = {"5m": 300, "30m": 1800, "1h": 3600, "2h": 7200, "6h": 21_600, "1d": 86_400, "3d": 259_200}
# Factor, long window, short window: 2 % of the budget in an hour or 5 % in six, 10 % in a day or in three.
FAST = ((14.4, "1h", "5m"), (6, "6h", "30m"))
SLOW = ((3, "1d", "2h"), (1, "3d", "6h"))
# One error at night, of a dozen requests, is no reason to wake anybody.
FEWEST_FAILURES = 5


def slos(deployment: Deployment) -> RuleGroup:
    """No alert at all where no service promises anything."""
    promised = [(service, service.slo) for service in deployment.services if service.slo]
    if not promised:
        return RuleGroup(name="slos", alerts=())
    least = least_tasks(deployment)
    own = (
        recording
        for service, slo in promised
        for recording in _measured(service, slo, is_always_there=service.name in least)
    )
    shares = (RecordingRule(name=share(window), expr=_over(window)) for window in SECONDS)
    alerts = [
        Alert(
            name="ErrorBudgetBurn",
            expr=_burns(FAST, within="1h"),
            for_="2m",
            severity=Severity.CRITICAL,
            summary="{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests",
            description="At this rate a month's worth of errors is used up within five days, or two.",
        ),
        Alert(
            name="ErrorBudgetBurn",
            expr=_burns(SLOW, within="1d"),
            for_="15m",
            severity=Severity.WARNING,
            summary="{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests, day after day",
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
                summary="Nobody knows whether {{ $labels.service }} keeps its `slo:`",
                description="None of its metrics has the name that `slo.requests` says, or nobody has called it yet.",
            )
        )
    return RuleGroup(name="slos", alerts=tuple(alerts), recordings=(*own, *shares))


def _measured(service: Service, slo: Slo, *, is_always_there: bool) -> Iterator[RecordingRule]:
    mine = f'job="app",service="{service.name}"'
    failed = ",".join(f'{label}=~"{values}"' for label, values in slo.failed.items())
    requests = f"sum(rate({slo.requests}{{{mine}}}[5m]))"
    # What has never failed has no series for it: that is zero failures, as long as there are requests.
    failures = f"sum(rate({slo.requests}{{{mine},{failed}}}[5m])) or 0 * {requests}"
    if is_always_there:
        # Who is not there counts nothing, neither requests nor failures. While a service is down, every request of
        # those that the hour before lets expect has failed: an outage costs what it lasts.
        counted = f'{REQUESTS}{{service="{service.name}"}}'
        requests = f"(sum(avg_over_time({counted}[1h])) and {_down(service)}) or {requests}"
        failures = f"(sum({counted}) and {_down(service)}) or {failures}"
    yield RecordingRule(name=REQUESTS, expr=requests, service=service.name)
    yield RecordingRule(name=FAILURES, expr=failures, service=service.name)
    yield RecordingRule(name=BUDGET, expr=f"vector({slo.budget})", service=service.name)


def _down(service: Service) -> str:
    """Return PromQL with a series while no task of the service runs, or the load balancer finds none healthy."""
    tasks = f'up{{job="{ECS_EXPORTER}",service="{service.name}"}}'
    # For a day: whose release has been taken away is not down for ever.
    gone = f"(absent({tasks} == 1) and group(present_over_time({tasks}[1d])))"
    if service.route is None:
        return gone
    return f'({gone} or max(aws_applicationelb_healthy_host_count_minimum{{service="{service.name}"}}) < 1)'


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
