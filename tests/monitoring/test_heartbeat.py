"""The heartbeat from end to end, much faster than it is: real Prometheus and Alertmanager, and the alarm over sums."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.models.environment.receiver import HEARTBEAT
from monitoring import alertmanager as rendered_alertmanager
from monitoring.alerts.rule_files import RULES
from tests.monitoring.alertmanager_process import alertmanager
from tests.monitoring.listener import Listener, listening
from tests.monitoring.test_alerts import FILES, PROD
from tests.monitoring.test_scrape_limits import prometheus
from tests.stacks.test_monitoring import rings
from tests.synthesis import Attributes, Platform

pytestmark = pytest.mark.promtool

FASTER = 150
MOST_PERIODS = 90
# Prometheus says so often that the alert fires, and Alertmanager forgets one that it has not heard of four times.
OFTEN = ("--rules.alert.resend-delay=400ms",)
WAITS = ("group_wait", "group_interval", "repeat_interval")
INSTEAD_OF = {"0s": "0s", "1m": "400ms", "2m": "800ms"}


class Parts:
    """What an alert goes through; each can be made to fail."""

    def __init__(self, folder: Path, listener: Listener, own: ExitStack) -> None:
        self.listener = listener
        self._folder, self._own = folder, own
        self._alertmanager, self._prometheus = ExitStack(), ExitStack()
        own.callback(self._alertmanager.close)
        own.callback(self._prometheus.close)
        (folder / "alertmanager").mkdir()
        (folder / "prometheus").mkdir()
        address = self._alertmanager.enter_context(alertmanager(_heartbeat_to(listener), folder / "alertmanager"))
        rules = folder / "rules.yml"
        rules.write_bytes(FILES[f"{RULES}/platform-monitoring.yml"])
        self._config: dict[str, Any] = {
            "global": {"evaluation_interval": "400ms"},
            "rule_files": [str(rules)],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [address.removeprefix("http://")]}]}]},
        }
        self._prometheus.enter_context(prometheus(self._config, folder / "prometheus", more=OFTEN))

    def stop_alertmanager(self) -> None:
        self._alertmanager.close()

    def refuse(self) -> None:
        """Let the topic refuse, as it does without its key or its right."""
        self.listener.refuses_all = True

    def crash_again_and_again(self) -> None:
        """Kill Prometheus, and kill it whenever it reads its log, which then takes for ever: a pipe stands in it."""
        folder = self._folder / "prometheus"
        os.kill(int((folder / "pid").read_text()), 9)
        self._prometheus.close()
        segments = sorted(path for path in (folder / "data/wal").iterdir() if path.name.isdigit())
        os.mkfifo(folder / "data/wal" / f"{int(segments[-1].name) + 1:08}")
        over = threading.Event()
        starts = threading.Thread(target=_crash_until, args=(over, folder))
        starts.start()
        self._own.callback(starts.join)
        self._own.callback(over.set)


def _crash_until(over: threading.Event, folder: Path) -> None:
    flags = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", *OFTEN]
    while not over.is_set():
        with subprocess.Popen(
            ["prometheus", *flags, "--web.listen-address=127.0.0.1:0"], stderr=subprocess.PIPE
        ) as process:
            assert process.stderr
            any(b"Replaying WAL" in line for line in process.stderr)
            process.kill()


def _heartbeat_to(listener: Listener) -> dict[str, object]:
    """Return the configuration with a listener in place of SNS, and a heartbeat that is as much faster as all else."""
    config = YAML(typ="safe").load(rendered_alertmanager.render(PROD)[rendered_alertmanager.CONFIG])
    for route in config["route"]["routes"]:
        if route["receiver"] == HEARTBEAT:
            route |= {name: INSTEAD_OF[route[name]] for name in WAITS}
    for receiver in config["receivers"]:
        for sns in receiver.get("sns_configs", []):
            sns["api_url"] = listener.url
    return dict(config)


@contextmanager
def beating(folder: Path) -> Iterator[Parts]:
    """Run all parts until the block ends."""
    with ExitStack() as own:
        listener = own.enter_context(listening())
        yield Parts(folder, listener, own)


@pytest.fixture
def alarm(shop: Platform) -> Attributes:
    """The alarm that AWS keeps outside of all of it."""
    return shop["prod-monitoring"].one("aws_cloudwatch_metric_alarm", alarm_name="prod-heartbeat-missing")


@pytest.mark.parametrize("fails", [Parts.stop_alertmanager, Parts.refuse, Parts.crash_again_and_again])
def test_the_outside_alarm_rings_whichever_part_of_the_way_fails(
    fails: Callable[[Parts], None], alarm: Attributes, tmp_path: Path
) -> None:
    period = alarm["period"] / FASTER
    published: list[int | None] = []
    with beating(tmp_path) as parts:
        while 0 in published[-alarm["evaluation_periods"] :] or len(published) < alarm["evaluation_periods"]:
            published.append(parts.listener.count_for(period))
            assert len(published) < MOST_PERIODS, published
        assert not rings(alarm, published)
        fails(parts)
        while not rings(alarm, published):
            published.append(parts.listener.count_for(period))
            assert len(published) < 2 * MOST_PERIODS, published
