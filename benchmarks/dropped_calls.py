"""Benchmark of the calls that an internal service drops in a deploy, by how its tasks end and who finds them.

    .venv/bin/python -m benchmarks.dropped_calls [ENVOY]

The two tasks of a service are replaced as ECS replaces them, while two callers go on calling: one connects anew for
each call, one keeps its connection. Tasks are processes, each at an address of its own. ECS registers a task as soon as
it runs, or as soon as it is healthy where a health check says so; it takes an address out of the DNS and stops the task
at once. A resolver keeps each answer for its TTL. Given the path of an Envoy, one stands between callers and tasks.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from itertools import count

from benchmarks import envoy
from benchmarks.caller import Caller, Names
from benchmarks.children import ROOT

OUTLAST = ROOT / "docker/ecs-exporter/rootfs/groundwork/outlast.sh"
TASKS, PORT = 2, 18080
NEW_CONNECTIONS, KEPT_CONNECTION = "a connection a call", "one kept connection"
_networks = count(1)


@dataclass(frozen=True)
class Way:
    """One way to deploy: when a new task is registered, and how an old one ends."""

    name: str
    health_check: bool = True
    graceful: bool = False
    delay_s: float = 0
    starts_in_s: float = 3
    ttl_s: float = 10
    envoy: str | None = None


WAYS = (
    Way("no health check, dies of SIGTERM", health_check=False),
    Way("dies of SIGTERM"),
    Way("graceful on SIGTERM", graceful=True),
    Way("dies of SIGTERM, 20 s later", delay_s=20),
    Way("graceful on SIGTERM, 20 s later", graceful=True, delay_s=20),
)


class Task:
    """A callee, and beside it the container that ECS stops first."""

    def __init__(self, way: Way, address: str) -> None:
        self.address = address
        asked = [sys.executable, "-m", "benchmarks.callee", address, str(PORT), f"--starts-in={way.starts_in_s}"]
        self._callee = subprocess.Popen([*asked, *(["--graceful"] if way.graceful else [])], cwd=ROOT)
        self._beside = subprocess.Popen(
            ["sh", OUTLAST, "sleep", "3600"],
            env={**os.environ, "DEREGISTRATION_DELAY_SECONDS": str(way.delay_s)},
            start_new_session=True,
        )

    def wait_until_healthy(self) -> None:
        """Ask until it answers, as a health check does."""
        for _ in range(600):
            connection = HTTPConnection(self.address, PORT, timeout=1)
            with suppress(OSError, HTTPException):
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    connection.close()
                    return
            connection.close()
            time.sleep(0.1)
        raise TimeoutError(f"{self.address} never answered")

    def stop(self) -> None:
        """Stop as the ECS agent does: what depends on the callee first, and the callee once that has ended."""
        self._beside.terminate()
        self._beside.wait()
        with suppress(ProcessLookupError):  # what it ran: with a container, that ends too
            os.killpg(self._beside.pid, signal.SIGKILL)
        self._callee.terminate()
        self._callee.wait()


def measure(way: Way) -> dict[str, Counter[str]]:
    """Replace the tasks of a service once, and return what came of the calls of each caller."""
    network, names = next(_networks), Names(way.ttl_s)
    with ExitStack() as stack:
        old = _start(way, stack, [f"127.10.{network}.{number + 1}" for number in range(TASKS)])
        for task in old:
            task.wait_until_healthy()
        names.registered = [task.address for task in old]
        asked, port = names, PORT
        if way.envoy:
            address = f"127.10.{network}.200"
            proxy = stack.enter_context(envoy.running(way.envoy, address, names.registered, PORT))
            asked, port = Names(way.ttl_s, [address]), envoy.PORT
            time.sleep(2)
        callers = {
            kind: Caller(asked, port=port, keeps=kind == KEPT_CONNECTION) for kind in (NEW_CONNECTIONS, KEPT_CONNECTION)
        }
        for caller in callers.values():
            caller.start()
        new = _start(way, stack, [f"127.10.{network}.{number + 101}" for number in range(TASKS)])
        if way.health_check:
            for task in new:
                task.wait_until_healthy()
        names.registered = [*names.registered, *(task.address for task in new)]
        if way.envoy:
            proxy.tell_late(names.registered, PORT)
        for task in new:
            task.wait_until_healthy()
        time.sleep(way.ttl_s)  # the old ones go when the new ones are steady
        names.registered = [task.address for task in new]
        if way.envoy:
            proxy.tell_late(names.registered, PORT)
        _stop(old)
        time.sleep(way.ttl_s + envoy.TOLD_AFTER_S)
        return {kind: caller.end() for kind, caller in callers.items()}


def _start(way: Way, stack: ExitStack, addresses: Sequence[str]) -> list[Task]:
    tasks = [Task(way, address) for address in addresses]
    stack.callback(_stop, tasks)
    return tasks


def _stop(tasks: Sequence[Task]) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(Task.stop, tasks))


def dropped(outcomes: Counter[str]) -> int:
    """Return how many calls got no good answer."""
    return outcomes.total() - outcomes["answered"]


def main() -> None:
    """Measure each way and print what was dropped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("envoy", nargs="?", help="the program")
    program = parser.parse_args().envoy
    ways = [*WAYS, *(replace(way, name=f"{way.name}, Envoy", envoy=program) for way in WAYS[1:] if program)]
    with ThreadPoolExecutor(max_workers=len(ways)) as pool:
        results = list(pool.map(measure, ways))
    print(f"{'calls dropped in one deploy of two tasks':<46}{NEW_CONNECTIONS:>22}{KEPT_CONNECTION:>22}")
    for way, result in zip(ways, results, strict=True):
        told = (f"{dropped(its)} of {its.total()}" for its in (result[NEW_CONNECTIONS], result[KEPT_CONNECTION]))
        print(f"  {way.name:<44}" + "".join(f"{text:>22}" for text in told))
        for kind, its in result.items():
            if faults := {name: number for name, number in its.items() if name != "answered"}:
                print(f"      {kind}: {faults}")
    promised = [result for way, result in zip(ways, results, strict=True) if way.graceful and way.delay_s]
    sys.exit(any(dropped(its) for result in promised for its in result.values()))


if __name__ == "__main__":
    main()
