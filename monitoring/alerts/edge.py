"""Alerts about the load balancer, from CloudWatch (gauges of five minutes' sum, some minutes late) and from probes.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from config.loader.platform import Deployment
from monitoring.alerts.alert import Alert, RuleGroup, Severity
from monitoring.blackbox_exporter import PROBES, probes
from monitoring.cloudwatch_exporter import EVENT_MINUTES
from monitoring.thresholds import ERROR_RATE, LOAD_BALANCER_ERROR_RATE

OF_THE_LOAD_BALANCER = '{dimension_target_group=""}'
OF_A_SERVICE = '{service!=""}'


def of_a_minute(metric: str, selector: str) -> str:
    """Return the mean of a quarter of an hour."""
    return f"(avg_over_time(aws_applicationelb_{metric}_sum{selector}[15m]) / {EVENT_MINUTES})"


REFUSED = f"sum {of_a_minute('httpcode_elb_5_xx_count', OF_THE_LOAD_BALANCER)}"
PASSED_ON = f"sum {of_a_minute('request_count', OF_THE_LOAD_BALANCER)}"
FAILED = f"sum by (service) {of_a_minute('httpcode_target_5_xx_count', OF_A_SERVICE)}"
SERVED = f"sum by (service) {of_a_minute('request_count', OF_A_SERVICE)}"
# An error at night among a dozen requests is no reason to wake anybody.
ERRORS_A_MINUTE = 0.5

LOAD_BALANCER_REFUSES = Alert(
    name="LoadBalancerRefuses",
    expr=f"{REFUSED} / ({PASSED_ON} + {REFUSED}) > {LOAD_BALANCER_ERROR_RATE.critical}"
    f" and {REFUSED} > {ERRORS_A_MINUTE}",
    for_="5m",
    severity=Severity.CRITICAL,
    summary="The load balancer itself answers {{ $value | humanizePercentage }} of all requests with an error",
    description="502, 503 and 504 of its own, over a quarter of an hour: it has nobody to pass requests on to, "
    "or gets no answer.",
)
OF_SERVICES = (
    Alert(
        name="ServiceHighErrorRate",
        expr=f"{FAILED} / {SERVED} > {ERROR_RATE.critical} and {FAILED} > {ERRORS_A_MINUTE}",
        for_="5m",
        severity=Severity.CRITICAL,
        summary="{{ $labels.service }} answers {{ $value | humanizePercentage }} of its requests with an error",
        description="Its share of 5xx over a quarter of an hour.",
    ),
    Alert(
        name="NoHealthyTask",
        expr="min by (service) (aws_applicationelb_healthy_host_count_minimum{service!=''}) < 1",
        for_="5m",
        severity=Severity.CRITICAL,
        summary="The load balancer finds no healthy task of {{ $labels.service }}",
        description="Tasks are registered, and none passes `health_check`.",
    ),
    Alert(
        name="UnhealthyTasks",
        expr="max by (service) (aws_applicationelb_un_healthy_host_count_maximum{service!=''}) > 0",
        for_="15m",
        severity=Severity.WARNING,
        summary="{{ $value }} tasks of {{ $labels.service }} do not pass the load balancer's health check",
        description="ECS replaces such a task; for a quarter of an hour that has not helped.",
    ),
    Alert(
        name="ConnectionsRejected",
        expr=f"sum (aws_applicationelb_rejected_connection_count_sum{OF_THE_LOAD_BALANCER}) > 0",
        for_="2m",
        severity=Severity.WARNING,
        summary="The load balancer has rejected {{ $value }} connections within five minutes",
        description="It had reached the most that it can hold.",
    ),
)
OF_PROBES = (
    Alert(
        name="AllProbesFailing",
        expr=f"count(probe_success{PROBES} == 0) == count(probe_success{PROBES}) > 1",
        for_="5m",
        severity=Severity.CRITICAL,
        summary="None of the {{ $value }} public addresses answers",
        description="Not a service's fault: the load balancer, the domain's DNS, its certificate, or the way out of "
        "who asks.",
    ),
    Alert(
        name="ServiceProbeFailing",
        expr=f"min by (service, instance) (probe_success{PROBES}) == 0",
        for_="5m",
        severity=Severity.CRITICAL,
        summary="{{ $labels.service }} does not answer at {{ $labels.instance }}",
        description="Asked once a minute as a user would: no answer within ten seconds, no valid certificate, "
        "an error of 500 or more, or no rule for it at the load balancer.",
    ),
)
CERTIFICATE_LEFT = f"min (probe_ssl_earliest_cert_expiry{PROBES}) - time()"
OF_CERTIFICATES = tuple(
    Alert(
        name="CertificateExpiresSoon",
        expr=f"{CERTIFICATE_LEFT} < {days} * 86400",
        for_="1h",
        severity=severity,
        summary="The certificate expires in {{ $value | humanizeDuration }}",
        description="AWS renews it 60 days before by itself, as long as its record for validation is in the domain.",
    )
    for severity, days in ((Severity.CRITICAL, 3), (Severity.WARNING, 21))
)


def edge(deployment: Deployment) -> RuleGroup:
    """Build the load balancer's alerts; with office hours none that would ring each night, when no service answers."""
    certificates = OF_CERTIFICATES if probes(deployment) else ()
    if deployment.environment.office_hours:
        return RuleGroup(name="edge", alerts=(*OF_SERVICES, *certificates))
    asked = OF_PROBES if probes(deployment) else ()
    return RuleGroup(name="edge", alerts=(LOAD_BALANCER_REFUSES, *OF_SERVICES, *asked, *certificates))
