"""Rate, errors and duration of a service's requests, recorded by Prometheus from what client libraries export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.models.service.service import Service
from monitoring.alerts.requests import COUNTERS, DURATION, FAILED, HISTOGRAMS, QUANTILES, REQUESTS_RATE, requests
from monitoring.alerts.rule_files import RULES, render
from monitoring.yaml_text import yaml_text
from tests.monitoring.exported import promtool
from tests.monitoring.test_alerts import PROD
from tests.settings import a_service

METRICS: dict[str, Any] = {"metrics": {}}
# What each library exports of a request, by its documentation: counter, label of the status, status, histogram.
LIBRARIES = {
    "OpenTelemetry": ("http_server_request_duration_seconds_count", "http_response_status_code", "503", HISTOGRAMS[0]),
    "Micrometer": ("http_server_requests_seconds_count", "status", "500", HISTOGRAMS[1]),
    "Go and prom-client": ("http_requests_total", "code", "502", HISTOGRAMS[2]),
    "FastAPI instrumentator": ("http_requests_total", "status", "5xx", HISTOGRAMS[2]),
    "express-prom-bundle": ("http_request_duration_seconds_count", "status_code", "500", HISTOGRAMS[2]),
    "Flask": ("flask_http_request_total", "status", "500", HISTOGRAMS[3]),
    "Django": ("django_http_responses_total_by_status_total", "status", "500", HISTOGRAMS[4]),
    "gRPC": ("grpc_server_handled_total", "grpc_code", "Internal", HISTOGRAMS[5]),
}


def file(service: Service) -> bytes:
    return render(replace(PROD, services=(service,)))[f"{RULES}/service-{service.name}.yml"]


def series(name: str, per_minute: int, of: str = 'job="app",service="orders"', **labels: str) -> dict[str, str]:
    """A counter of one task."""
    own = "".join(f',{label}="{value}"' for label, value in labels.items())
    return {"series": f'{name}{{{of},instance="10.0.0.1:80"{own}}}', "values": f"0+{per_minute}x20"}


def buckets(histogram: str) -> list[dict[str, str]]:
    """Half of the requests take up to 100 ms, nine in ten up to a second, none longer than two."""
    return [series(f"{histogram}_bucket", n, le=le) for le, n in {"0.1": 30, "1": 54, "2": 60, "+Inf": 60}.items()]


def check(tmp_path: Path, service: Service, given: list[dict[str, str]], **expected: float | None) -> None:
    """Have Prometheus record for ten minutes, and compare; None is nothing recorded."""
    asked = {
        "rate": (REQUESTS_RATE, {}),
        "failed": (FAILED, {}),
        "median": (DURATION, {"quantile": "0.5"}),
        "p95": (DURATION, {"quantile": "0.95"}),
    }
    tests = []
    for name, value in expected.items():
        metric, labels = asked[name]
        wanted = {"service": service.name, **labels}
        written = ",".join(f'{label}="{text}"' for label, text in wanted.items())
        samples = [] if value is None else [{"labels": f"{{{written}}}", "value": value}]
        tests.append({"expr": f"round({metric}{{{written}}}, 0.001)", "eval_time": "10m", "exp_samples": samples})
    (tmp_path / "rules.yml").write_bytes(file(service))
    test = {"interval": "1m", "input_series": given, "promql_expr_test": tests}
    document = {"rule_files": [str(tmp_path / "rules.yml")], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yaml").write_bytes(yaml_text(document, comment="for promtool"))
    promtool("test", "rules", str(tmp_path / "test.yaml"))


@pytest.mark.promtool
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_usual_names_are_found_without_a_field(library: str, tmp_path: Path) -> None:
    counter, label, failed, histogram = LIBRARIES[library]
    good = {"5xx": "2xx", "Internal": "OK"}.get(failed, "200")
    given = [series(counter, 54, **{label: good}), series(counter, 6, **{label: failed}), *buckets(histogram)]
    check(tmp_path, a_service(**METRICS), given, rate=1, failed=0.1, median=0.1, p95=1.5)


@pytest.mark.promtool
def test_a_counter_and_the_histogram_of_the_same_requests_are_not_added_up(tmp_path: Path) -> None:
    of_counter = series("http_requests_total", 60, code="200")
    of_histogram = series("http_request_duration_seconds_count", 60, code="200")
    check(tmp_path, a_service(**METRICS), [of_counter, of_histogram], rate=1, failed=0)


@pytest.mark.promtool
def test_what_has_never_failed_has_zero_failures(tmp_path: Path) -> None:
    check(tmp_path, a_service(**METRICS), [series("http_requests_total", 60, code="200")], rate=1, failed=0, p95=None)


@pytest.mark.promtool
def test_requests_of_other_services_and_of_other_jobs_do_not_count(tmp_path: Path) -> None:
    other = 'job="app",service="orders-2"'
    given = [series("http_requests_total", 60, of) for of in (other, 'job="ecs-exporter",service="orders"')]
    check(tmp_path, a_service(**METRICS), given, rate=None, failed=None)


@pytest.mark.promtool
def test_names_of_ones_own_are_asked_for_and_no_others(tmp_path: Path) -> None:
    own = {"requests": "shop_calls_total", "failed": {"result": "error|timeout"}, "duration": "shop_call_seconds"}
    given = [
        series("shop_calls_total", 54, result="ok"),
        series("shop_calls_total", 6, result="timeout"),
        *buckets("shop_call_seconds"),
        series("http_requests_total", 600, code="500"),
        series("http_request_duration_seconds_bucket", 600, le="+Inf"),
    ]
    check(tmp_path, a_service(metrics=own), given, rate=1, failed=0.1, median=0.1, p95=1.5)


@pytest.mark.promtool
def test_what_a_promise_counts_is_what_the_dashboard_shows(tmp_path: Path) -> None:
    slo = {
        "availability_percent": 99.9,
        "requests": "shop_calls_total",
        "failed": {"result": "error"},
        "latency": {"below_ms": 1000, "histogram": "shop_call_seconds"},
    }
    given = [
        series("shop_calls_total", 54, result="ok"),
        series("shop_calls_total", 6, result="error"),
        *buckets("shop_call_seconds"),
        series("http_requests_total", 600, code="500"),
    ]
    check(tmp_path, a_service(metrics={}, slo=slo), given, rate=1, failed=0.1, median=0.1, p95=1.5)


def test_a_service_without_metrics_records_nothing() -> None:
    assert not list(requests(a_service()))


def test_a_services_own_alerts_stand_below_what_is_recorded() -> None:
    alerts = {"Slow": {"expr": "orders_waiting > 1", "summary": "slow"}}
    (group,) = yaml.safe_load(file(a_service(metrics={}, alerts=alerts)))["groups"]
    recorded = [rule.get("record") for rule in group["rules"]]
    assert recorded == [REQUESTS_RATE, FAILED, *[DURATION] * len(QUANTILES), None]
    assert group["rules"][-1]["alert"] == "Slow"


def test_every_usual_name_is_of_a_library_above() -> None:
    assert {counter for counter, *_ in LIBRARIES.values()} == set(COUNTERS)
    assert {histogram for *_, histogram in LIBRARIES.values()} == set(HISTOGRAMS)
