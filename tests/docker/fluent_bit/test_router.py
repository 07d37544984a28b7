"""The whole router, where Fluent Bit is on the machine: from Docker's log driver to what the two stores hold."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.fluent_bit.cloudwatch_logs import LogGroup, log_group
from tests.docker.fluent_bit.firelens import ROOTFS, TASK_ID, Router, binary, router, until
from tests.docker.fluent_bit.log_lines import CASES, Case, Line, line, stored
from tests.docker.fluent_bit.opensearch_serverless import Collection, collection_endpoint

pytestmark = pytest.mark.fluent_bit

GROUP = "/dev/services/orders"
STREAM = f"task/orders/{TASK_ID}"
START = 1_795_000_000.0  # seconds since 1970; a case has an hour of its own
SOON = {"scheduler.base            30": "scheduler.base 1", "scheduler.cap             120": "scheduler.cap 2"}


@dataclass
class Around:
    """The router between its neighbours."""

    router: Router
    collection: Collection
    group: LogGroup

    def send(self, *lines: Line) -> None:
        self.router.send((time.time(), one) for one in lines)

    @property
    def bodies(self) -> list[str]:
        return [document["body"] for document in self.collection.documents]


@contextmanager
def around(folder: Path, changed: Mapping[str, str] = {}, environment: Mapping[str, str] = {}) -> Iterator[Around]:
    with (
        collection_endpoint("orders-") as collection,
        log_group(GROUP, folder) as group,
        router(
            folder,
            opensearch=collection.port,
            cloudwatch=group.port,
            environment=environment,
            changed=changed,
        ) as running,
    ):
        yield Around(running, collection, group)


ENVIRONMENTS = {tuple(sorted(case.environment.items())): case.environment for case in CASES}


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=str)
def test_each_line_of_the_table_arrives_as_the_record_that_it_promises(
    environment: dict[str, str], tmp_path: Path
) -> None:
    cases = [case for case in CASES if case.environment == environment]
    with around(tmp_path, environment=environment) as there:
        for hour, case in enumerate(cases):
            tag = f"{case_name(case)}-firelens-{TASK_ID}"  # a container of its own, or errors would wait for each other
            there.router.send([(START + hour * 3600, one) for one in case.lines], tag=tag)
        expected = sum(len(case.records) for case in cases)
        until(lambda: len(there.collection.documents) >= expected)
        time.sleep(3)
        assert there.collection.refused == []
        for hour, case in enumerate(cases):
            at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(START + hour * 3600))
            found = [one for one in there.collection.documents if one["@timestamp"].startswith(at)]
            wanted = [one | {"container": case_name(case)} for one in case.records]
            assert sorted(map(repr_of, stored(found))) == sorted(map(repr_of, wanted)), case.name
        copies = {stream: messages for stream, messages in there.group.streams.items() if messages}
        until(lambda: sum(map(len, there.group.streams.values())) >= sum(len(case.copies) for case in cases))
        assert {f"task/{case_name(case)}/{TASK_ID}" for case in cases if case.copies} == set(copies)
        for case in cases:
            got = there.group.streams.get(f"task/{case_name(case)}/{TASK_ID}", [])
            assert sorted(got) == sorted(copy.replace("hunter2", "***") for copy in case.copies), case.name


def test_a_week_has_an_index(tmp_path: Path) -> None:
    with around(tmp_path) as there:
        there.router.send([(1_798_675_200.0, line("2026-12-31")), (1_799_020_800.0, line("2027-01-04"))])
        until(lambda: len(there.collection.documents) == 2)
        assert sorted(there.collection.indexes) == ["orders-2026.53", "orders-2027.01"]


def test_the_last_lines_of_a_task_go_out(tmp_path: Path) -> None:
    """ECS stops the router right after the application: a trace that has just begun is still held back."""
    with around(tmp_path) as there:
        there.send(line("first"))
        until(lambda: there.bodies == ["first"])
        there.send(line("panic: no"), line(""), line("goroutine 1 [running]:"))
        assert there.router.stop() == 0
        assert there.bodies == ["first", "panic: no\n\ngoroutine 1 [running]:"]
        assert there.group.streams[STREAM] == ["panic: no\n\ngoroutine 1 [running]:"]


def test_what_is_written_while_opensearch_is_away_is_stored_once_when_it_is_back(tmp_path: Path) -> None:
    with around(tmp_path, SOON) as there:
        there.collection.away = True
        for second in range(4):
            there.send(*(line(f"{second}.{at}") for at in range(500)))
            time.sleep(1)
        assert list((tmp_path / "storage").rglob("*.flb"))
        assert there.collection.documents == []
        there.collection.away = False
        until(lambda: len(there.collection.documents) >= 2000)
        time.sleep(3)
        assert sorted(there.bodies) == sorted(f"{second}.{at}" for second in range(4) for at in range(500))


def test_the_oldest_make_room_for_the_newest_when_the_buffer_is_full(tmp_path: Path) -> None:
    with around(tmp_path, SOON | {"storage.total_limit_size  2G": "storage.total_limit_size 1M"}) as there:
        there.collection.away = True
        for second in range(4):
            there.send(*(line(f"{second}.{at} " + "x" * 900) for at in range(500)))
            time.sleep(1.2)
        until(lambda: metric(there.router.ask, 'output_dropped_records_total{name="opensearch"}') > 0)
        there.collection.away = False
        until(lambda: "3.499 " + "x" * 900 in there.bodies)
        assert not any(body.startswith("0.0 ") for body in there.bodies)


def test_a_router_that_dies_sends_what_it_had_when_it_is_started_anew(tmp_path: Path) -> None:
    with around(tmp_path) as there:
        there.collection.away = True
        there.send(*(line(f"{at}") for at in range(100)))
        until(lambda: there.collection.requests > 0)
        there.router.kill()
        (tmp_path / "fluent.sock").unlink()
        there.collection.away = False
        with router(tmp_path, opensearch=there.collection.port, cloudwatch=there.group.port, environment={}):
            until(lambda: len(there.collection.documents) >= 100)
        assert len(set(there.bodies)) == 100


def test_an_outage_of_cloudwatch_holds_nothing_up(tmp_path: Path) -> None:
    with around(tmp_path) as there:
        there.group.away = True
        there.send(*(line(f'{{"level":"error","msg":"{at}"}}') for at in range(200)))
        there.send(line("after"))
        until(lambda: "after" in there.bodies)
        assert len(there.bodies) == 201


def test_the_health_check_and_the_metrics_are_served(tmp_path: Path) -> None:
    with around(tmp_path) as there:
        there.send(line("hello"))
        until(lambda: there.bodies == ["hello"])
        assert "uptime_sec" in there.router.ask("/api/v1/uptime")
        until(lambda: metric(there.router.ask, 'output_proc_records_total{name="opensearch"}') == 1)
        assert metric(there.router.ask, 'output_dropped_records_total{name="opensearch"}') == 0
        assert metric(there.router.ask, 'output_chunk_available_capacity_percent{name="opensearch"}') > 99


def test_upstream_says_the_configuration_is_right(tmp_path: Path) -> None:
    text = (ROOTFS / "etc/groundwork.conf").read_text().replace("/fluent-bit/groundwork/", f"{ROOTFS}/groundwork/")
    (tmp_path / "fluent-bit.conf").write_text(text.replace("/fluent-bit/storage", str(tmp_path)))
    done = subprocess.run(
        [str(binary()), "--dry-run", "-c", tmp_path / "fluent-bit.conf"],
        capture_output=True,
        text=True,
        check=False,
        env=dict.fromkeys(("AOSS_HOST", "AWS_REGION", "SERVICE", "LOG_GROUP"), "x"),
    )
    assert (done.returncode, "configuration test is successful" in done.stderr) == (0, True), done.stderr


def metric(ask: Callable[[str], str], name: str) -> float:
    found = re.search(rf"^fluentbit_{re.escape(name)} (\S+)$", ask("/api/v2/metrics/prometheus"), re.MULTILINE)
    return float(found[1]) if found else -1


def case_name(case: Case) -> str:
    return re.sub("[^a-z0-9]+", "-", case.name.lower())


def repr_of(one: dict[str, object]) -> str:
    return repr(sorted(one.items()))
