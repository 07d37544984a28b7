"""An Envoy between a caller and a service, as ECS Service Connect puts one into the caller's task."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PORT = 18081
_TYPES = "type.googleapis.com"
TOLD_AFTER_S = 2.0
"""What a change takes on its way to the proxy: a guess, since AWS publishes nothing."""


@dataclass
class Envoy:
    """A running proxy at an address, and the endpoints that it has been told."""

    address: str
    _folder: Path
    _timers: list[threading.Timer] = field(default_factory=list)

    def tell(self, addresses: Sequence[str], port: int) -> None:
        """Let it use these tasks from now on."""
        endpoints = [{"endpoint": {"address": _socket(address, port)}} for address in addresses]
        told = {
            "resources": [
                {
                    "@type": f"{_TYPES}/envoy.config.endpoint.v3.ClusterLoadAssignment",
                    "cluster_name": "service",
                    "endpoints": [{"lb_endpoints": endpoints}],
                }
            ]
        }
        # It watches for files that are moved into place.
        (self._folder / "next.json").write_text(json.dumps(told))
        (self._folder / "next.json").replace(self._folder / "eds.json")

    def tell_late(self, addresses: Sequence[str], port: int) -> None:
        """Let it know of a change as late as AWS might."""
        timer = threading.Timer(TOLD_AFTER_S, self.tell, (list(addresses), port))
        self._timers.append(timer)
        timer.start()


@contextmanager
def running(program: str, address: str, tasks: Sequence[str], port: int) -> Iterator[Envoy]:
    """Run one in front of these tasks."""
    with TemporaryDirectory() as folder:
        envoy = Envoy(address, Path(folder))
        envoy.tell(tasks, port)
        config = Path(folder) / "envoy.json"
        config.write_text(json.dumps(_configuration(address, Path(folder))))
        asked = [program, "-c", str(config), "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"]
        process = subprocess.Popen(asked)
        try:
            yield envoy
        finally:
            process.terminate()
            process.wait()


def _socket(address: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": address, "port_value": port}}


def _configuration(address: str, folder: Path) -> dict[str, Any]:
    """Return a listener that retries twice, and puts a task aside after five failures: what AWS says of its own.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
    """
    retries = {
        "retry_on": "connect-failure,refused-stream,unavailable,cancelled",
        "num_retries": 2,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": f"{_TYPES}/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                },
            }
        ],
    }
    route = {"match": {"prefix": "/"}, "route": {"cluster": "service", "retry_policy": retries}}
    manager = {
        "@type": f"{_TYPES}/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "service",
        "route_config": {"virtual_hosts": [{"name": "service", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_TYPES}/envoy.extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    http = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    watched = {"path": str(folder / "eds.json"), "watched_directory": {"path": str(folder)}}
    return {
        "node": {"id": "caller", "cluster": "caller"},
        "static_resources": {
            "listeners": [{"address": _socket(address, PORT), "filter_chains": [{"filters": [http]}]}],
            "clusters": [
                {
                    "name": "service",
                    "type": "EDS",
                    "connect_timeout": "1s",
                    "eds_cluster_config": {"eds_config": {"path_config_source": watched, "resource_api_version": "V3"}},
                    "outlier_detection": {"consecutive_5xx": 5, "base_ejection_time": "30s"},
                }
            ],
        },
    }
