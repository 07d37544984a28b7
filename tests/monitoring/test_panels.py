"""Every panel of every dashboard, asked as Grafana asks, of a real Prometheus that scrapes all exporters.

Each exporter serves what it exposes before Prometheus relabels it. Prometheus, Alertmanager and the exporters that
Debian has are real, with a PostgreSQL and a public site that they ask. Configuration, rules and dashboards are those of
the images, and what is chosen above a dashboard is looked up.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from config.models.monitoring.postgres_exporter import POSTGRES_EXPORTER_PORT, exporter_of
from monitoring import grafana
from monitoring.dashboards.service.requests import EXEMPLARS
from tests.images.conftest import contexts, rendered
from tests.monitoring.exported import (
    CLUSTER,
    OF_LOG_ROUTERS,
    OF_TASKS,
    OF_YACE,
    of_cloudwatch,
)
from tests.monitoring.exposition_server import serving
from tests.monitoring.real_exporters import postgres_exporter
from tests.monitoring.test_discovery import NETWORK, ROUTER, TASK, baked, real_programs
from tests.monitoring.test_own_metrics import NEWER
from tests.monitoring.test_scrape_limits import PATIENCE_S, prometheus
from tests.postgres_server import USER, debians_postgres, running_postgres
from tests.synthesis import Checkout

pytestmark = pytest.mark.promtool

SERVICE, OTHERS = "storefront", ("orders", "mailer", "grafana", "alertmanager", "prometheus", "cloudwatch-exporter")
OF_SERVICE = """
metrics: {}
database: {exporter: true}
queues: {outbox: {}}
slo: {availability_percent: 99.9, latency: {below_ms: 500, percent: 99}}
alerts:
  Stuck: {expr: 'vector(1)', for: 1s, summary: It is stuck}
panels:
  Orders taken: {expr: 'sum(rate(http_requests_total{job="app",service="storefront"}[$__rate_interval]))'}
"""
# What each dimension of CloudWatch is named in this environment; of the rest nothing is read out of the name.
NAMED = {
    "CollectionName": f"prod-{SERVICE}",
    "DBInstanceIdentifier": f"prod-{SERVICE}",
    "QueueName": f"prod-{SERVICE}_outbox",
    "TargetGroup": f"targetgroup/prod-{SERVICE}/0123456789abcdef",
}
RISES = re.compile(r"_(total|count|sum|bucket)($|{)")
# The bounds of a histogram, and what share of the requests is as fast.
BUCKETS = {"0.1": 0.5, "0.5": 0.9, "1": 0.95, "+Inf": 1.0}
VARIABLE = re.compile(r"\$(?:{(\w+)}|([A-Za-z_]\w*))")  # $1 is PromQL's own
WINDOW_S = 60
# Panels without data here, by their titles, and why.
WITHOUT_DATA = {
    "Lines by level": "asks OpenSearch Serverless, which no test machine has",
    "Log, in OpenSearch": "asks OpenSearch Serverless, which no test machine has",
    "Log, in CloudWatch": "asks CloudWatch Logs, which Grafana alone signs for",
    "Log, in CloudWatch, of the class infrequent-access": "asks CloudWatch Logs, which Grafana alone signs for",
}


# Dashboard, panel and letter of each.
Query = tuple[str, str, str]


def samples(series: Iterator[str]) -> str:
    """Return text for Prometheus: what is counted rises with the time, a level is 1."""
    return "".join(f"{one} {time.time() if RISES.search(one) else 1}\n" for one in series)


def of_application() -> Iterator[str]:
    yield from (f'http_requests_total{{code="{code}"}}' for code in ("200", "503"))
    yield "http_request_duration_seconds_count"
    yield "http_request_duration_seconds_sum"


def of_buckets() -> str:
    now = time.time()
    return "".join(
        f'http_request_duration_seconds_bucket{{le="{le}"}} {now * share}\n' for le, share in BUCKETS.items()
    )


def of_task(service: str) -> Iterator[str]:
    for name, labels in OF_TASKS.items():
        yield f"{name}{{{labels}}}"
        if "container_name" in labels:
            yield f'{name}{{container_name="fluent-bit"}}'
    own = f'task_arn="arn:aws:ecs:eu-west-1:111111111111:task/prod/{service}",revision="7",family="prod-{service}"'
    place = f'cluster="{CLUSTER}",availability_zone="eu-west-1a",known_status="RUNNING",launch_type="FARGATE"'
    yield f"ecs_task_metadata_info{{{own},{place}}}"


def of_aws(root: Path) -> Iterator[str]:
    yield from (f"{name}{{{labels}}}" for name, labels in OF_YACE.items())
    for name, dimensions in of_cloudwatch(root):
        own = ",".join(f'{label}="{NAMED.get(dimension, "x")}"' for dimension, label in dimensions.items())
        yield f'{name}{{account_id="111111111111",region="eu-west-1",name="arn:aws:x",{own}}}'


class Grafana:
    """What Grafana does between a panel and Prometheus."""

    def __init__(self, address: str, root: Path) -> None:
        self._address = address
        (source,) = (
            one
            for one in rendered(root, "grafana", grafana.DATA_SOURCES, "prod")["datasources"]
            if one["type"] == "prometheus"
        )
        # https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
        scrape_s = int(source["jsonData"]["timeInterval"].removesuffix("s"))
        self._step_s = scrape_s
        self._built_in = {
            "__rate_interval": f"{max(self._step_s + scrape_s, 4 * scrape_s)}s",
            "__interval": f"{self._step_s}s",
            "__range": f"{WINDOW_S}s",
        }

    def variables(self, board: Mapping[str, Any]) -> dict[str, str]:
        """Return the value of each variable of a dashboard that Prometheus is asked for, in their order."""
        values = dict(self._built_in)
        for variable in board["templating"]["list"]:
            if variable["type"] == "constant":
                values[variable["name"]] = variable["query"]
            elif variable["type"] == "query":
                matcher, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()  # type: ignore[union-attr]
                found = self._ask(f"label/{label}/values", {"match[]": filled_in(matcher, values)})
                if pattern := variable.get("regex", "").strip("/").replace(r"\/", "/"):
                    found = [match[1] for one in found if (match := re.search(pattern, one))]
                values[variable["name"]] = SERVICE if SERVICE in found else next(iter(found), "")
        return values

    def has_data(self, target: Mapping[str, Any], values: Mapping[str, str]) -> bool:
        """Whether there is a figure to be drawn: NaN is none."""
        if target["datasource"]["type"] != "prometheus":
            return False
        asked = {"query": filled_in(target["expr"], values)}
        if target.get("instant"):
            return any(one["value"][1] != "NaN" for one in self._ask("query", asked))
        now = time.time()
        span = {"start": str(now - WINDOW_S), "end": str(now), "step": str(self._step_s)}
        lines = self._ask("query_range", asked | span)
        return any(value != "NaN" for line in lines for _, value in line["values"])

    def _ask(self, what: str, asked: Mapping[str, str]) -> list[Any]:
        url = f"{self._address}/api/v1/{what}?{urllib.parse.urlencode(asked)}"
        with suppress(URLError, ConnectionError), urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            data = json.load(answer)["data"]
            return list(data["result"] if isinstance(data, dict) else data)
        return []


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables' values; one that is unknown is an error."""
    return VARIABLE.sub(lambda match: values[match[1] or match[2]], text)


def boards(root: Path) -> dict[str, dict[str, Any]]:
    """Return the dashboards of the image by their uids, those of a service's own among them."""
    files = contexts(root, "prod")["grafana"].files
    found = [json.loads(file.content) for file in files if re.search(r"/dashboards/[^/]+/[^/]+\.json$", file.path)]
    return {board["uid"]: board for board in found}


def queries(board: Mapping[str, Any]) -> Iterator[tuple[Query, Mapping[str, Any]]]:
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            if target.get("expr") == EXEMPLARS:
                continue  # whose answer is no figure: tests/monitoring/test_exemplars.py
            yield (board["uid"], panel["title"], target["refId"]), target


def test_every_panel_has_data_where_every_exporter_answers(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout").root
    file = checkout / f"service_configs/{SERVICE}.yaml"
    # Prometheus finds it by DNS: its own list of ECS' tasks is newer than Debian's Prometheus.
    file.write_text(file.read_text().replace("max_tasks: 10", "max_tasks: 4") + OF_SERVICE)
    names = [SERVICE, *OTHERS, exporter_of(SERVICE)]
    address = {name: f"{NETWORK}.{10 + at}" for at, name in enumerate(names)}
    aws, routers = list(of_aws(checkout)), [f'{name}{{name="{of}"}}' for name, of in OF_LOG_ROUTERS.items()]
    prom = ""

    def of_prometheus() -> str:
        with urllib.request.urlopen(f"{prom}/metrics", timeout=PATIENCE_S) as answer:
            return str(answer.read().decode()) + samples(iter(NEWER))

    served: dict[tuple[str, int], Callable[[], str]] = {
        (SERVICE, 80): lambda: samples(of_application()) + of_buckets(),
        ("cloudwatch-exporter", 5000): lambda: samples(iter(aws)),
        ("grafana", 3000): lambda: "grafana_build_info 1\n",
        ("prometheus", 9090): of_prometheus,
        **{(name, TASK): partial(lambda of: samples(of_task(of)), name) for name in (SERVICE, *OTHERS)},
        **{(name, ROUTER): lambda: samples(iter(routers)) for name in (SERVICE, "orders", "mailer")},
    }
    config = baked(checkout, tmp_path)
    own = {"job_name": "prometheus", "static_configs": [{"targets": [f"{address['prometheus']}:9090"]}]}
    config["scrape_configs"].append(own)
    with ExitStack() as stack:
        for (name, port), answer in served.items():
            stack.enter_context(serving(answer, address=address[name], port=port))
        database = stack.enter_context(running_postgres(debians_postgres(), superuser=USER))
        database.sql("CREATE TABLE orders (id int)")
        database.sql("INSERT INTO orders SELECT generate_series(1, 100)")
        database.count("orders", dead=0, live=100)
        place = f"{address[exporter_of(SERVICE)]}:{POSTGRES_EXPORTER_PORT}"
        stack.enter_context(postgres_exporter(database, tmp_path, address=place))
        zone = {(f"{name}.app.local", "A"): [its] for name, its in address.items()}
        zone[f"{SERVICE}.app.local", "A"].append(f"{NETWORK}.9")  # a task that answers nobody
        exporters, alerts = address["cloudwatch-exporter"], address["alertmanager"]
        under = stack.enter_context(real_programs(tmp_path, zone, exporters=exporters, alerts=alerts))
        prom = stack.enter_context(
            prometheus(config, tmp_path, under=under, more=["--storage.tsdb.retention.size=1GB"])
        )
        without = waited_for(Grafana(prom, checkout), boards(checkout))
    assert {panel for _, panel, _ in without} == WITHOUT_DATA.keys(), without


def waited_for(source: Grafana, dashboards: Mapping[str, Mapping[str, Any]]) -> set[Query]:
    """Return the queries without data, as soon as all have some but those that are known to have none."""
    last = time.monotonic() + PATIENCE_S
    left = {key: (board, target) for board in dashboards.values() for key, target in queries(board)}
    while {panel for _, panel, _ in left} - WITHOUT_DATA.keys() and time.monotonic() < last:
        values = {uid: source.variables(board) for uid, board in dashboards.items()}
        left = {
            key: (board, target)
            for key, (board, target) in left.items()
            if not source.has_data(target, values[board["uid"]])
        }
    return set(left)
