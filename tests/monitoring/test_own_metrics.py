"""What Prometheus and Alertmanager say of themselves: real ones are asked, Debian's 2.42 and 0.25."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from config.models.environment.platform_service import ALERTMANAGER, PROMETHEUS
from monitoring.yaml_text import yaml_text
from tests.monitoring.exported import OF_PROGRAMS_THAT_ARE_ASKED, metrics_in
from tests.monitoring.test_alerts import ROWS
from tests.monitoring.test_dashboards import BOARDS, queries

pytestmark = pytest.mark.promtool

HOST = "127.0.0.1"
PATIENCE_SECONDS = 30.0
# Each has been scraped twice, which rate() needs, and an alert is on its way.
READY = "increase(prometheus_notifications_sent_total[1m]) and on () increase(alertmanager_notifications_total[1m])"
SCRAPES = {"scrape_interval": "1s", "evaluation_interval": "1s"}

# What Debian's 2.42 lacks. https://github.com/prometheus/prometheus/pull/12013, in 2.43
NEWER = {"prometheus_tsdb_head_chunks_storage_size_bytes", "prometheus_tsdb_wal_storage_size_bytes"}

Ask = Callable[[str], list[Any]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, *command: str) -> Iterator[None]:
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A query's result, of a Prometheus that scrapes itself and the Alertmanager to which it sends an alert."""
    folder = tmp_path_factory.mktemp("prometheus")
    own, other = f"{HOST}:{free_port()}", f"{HOST}:{free_port()}"
    always = {"alert": "Always", "expr": "vector(1)", "labels": {"severity": "warning"}}
    config = {
        "global": SCRAPES,
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [other]}]}]},
        "scrape_configs": [
            {"job_name": PROMETHEUS, "static_configs": [{"targets": [own]}]},
            {"job_name": ALERTMANAGER, "static_configs": [{"targets": [other]}]},
            # Found by name, as in an environment; nothing is there.
            {"job_name": "dns", "dns_sd_configs": [{"names": ["nobody.invalid"], "type": "A", "port": 1}]},
            {"job_name": "down", "static_configs": [{"targets": [f"{HOST}:1"]}]},
        ],
    }
    texts = {
        "prometheus.yml": config,
        "rules.yml": {"groups": [{"name": "own", "rules": [always]}]},
        "alertmanager.yml": {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]},
    }
    for name, content in texts.items():
        (folder / name).write_bytes(yaml_text(content, comment="for a test"))

    def asked(expr: str) -> list[Any]:
        with urlopen(f"http://{own}/api/v1/query?{urlencode({'query': expr})}", timeout=10) as answer:
            return list(json.load(answer)["data"]["result"])

    alertmanager = running(
        folder,
        "prometheus-alertmanager",
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/alerts",
        f"--web.listen-address={other}",
        "--cluster.listen-address=",
    )
    prometheus = running(
        folder,
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.size=1GB",
        f"--web.listen-address={own}",
    )
    with alertmanager, prometheus:
        wait(lambda: bool(asked(READY)))
        yield asked


def wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with suppress(URLError, ConnectionError):
            if ready():
                return
        assert time.monotonic() < deadline, "Prometheus and Alertmanager do not answer"
        time.sleep(0.2)


def of_the_programs(metrics: set[str]) -> set[str]:
    return {metric for metric in metrics if metric.startswith(OF_PROGRAMS_THAT_ARE_ASKED)}


@pytest.mark.parametrize("uid", BOARDS)
def test_every_query_of_a_dashboard_about_them_has_an_answer(uid: str, ask: Ask) -> None:
    about_them = {expr: labels for expr, labels in queries(uid).items() if of_the_programs(metrics_in(expr))}
    assert bool(about_them) is (uid == "prometheus")
    for expr, labels in about_them.items():
        answer = ask(expr)
        assert answer or metrics_in(expr) & NEWER, expr
        assert all(labels <= series["metric"].keys() for series in answer), expr


def test_every_figure_of_an_alert_about_them_exists(ask: Ask) -> None:
    """The alerts are silent, for nothing is wrong; tests/monitoring/alert_cases.py makes them fire."""
    used = {metric for _, alert in ROWS.values() for metric in of_the_programs(metrics_in(alert.expr))}
    assert used
    assert not {metric for metric in used - NEWER if not ask(f"count({metric})")}


def test_what_prometheus_writes_of_alerts_is_what_the_list_of_alerts_asks_for(ask: Ask) -> None:
    """An alert that fires at once has its time too, and the same labels but for its state."""
    (listed,) = [expr for expr in queries("platform") if "ALERTS_FOR_STATE" in expr]
    (line,) = ask(listed)
    assert line["metric"] == {"alertname": "Always", "severity": "warning"}
    assert abs(float(line["value"][1]) / 1000 - time.time()) < 10 * PATIENCE_SECONDS
