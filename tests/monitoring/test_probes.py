"""Synthetic probes: whom the environment has asked, and what the real blackbox exporter takes for an answer."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from monitoring.alerts.rule_files import rule_groups
from monitoring.blackbox_exporter import MODULE, probes
from monitoring.prometheus import CONFIG as PROMETHEUS_CONFIG
from tests.images.conftest import rendered
from tests.monitoring.exported import OF_PROBES
from tests.monitoring.real_exporters import PAGES, blackbox_exporter, samples, site
from tests.monitoring.test_alerts import deployment_of
from tests.monitoring.test_configuration import remove_nat
from tests.monitoring.used_metrics import used
from tests.synthesis import SHOP

ServiceFile = Callable[[str, str], None]
PUBLIC = "kind: public-web\nport: 8080\nimage: example:1\n"


def asked(root: Path, environment: str = "prod") -> dict[str, str]:
    return {probe.service: probe.url for probe in probes(deployment_of(environment, root))}


def test_every_public_host_and_path_is_asked_and_no_other(checkout: Path, service_file: ServiceFile) -> None:
    service_file("api", PUBLIC + "http: {host: api, path: /v1}\n")
    service_file("site", PUBLIC + 'http: {host: "@", path: "/*"}\n')
    service_file("pictures", PUBLIC + 'http: {host: api, path: "/*/pictures/?.png"}\n')
    service_file("wild", PUBLIC + 'http: {host: "*", path: /wild}\n')
    service_file("office", PUBLIC + "http: {allowed_cidrs: [203.0.113.0/24]}\n")
    service_file("sleeper", PUBLIC + "scaling: {min_tasks: 0, max_tasks: 0}\n")
    service_file("unreleased", "kind: public-web\nport: 8080\n")
    service_file("inner", "kind: internal\nhealth_check: none\nport: 8080\nimage: example:1\n")
    found = asked(checkout)
    assert found.pop("storefront").startswith("https://")
    assert found == {
        "api": "https://api.example.com/v1",
        "site": "https://example.com/",
        "pictures": "https://api.example.com/x/pictures/x.png",
        "grafana": "https://grafana.example.com/",
    }


def test_a_grafana_that_only_the_office_reaches_is_not_asked(checkout: Path) -> None:
    prod = checkout / "environments/prod.yaml"
    allowed = "monitoring:\n  grafana: {allowed_cidrs: [203.0.113.0/24]}\n"
    prod.write_text(prod.read_text().replace("monitoring:\n", allowed))
    assert "grafana" not in asked(checkout)
    assert "storefront" in asked(checkout)


def test_without_a_way_out_nobody_is_asked_and_no_alert_waits_for_it(checkout: Path) -> None:
    remove_nat(checkout)
    assert asked(checkout, "dev") == {}
    names = {alert.name for topic in rule_groups(deployment_of("dev", checkout)) for alert in topic.alerts}
    assert not {name for name in names if "Probe" in name or "Certificate" in name}
    assert "blackbox-exporter" not in {
        job["job_name"] for job in rendered(checkout, "prometheus", PROMETHEUS_CONFIG, "dev")["scrape_configs"]
    }


def test_with_office_hours_hosts_are_asked_and_nobody_is_woken() -> None:
    dev = deployment_of("dev")
    assert dev.environment.office_hours
    assert probes(dev)
    names = {alert.name for topic in rule_groups(dev) for alert in topic.alerts}
    assert not names & {"AllProbesFailing", "ServiceProbeFailing"}
    assert "CertificateExpiresSoon" in names


def test_prometheus_asks_the_exporter_and_says_whose_host_it_is() -> None:
    config = rendered(SHOP, "prometheus", PROMETHEUS_CONFIG, "prod")
    (job,) = (job for job in config["scrape_configs"] if job["job_name"] == "blackbox-exporter")
    targets = {one["labels"]["service"]: one["targets"] for one in job["static_configs"]}
    assert targets == {service: [url] for service, url in asked(SHOP).items()}
    address = next(one for one in job["relabel_configs"] if one["target_label"] == "__address__")
    assert address["replacement"] == "cloudwatch-exporter.app.local:9115"
    assert job["params"] == {"module": [MODULE]}


def probe(exporter: str, target: str) -> dict[str, float]:
    """Return the value of each figure of a probe, by its name; of one with labels the last."""
    query = urllib.parse.urlencode({"module": MODULE, "target": target})
    return {name: value for (name, _), value in samples(f"http://{exporter}/probe?{query}").items()}


@pytest.mark.promtool
def test_every_figure_of_alerts_and_panels_is_in_a_probe(tmp_path: Path) -> None:
    with site(tmp_path) as address, blackbox_exporter(tmp_path, trusts=tmp_path / "cert.pem") as exporter:
        found = probe(exporter, f"{address}/").keys()
    assert used("probe_")
    assert used("probe_") <= found
    assert found >= {*OF_PROBES}, "what the other tests take for its answer"


@pytest.mark.promtool
def test_an_answer_below_500_is_one_and_an_error_no_certificate_and_no_rule_are_none(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with site(tmp_path) as address, blackbox_exporter(tmp_path, trusts=tmp_path / "cert.pem") as exporter:
        succeeded = {path: probe(exporter, f"{address}{path}")["probe_success"] == 1 for path in PAGES}
        found = probe(exporter, f"{address}/")
        assert succeeded == {
            "/": True,
            "/login": True,
            "/refused": True,
            "/nothing": True,
            "/broken": False,
            "/busy": False,
            "/no-rule": False,
        }
        assert found["probe_ssl_earliest_cert_expiry"] > time.time() + 29 * 86_400
        assert probe(exporter, f"http://localhost:{address.rpartition(':')[2]}/")["probe_success"] == 0
    with site(tmp_path) as address, blackbox_exporter(other, trusts=Path("/dev/null")) as exporter:
        assert probe(exporter, f"{address}/")["probe_success"] == 0, "nobody has signed its certificate"
