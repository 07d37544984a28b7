"""A real Prometheus, with the limits of the rendered configuration, over a service with far too many series."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from monitoring.yaml_text import yaml_text
from tests.images.conftest import rendered
from tests.monitoring.conftest import Expose
from tests.synthesis import SHOP

TOO_MANY = 100_000
PATIENCE_S = 120
LIMITS = ("sample_limit", "label_limit", "body_size_limit")


def many(series: int) -> str:
    """Return the exposition of a counter that has so many."""
    return "".join(f'requests_total{{user="{number}"}} 1\n' for number in range(series))


@contextmanager
def prometheus(
    config: dict[str, Any], folder: Path, *, under: Sequence[str] = (), more: Sequence[str] = ()
) -> Iterator[str]:
    """Run Debian's Prometheus, `under` a command if there is one, and yield its address; its id is in the file pid.

    `more` are flags of its own.
    """
    (folder / "prometheus.yml").write_bytes(yaml_text(config, comment="for a test"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    flags = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        *more,
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*under, "prometheus", *flags], stdout=log, stderr=log)
        (folder / "pid").write_text(str(process.pid))
        try:
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def until(address: str, expression: str) -> dict[str, float]:
    """Return the value of an expression by service, as soon as it has two."""
    url = f"{address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                found = json.load(answer)["data"]["result"]
        except (urllib.error.URLError, ConnectionError):
            found = []
        if len(found) == 2:
            return {one["metric"]["service"]: float(one["value"][1]) for one in found}
        time.sleep(0.2)
    raise AssertionError(f"{expression}: {found}")


@pytest.mark.promtool
def test_a_service_with_too_many_series_is_cut_off_and_named_and_others_stay_up(expose: Expose, tmp_path: Path) -> None:
    config = rendered(SHOP, "prometheus", "/etc/prometheus/prometheus.yml", "prod")
    (job,) = (one for one in config["scrape_configs"] if one["job_name"] == "app")
    limits = {name: job[name] for name in LIMITS}
    targets = {name: expose(many(series)) for name, series in (("loud", TOO_MANY), ("quiet", 10))}
    static = [{"targets": [address], "labels": {"service": name}} for name, address in targets.items()]
    own = {"scrape_configs": [{"job_name": "app", "static_configs": static, "scrape_interval": "1s", **limits}]}
    with prometheus(own, tmp_path) as address:
        assert until(address, 'scrape_samples_scraped{job="app"} > 0') == {"loud": TOO_MANY, "quiet": 10}
        assert until(address, 'up{job="app"}') == {"loud": 0, "quiet": 1}
        assert until(address, "count by (service) (requests_total) or sum by (service) (0 * up)") == {
            "loud": 0,
            "quiet": 10,
        }
