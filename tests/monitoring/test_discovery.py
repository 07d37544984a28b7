"""A real Prometheus with the rendered configuration: it finds tasks by DNS on loopback, and survives being killed."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import yaml

from config.models.service.monitoring.metrics import Metrics
from monitoring.alerts.rule_files import render
from monitoring.prometheus import CONFIG
from monitoring.prometheus import render as render_prometheus
from monitoring.yaml_text import yaml_text
from tests.dns_server import dns_server
from tests.images.conftest import rendered
from tests.monitoring.alertmanager_process import alertmanager
from tests.monitoring.exported import OF_TASKS, OF_YACE, promtool
from tests.monitoring.exposition_server import serving
from tests.monitoring.real_exporters import blackbox_exporter, site
from tests.monitoring.test_alerts import deployment_of
from tests.monitoring.test_scrape_limits import PATIENCE_S, prometheus

pytestmark = pytest.mark.promtool

# Of this process alone: name servers are asked at port 53, and tasks of one service at one port.
NETWORK = f"127.{64 + os.getpid() % 64}.{os.getpid() // 64 % 256}"
NAME_SERVER, PUBLIC = f"{NETWORK}.253", f"{NETWORK}.252"
TASK, ROUTER = 9779, 2020
PORTS = {
    "orders": (80, TASK, ROUTER),
    "mailer": (TASK, ROUTER),
    "alertmanager": (TASK,),
    "cloudwatch-exporter": (5000, TASK),
    "grafana": (3000, TASK),
    "prometheus": (TASK,),
}
EXPOSED: Mapping[int, list[str]] = {
    TASK: [*(f"{name}{{{labels}}} 1" for name, labels in OF_TASKS.items()), 'ecs_task_metadata_info{revision="7"} 1'],
    5000: [f"{name}{{{labels}}} 1" for name, labels in OF_YACE.items()],
}
NOBODY_TOLD = {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}


def ask(address: str, expression: str) -> list[dict[str, Any]]:
    url = f"{address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with suppress(URLError, ConnectionError), urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return list(json.load(answer)["data"]["result"])
    return []


def until(address: str, expression: str, wanted: object, found: Callable[[list[dict[str, Any]]], object]) -> None:
    last = time.monotonic() + PATIENCE_S
    while (seen := found(ask(address, expression))) != wanted:
        assert time.monotonic() < last, f"{expression}: {seen}, not {wanted}"
        time.sleep(0.2)


def targets(series: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Job, service and address of the task, of each."""
    labels = [one["metric"] for one in series]
    return {(one["job"], one.get("service", ""), one.get("task_ip", "")) for one in labels}


def values(series: list[dict[str, Any]]) -> set[int]:
    """Every value of the one series of a range."""
    (only,) = series
    return {int(value) for _, value in only["values"]}


def baked(root: Path, folder: Path) -> dict[str, Any]:
    """Return the configuration of prod's image, with less patience, and without what Debian's 2.42 does not know."""
    (folder / "rules").mkdir()
    for path, content in render(deployment_of("prod", root)).items():
        (folder / "rules" / Path(path).name).write_bytes(content)
    config = dict(rendered(root, "prometheus", CONFIG, "prod"))
    config["global"] |= {"scrape_interval": "2s", "evaluation_interval": "2s"}
    config["rule_files"] = [f"{folder}/rules/*.yml"]
    for job in config["scrape_configs"]:
        job.pop("aws_sd_configs", None)
        job.pop("scrape_interval", None)
        job.pop("scrape_timeout", None)
    config["scrape_configs"] = [job for job in config["scrape_configs"] if job["job_name"] != "prometheus"]
    return config


@contextmanager
def real_programs(
    folder: Path, zone: dict[tuple[str, str], list[str]], *, exporters: str, alerts: str
) -> Iterator[Sequence[str]]:
    """Run Alertmanager, the blackbox exporter and the public site that it asks; yield what gives a program their names.

    `exporters` and `alerts` are the addresses of the tasks that they run in; `zone` gets the site.
    """
    (folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    own_names = f'mount --bind {folder}/resolv.conf /etc/resolv.conf && exec "$@"'
    under = ("unshare", "--mount", "sh", "-c", own_names, "sh")
    zone["*.example.com", "A"] = [PUBLIC]
    (folder / "alertmanager").mkdir()
    with (
        dns_server(zone, (NAME_SERVER, 53)),
        site(folder, host="*.example.com", address=(PUBLIC, 443)),
        blackbox_exporter(folder, trusts=folder / "cert.pem", address=f"{exporters}:9115", under=under),
        alertmanager(NOBODY_TOLD, folder / "alertmanager", address=f"{alerts}:9093"),
    ):
        yield under


def test_tasks_are_found_by_name_as_they_come_and_missed_when_they_are_gone(checkout: Path, tmp_path: Path) -> None:
    orders = checkout / "service_configs/orders.yaml"
    orders.write_text(orders.read_text() + "metrics: {}\n")
    of = {name: [f"{NETWORK}.{10 * (at + 1) + n}" for n in range(5)] for at, name in enumerate(PORTS)}
    zone = {(f"{name}.app.local", "A"): its[: 2 if name == "orders" else 1] for name, its in of.items()}
    with ExitStack() as stack:
        for name, ports in PORTS.items():
            for address in of[name]:
                for port in ports:
                    text = "".join(f"{line}\n" for line in EXPOSED.get(port, ["requests_total 1"]))
                    stack.enter_context(serving(lambda text=text: text, address=address, port=port))  # type: ignore[misc]
        exporters, alerts = of["cloudwatch-exporter"][0], of["alertmanager"][0]
        under = stack.enter_context(real_programs(tmp_path, zone, exporters=exporters, alerts=alerts))
        prom = stack.enter_context(prometheus(baked(checkout, tmp_path), tmp_path, under=under))
        first = {
            *(("app", "orders", address) for address in of["orders"][:2]),
            *(("ecs-exporter", name, of[name][0]) for name in PORTS),
            ("ecs-exporter", "orders", of["orders"][1]),
            *(("fluent-bit", "orders", address) for address in of["orders"][:2]),
            ("fluent-bit", "mailer", of["mailer"][0]),
            *((name, "", "") for name in ("alertmanager", "cloudwatch-exporter", "grafana")),
            *(("blackbox-exporter", name, "") for name in ("storefront", "grafana")),
        }
        until(prom, "up == 1", first, targets)
        probed = {("blackbox-exporter", name, "") for name in ("storefront", "grafana")}
        until(prom, "probe_success == 1 and probe_ssl_earliest_cert_expiry > time()", probed, targets)
        assert ask(prom, "up == 0") == []
        zone["orders.app.local", "A"] = of["orders"]
        three_more = {(job, "orders", ip) for job in ("app", "ecs-exporter", "fluent-bit") for ip in of["orders"]}
        until(prom, 'up{service="orders"} == 1', three_more, targets)
        del zone["orders.app.local", "A"]
        until(prom, 'up{service="orders"}', 0, len)
        until(prom, 'ALERTS{alertname="ServiceDown",service="orders"}', 1, len)


def test_killed_under_load_it_lacks_at_most_one_scrape(tmp_path: Path) -> None:
    scrapes = 0
    others = "".join(f'other{{number="{number}"}} 1\n' for number in range(10_000))

    def counted() -> str:
        nonlocal scrapes
        scrapes += 1
        return f"scrapes_total {scrapes}\n{others}"

    target = f"{NETWORK}.1"
    job = {"job_name": "app", "static_configs": [{"targets": [f"{target}:9100"]}], "scrape_interval": "1s"}
    config = {"scrape_configs": [job]}
    with serving(counted, address=target, port=9100):
        with prometheus(config, tmp_path) as address:
            last = time.monotonic() + PATIENCE_S
            while scrapes < 8:
                ask(address, "count by (number) (rate(other[1m]))")  # a load of its own
                assert time.monotonic() < last
            had = values(ask(address, "scrapes_total[15m]"))
            os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        answered = scrapes
        with prometheus(config, tmp_path) as address:
            until(address, f"scrapes_total > {answered}", 1, len)
            kept = values(ask(address, "scrapes_total[15m]"))
    assert len(had) > 1
    assert had <= kept, "all but the scrape that was on its way"


def test_sixty_services_are_rendered_within_a_second_and_promtool_takes_them(tmp_path: Path) -> None:
    prod = deployment_of("prod")
    orders = next(service for service in prod.services if service.name == "orders")
    more = (orders.model_copy(update={"name": f"orders-{number}", "metrics": Metrics()}) for number in range(57))
    large = replace(prod, services=(*prod.services, *more))
    begun = time.process_time()
    files = render_prometheus(large)
    assert time.process_time() - begun < 1
    config = yaml.safe_load(files[CONFIG])
    (app,) = (job for job in config["scrape_configs"] if job["job_name"] == "app")
    assert len([name for of in app["dns_sd_configs"] for name in of["names"]]) == 57
    for job in config["scrape_configs"]:
        job.pop("aws_sd_configs", None)  # which Debian's 2.42 does not know
    config["rule_files"] = [f"{tmp_path}/*.yml"]
    for path, content in files.items():
        (tmp_path / Path(path).name).write_bytes(content)
    (tmp_path / "prometheus.yml").unlink()
    (tmp_path / "prometheus.yaml").write_bytes(yaml_text(config, comment="for promtool"))
    promtool("check", "config", str(tmp_path / "prometheus.yaml"))
