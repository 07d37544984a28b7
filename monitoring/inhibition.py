"""Inhibition: alerts that are silent while another one tells of their cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Inhibition:
    """While one of `causes` fires, no one is told of `symptoms` of the same `equal` labels.

    A name may have a severity behind it, such as "ErrorBudgetBurn critical".
    """

    causes: tuple[str, ...]
    symptoms: tuple[str, ...]
    equal: tuple[str, ...] = ("service",)


OF_ONE_ENVIRONMENT = ("environment",)

INHIBITIONS = (
    Inhibition(
        causes=("ServiceDown",),
        symptoms=(
            "CloudWatchFiguresMissing",
            "ErrorBudgetBurn",
            "LogRouterDown",
            "LogsSilent",
            "MetricsNotScraped",
            "NoHealthyTask",
            "ProbesMissing",
            "ServiceCrashLooping",
            "ServiceHighErrorRate",
            "ServiceProbeFailing",
            "ServiceReplicasMismatch",
            "ServiceRolloutStuck",
            "SloNotMeasured",
            "TargetDown",
            "UnhealthyTasks",
        ),
    ),
    Inhibition(
        causes=("NoHealthyTask",),
        symptoms=(
            "ErrorBudgetBurn",
            "ServiceCrashLooping",
            "ServiceHighErrorRate",
            "ServiceReplicasMismatch",
            "ServiceRolloutStuck",
            "UnhealthyTasks",
        ),
    ),
    # CloudWatch's figures come minutes after a probe has failed. Where the load balancer sends requests to tasks that
    # it takes for unhealthy, and they answer, no probe fails, and NoHealthyTask tells.
    Inhibition(
        causes=("ServiceProbeFailing",),
        symptoms=("ErrorBudgetBurn", "NoHealthyTask", "ServiceHighErrorRate", "UnhealthyTasks"),
    ),
    Inhibition(
        causes=("AllProbesFailing",),
        symptoms=("ErrorBudgetBurn", "LoadBalancerRefuses", "ServiceProbeFailing"),
        equal=OF_ONE_ENVIRONMENT,
    ),
    Inhibition(
        causes=("CertificateExpiresSoon critical",),
        symptoms=("CertificateExpiresSoon warning",),
        equal=OF_ONE_ENVIRONMENT,
    ),
    Inhibition(causes=("TargetDown",), symptoms=("CloudWatchFiguresMissing", "ProbesMissing")),
    Inhibition(causes=("ServiceCrashLooping",), symptoms=("ServiceReplicasMismatch", "UnhealthyTasks")),
    # The load balancer's own errors have no service; those of a service without a task are told of by its name.
    Inhibition(
        causes=("NoHealthyTask", "ServiceDown", "ServiceProbeFailing"),
        symptoms=("LoadBalancerRefuses",),
        equal=OF_ONE_ENVIRONMENT,
    ),
    Inhibition(causes=("ErrorBudgetBurn critical",), symptoms=("ErrorBudgetBurn warning", "ServiceHighErrorRate")),
    Inhibition(causes=("DatabaseDiskNearlyFull",), symptoms=("DatabaseDiskFillsUp",)),
    Inhibition(causes=("NatHasNoPortLeft",), symptoms=("NatDropsPackets",), equal=("dimension_nat_gateway_id",)),
    Inhibition(causes=("LogsNotDelivered",), symptoms=("LogBufferNearlyFull", "LogsRetried", "LogsSilent")),
    Inhibition(causes=("LogCollectionRefuses",), symptoms=("LogIngestionFails", "LogsRetried")),
    Inhibition(causes=("LogRouterRestarts",), symptoms=("LogRouterDown",)),
    Inhibition(causes=("PrometheusCrashLooping",), symptoms=("PrometheusMemoryNearlyFull",), equal=OF_ONE_ENVIRONMENT),
    Inhibition(
        causes=("PrometheusNotConnectedToAlertmanagers",),
        symptoms=("PrometheusErrorSendingAlertsToSomeAlertmanagers",),
        equal=OF_ONE_ENVIRONMENT,
    ),
)


def inhibit_rules() -> list[dict[str, list[str]]]:
    """Return them as Alertmanager has them.

    https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
    """
    rules = []
    for one in INHIBITIONS:
        for causes in _by_severity(one.causes):
            for symptoms in _by_severity(one.symptoms):
                rules.append({"source_matchers": [*causes], "target_matchers": [*symptoms], "equal": [*one.equal]})
    return rules


def _by_severity(names: Sequence[str]) -> list[list[str]]:
    """Matchers for alerts of any severity, and for each name that has one a set of its own."""
    any_severity = "|".join(name for name in names if " " not in name)
    matchers = [[f'alertname=~"{any_severity}"']] if any_severity else []
    for name, _, severity in (name.partition(" ") for name in names if " " in name):
        matchers.append([f'alertname="{name}"', f'severity="{severity}"'])
    return matchers
