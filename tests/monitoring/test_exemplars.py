"""Exemplars, from a service that is traced to the link in Grafana: a real Prometheus with the baked configuration."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from config.loader.platform import load_platform
from config.models.monitoring.prometheus_command import prometheus_command
from monitoring import grafana
from monitoring.dashboards.service.requests import EXEMPLARS
from monitoring.prometheus import CONFIG
from monitoring.scrape_limits import MOST_EXEMPLARS
from tests.images.conftest import rendered
from tests.monitoring.conftest import Expose
from tests.monitoring.exposition_server import OPEN_METRICS
from tests.monitoring.test_scrape_limits import PATIENCE_S, prometheus
from tests.synthesis import Checkout

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"  # of https://www.w3.org/TR/trace-context/
# As client libraries write it: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars-1
EXPOSITION = f"""\
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{{le="0.5"}} 9
http_request_duration_seconds_bucket{{le="+Inf"}} 10 # {{trace_id="{TRACE}"}} 0.67
http_request_duration_seconds_count 10
http_request_duration_seconds_sum 2.5
# TYPE query_seconds histogram
query_seconds_bucket{{le="+Inf"}} 3 # {{trace_id="00000000000000000000000000000001"}} 0.1
query_seconds_count 3
query_seconds_sum 0.2
# EOF
"""


@pytest.fixture(params=[True, False], ids=["traced", "not traced"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, bool]:
    """A shop whose storefront has metrics, and whether its requests are traced."""
    root = Checkout(tmp_path / "checkout").root
    file = root / "service_configs/storefront.yaml"
    assert "\nmetrics:" not in file.read_text()
    file.write_text(file.read_text() + "metrics: {}\n" + ("tracing: {}\n" if request.param else ""))
    return root, request.param


def ask(address: str, what: str, **asked: str) -> list[dict[str, Any]]:
    """Ask as Grafana does; nothing while Prometheus starts."""
    url = f"{address}/api/v1/{what}?{urllib.parse.urlencode(asked)}"
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            said = json.load(answer)
    except (ConnectionError, urllib.error.URLError):
        return []
    assert said["status"] == "success", said
    data = said["data"]
    return list(data["result"] if isinstance(data, dict) else data)


def until(address: str, what: str, **asked: str) -> list[dict[str, Any]]:
    """Ask until there is an answer."""
    last = time.monotonic() + PATIENCE_S
    while not (found := ask(address, what, **asked)):
        assert time.monotonic() < last, asked
        time.sleep(0.2)
    return found


@pytest.mark.promtool
def test_the_panels_query_finds_the_trace_of_a_request_and_reads_no_samples(
    shop: tuple[Path, bool], expose: Expose, tmp_path: Path
) -> None:
    root, is_traced = shop
    (deployment,) = load_platform(root, only="prod")
    flags = [flag for flag in prometheus_command(deployment.environment) if flag.startswith("--enable-feature")]
    query = EXEMPLARS.replace("$service", "storefront")
    exposing = expose(EXPOSITION, content_type=OPEN_METRICS)
    targets = [{"targets": [exposing], "labels": {"service": "storefront"}}]
    job = {"job_name": "app", "static_configs": targets, "scrape_interval": "1s"}
    config = {"storage": rendered(root, "prometheus", CONFIG, "prod")["storage"], "scrape_configs": [job]}
    with prometheus(config, tmp_path, more=flags) as address:
        until(address, "query", query='http_request_duration_seconds_count{service="storefront"}')
        with urllib.request.urlopen(f"{address}/metrics", timeout=PATIENCE_S) as answer:
            most = [line for line in answer.read().decode().splitlines() if "exemplar_max_exemplars " in line]
        span = {"start": str(time.time() - 60), "end": str(time.time() + 60)}
        if not is_traced:
            assert ask(address, "query_exemplars", query=query, **span) == []
            assert float(most[-1].split()[-1]) == 0, "no memory for what nobody writes"
            return
        (found,) = until(address, "query_exemplars", query=query, **span)
        assert float(most[-1].split()[-1]) == MOST_EXEMPLARS
        assert found["seriesLabels"]["__name__"] == "http_request_duration_seconds_bucket", "and of no other histogram"
        assert [(one["labels"], one["value"]) for one in found["exemplars"]] == [({"trace_id": TRACE}, "0.67")]
        assert ask(address, "query_range", query=query, step="15", **span) == []


def test_grafana_leads_from_an_exemplar_to_its_trace_where_there_are_traces(shop: tuple[Path, bool]) -> None:
    root, is_traced = shop
    source = next(
        one
        for one in rendered(root, "grafana", grafana.DATA_SOURCES, "prod")["datasources"]
        if one["type"] == "prometheus"
    )
    assert ("exemplarTraceIdDestinations" in source["jsonData"]) is is_traced
    if is_traced:
        (link,) = source["jsonData"]["exemplarTraceIdDestinations"]
        assert link["name"] == "trace_id"
        # Grafana takes $$ for $ as it provisions, or it would look for a variable of its own environment.
        assert link["url"].replace("$$", "$").replace("${__value.raw}", TRACE) == (
            f"https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/{TRACE}"
        )
