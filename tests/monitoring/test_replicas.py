"""Two real Prometheis and Alertmanagers by the rendered configuration: people are told once, whichever of them dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.loader.platform import Deployment
from config.models.environment.platform_service import ALERTMANAGER, PORTS, alertmanager
from config.models.environment.receiver import HEARTBEAT
from monitoring import alertmanager as rendered_alertmanager
from monitoring import prometheus as rendered_prometheus
from monitoring.alerts.alert import WATCHDOG
from monitoring.yaml_text import yaml_text
from tests.dns_server import dns_server
from tests.monitoring import alertmanager_process, test_scrape_limits
from tests.monitoring.exposition_server import serving
from tests.monitoring.listener import Listener, listening
from tests.monitoring.test_alerts import PROD, replicated
from tests.monitoring.test_discovery import NAME_SERVER, NETWORK

ADDRESSES = (f"{NETWORK}.241", f"{NETWORK}.242")
EXPORTER = f"{NETWORK}.243"
# The second Alertmanager waits for 15 seconds before it sends what the first one has not told it of.
LONGER_THAN_THE_PEER_WAITS_S = 20
RULES = {
    "groups": [
        {
            "name": "test",
            "rules": [
                {"alert": WATCHDOG, "expr": "vector(1)", "labels": {"severity": "none"}},
                {"alert": "Incident", "expr": "incident == 1", "labels": {"severity": "critical"}},
            ],
        }
    ]
}


@dataclass(frozen=True)
class Zone:
    """A Prometheus and an Alertmanager, which have a disk and an address in common."""

    address: str
    folder: Path

    def die(self) -> None:
        for pid in ("pid", "alertmanager.pid"):
            os.kill(int((self.folder / pid).read_text()), signal.SIGKILL)


@contextmanager
def zone(address: str, folder: Path, pages: Listener, beats: Listener, *, deployment: Deployment) -> Iterator[Zone]:
    folder.mkdir(exist_ok=True)
    (folder / "rules.yml").write_bytes(yaml_text(RULES, comment="for a test"))
    (folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")
    own_names = f"mount --bind {folder}/resolv.conf /etc/resolv.conf && exec"
    under = ("env", f"HOSTNAME={address}", "unshare", "--mount", "sh", "-c")
    config = YAML(typ="safe").load(rendered_prometheus.render(deployment)[rendered_prometheus.CONFIG])
    config |= {
        "rule_files": [f"{folder}/rules.yml"],
        "scrape_configs": [{"job_name": "app", "static_configs": [{"targets": [f"{EXPORTER}:9100"]}]}],
    }
    config["global"] |= {"scrape_interval": "1s", "evaluation_interval": "1s"}
    # What Prometheus 3 does without being asked.
    expanded = (*under, f'{own_names} "$@" --enable-feature=expand-external-labels', "sh")
    peers = [flag for flag in alertmanager(deployment.environment, "tag").command if flag.startswith("--cluster")]
    peers = [flag.replace("0.0.0.0", address) for flag in peers] + [f"--cluster.advertise-address={address}:9094"]
    with (
        alertmanager_process.alertmanager(
            to(pages, beats, deployment),
            folder,
            address=f"{address}:{PORTS[ALERTMANAGER]}",
            cluster=peers,
            under=(*under, f'{own_names} "$@"', "sh"),
        ),
        test_scrape_limits.prometheus(config, folder, under=expanded),
    ):
        yield Zone(address, folder)


def to(pages: Listener, beats: Listener, deployment: Deployment) -> dict[str, Any]:
    """Return Alertmanager's configuration with webhooks in place of topics, and nothing to wait for."""
    config = YAML(typ="safe").load(rendered_alertmanager.render(deployment)[rendered_alertmanager.CONFIG])
    config["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    config["route"]["routes"][0] |= {"group_interval": "1s", "repeat_interval": "1s"}
    for receiver in config["receivers"]:
        del receiver["sns_configs"]
        listener = beats if receiver["name"] == HEARTBEAT else pages
        receiver["webhook_configs"] = [{"url": f"{listener.url}/", "send_resolved": False}]
    return dict(config)


def told(pages: Listener) -> list[tuple[str, set[str]]]:
    """Return the one notification that comes: each alert's service, and the names of its labels."""
    notification = pages.next().json()
    assert pages.none_for(LONGER_THAN_THE_PEER_WAITS_S), "told twice"
    return [(alert["labels"]["service"], set(alert["labels"])) for alert in notification["alerts"]]


def beating(beats: Listener) -> bool:
    """Return whether a heartbeat comes that had not come before."""
    while not beats.none_for(0):
        pass
    return bool(beats.next().json()["alerts"])


@pytest.mark.long
@pytest.mark.promtool
def test_an_incident_is_told_once_with_both_replicas_and_with_either_of_them_dead(tmp_path: Path) -> None:
    deployment, incidents = replicated(PROD), ["first"]
    first, second = ADDRESSES
    names = {(f"{ALERTMANAGER}.app.local", "A"): list(ADDRESSES)}
    labels = {"alertname", "environment", "severity", "service", "instance", "job"}

    def exposed() -> str:
        return "".join(f'incident{{service="{service}"}} 1\n' for service in incidents)

    with ExitStack() as stack:
        pages, beats = stack.enter_context(listening()), stack.enter_context(listening())
        stack.enter_context(serving(exposed, address=EXPORTER, port=9100))
        stack.enter_context(dns_server(names, (NAME_SERVER, 53)))
        with zone(second, tmp_path / "second", pages, beats, deployment=deployment) as lasting:
            with zone(first, tmp_path / "first", pages, beats, deployment=deployment) as dying:
                assert told(pages) == [("first", labels)], "by two, as one alert"
                assert beating(beats)
                dying.die()
            incidents.append("second")
            assert told(pages) == [("second", labels)]
            assert beating(beats)
            with zone(first, tmp_path / "first", pages, beats, deployment=deployment):
                assert pages.none_for(LONGER_THAN_THE_PEER_WAITS_S), "a replica that is back tells nobody again"
                lasting.die()
                incidents.append("third")
                assert told(pages) == [("third", labels)]
                assert beating(beats)
