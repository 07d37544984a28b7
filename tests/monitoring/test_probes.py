"""Synthetic probes: whom the environment has asked, and what the real blackbox exporter takes for an answer."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from config.models.environment.edge import NO_SERVICE
from monitoring.alerts.rule_files import rule_groups
from monitoring.blackbox_exporter import CONFIG, MODULE, probes, render
from monitoring.prometheus import CONFIG as PROMETHEUS_CONFIG
from tests.images.conftest import rendered
from tests.monitoring.exported import OF_PROBES
from tests.monitoring.test_alerts import deployment_of
from tests.monitoring.test_configuration import remove_nat
from tests.synthesis import SHOP

PATIENCE_S = 60
ServiceFile = Callable[[str, str], None]
PUBLIC = "kind: public-web\nport: 8080\nimage: example:1\n"
ANSWERS = {
    "/": (200, "hello"),
    "/login": (302, ""),
    "/refused": (403, "forbidden"),
    "/nothing": (404, "no such page"),
    "/broken": (500, "oops"),
    "/busy": (503, ""),
    "/no-rule": (404, NO_SERVICE),
}


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


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve those answers by TLS on loopback, with a certificate for localhost, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = ANSWERS[self.path]
            self.send_response(status)
            self.send_header("Location", "https://login.example.invalid/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    subprocess.run([*openssl, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def blackbox_exporter(folder: Path, *, trusts: Path) -> Iterator[str]:
    """Run Debian's blackbox exporter with the configuration of the image, and yield its address."""
    (folder / "blackbox.yml").write_bytes(render(deployment_of("prod"))[CONFIG])
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    flags = [f"--config.file={folder / 'blackbox.yml'}", f"--web.listen-address={address}"]
    with (folder / "blackbox.log").open("w") as log:
        process = subprocess.Popen(
            ["/usr/bin/prometheus-blackbox-exporter", *flags],
            env={"SSL_CERT_FILE": str(trusts)},
            stdout=log,
            stderr=log,
        )
        try:
            until = time.monotonic() + PATIENCE_S
            while not healthy(f"http://{address}/-/healthy"):
                assert process.poll() is None, (folder / "blackbox.log").read_text()
                assert time.monotonic() < until, (folder / "blackbox.log").read_text()
                time.sleep(0.1)
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def probe(exporter: str, target: str) -> dict[str, str]:
    """Return the value of each figure of a probe, by its name."""
    query = urllib.parse.urlencode({"module": MODULE, "target": target})
    with urllib.request.urlopen(f"{exporter}/probe?{query}", timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    return {
        re.split(r"[{ ]", line)[0]: line.rsplit(" ", 1)[1] for line in text.splitlines() if not line.startswith("#")
    }


@pytest.mark.promtool
def test_an_answer_below_500_is_one_and_an_error_no_certificate_and_no_rule_are_none(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with site(tmp_path) as address, blackbox_exporter(tmp_path, trusts=tmp_path / "cert.pem") as exporter:
        succeeded = {path: probe(exporter, f"{address}{path}")["probe_success"] == "1" for path in ANSWERS}
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
        assert set(OF_PROBES) <= found.keys()
        assert float(found["probe_ssl_earliest_cert_expiry"]) > time.time() + 29 * 86_400
        assert probe(exporter, f"http://localhost:{address.rpartition(':')[2]}/")["probe_success"] == "0"
    with site(tmp_path) as address, blackbox_exporter(other, trusts=Path("/dev/null")) as exporter:
        assert probe(exporter, f"{address}/")["probe_success"] == "0", "nobody has signed its certificate"
