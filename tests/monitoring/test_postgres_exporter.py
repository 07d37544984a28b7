"""The PostgreSQL exporter with the queries of its image: Debian's exporter asks a real PostgreSQL, by TLS."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from config.models.monitoring.postgres_exporter import HEALTH_CHECK, POSTGRES_EXPORTER_PORT
from tests.monitoring.exported import OF_POSTGRES
from tests.monitoring.real_exporters import QUERIES, postgres_exporter, samples
from tests.monitoring.used_metrics import used
from tests.postgres_server import HOST, USER, Server, debians_postgres, running_postgres, until
from tests.synthesis import ROOT

pytestmark = pytest.mark.promtool

IMAGE = ROOT / "docker/postgres-exporter"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_postgres(debians_postgres(), superuser=USER) as running:
        yield running


def figures(address: str) -> dict[tuple[str, str], float]:
    """Return every value by its metric, and by its labels but the server's."""
    found = samples(f"http://{address}/metrics")
    return {(name, re.sub(r',?server="[^"]*"', "", own).lstrip(",")): value for (name, own), value in found.items()}


def test_every_figure_of_alerts_and_graphs_is_in_its_answer(server: Server, tmp_path: Path) -> None:
    server.sql("CREATE TABLE orders (id int) WITH (autovacuum_enabled = false)")
    server.sql("INSERT INTO orders SELECT generate_series(1, 1000)")
    server.count("orders", dead=0, live=1000)
    with postgres_exporter(server, tmp_path) as address:
        found = figures(address)
    assert used("pg_")
    assert used("postgres_")
    assert used("pg_", "postgres_") <= {name for name, _ in found}
    assert {(name, labels) for name, labels in OF_POSTGRES.items()} <= found.keys(), "what the other tests take for it"
    asked = {f"{name}_{column}" for name, its in queries().items() for columns in its["metrics"] for column in columns}
    labels = {"postgres_sessions_state", "postgres_table_schema", "postgres_table_table"}
    assert asked - labels == OF_POSTGRES.keys() - {"pg_up"}, "what nobody looks at costs a query"
    assert {name for (name, _), value in found.items() if "error" in name and value} == set()


def queries() -> dict[str, dict[str, list[dict[str, object]]]]:
    read: dict[str, dict[str, list[dict[str, object]]]] = yaml.safe_load(QUERIES.read_text())
    return read


def test_it_sees_who_waits_for_a_lock_and_how_old_transactions_and_queries_are(server: Server, tmp_path: Path) -> None:
    server.sql("CREATE TABLE accounts (id int)")
    hold = "BEGIN; LOCK TABLE accounts; SELECT pg_sleep(600) -- held"
    with postgres_exporter(server, tmp_path) as address:
        assert figures(address)["postgres_locks_waiting", ""] == 0
        with server.session(hold):
            until(lambda: figures(address)["postgres_longest_query_seconds", ""] > 0)
            with server.session("SELECT count(*) FROM accounts -- held"):
                until(lambda: figures(address)["postgres_locks_longest_wait_seconds", ""] > 1)
                found = figures(address)
        until(lambda: figures(address)["postgres_locks_waiting", ""] == 0)
    assert found["postgres_locks_waiting", ""] == 1
    assert found["postgres_sessions_count", 'state="active"'] >= 2
    assert found["postgres_longest_transaction_seconds", ""] > found["postgres_locks_longest_wait_seconds", ""]


def test_it_counts_dead_rows_until_vacuum_has_been_there(server: Server, tmp_path: Path) -> None:
    carts = 'schema="public",table="carts"'
    server.sql("CREATE TABLE carts (id int) WITH (autovacuum_enabled = false)")
    server.sql("INSERT INTO carts SELECT generate_series(1, 1000)")
    server.sql("DELETE FROM carts WHERE id <= 600")
    for dead in (600, 0):  # each exporter keeps what it has found for five minutes
        server.count("carts", dead=dead, live=400)
        with postgres_exporter(server, tmp_path) as address:
            found = figures(address)
        assert found["postgres_table_dead_rows", carts] == dead
        assert found["postgres_table_live_rows", carts] == 400
        server.sql("VACUUM carts")


def test_the_check_of_ecs_passes_while_it_is_logged_in_and_fails_with_an_old_password(
    server: Server, tmp_path: Path
) -> None:
    def check(address: str) -> int:
        form, command = HEALTH_CHECK.container_command
        assert form == "CMD-SHELL"
        own = command.replace(f"{HOST}:{POSTGRES_EXPORTER_PORT}", address)
        assert own != command
        return subprocess.run(["/bin/sh", "-c", own], check=False).returncode

    with postgres_exporter(server, tmp_path) as address:
        assert check(address) == 0
    with postgres_exporter(server, tmp_path, password="of-last-week") as address:
        assert check(address) != 0
        found = figures(address)
        assert found["pg_up", ""] == 0
        assert not {name for name, _ in found if name.startswith("postgres_table")}


def test_the_image_loads_the_queries_and_listens_where_prometheus_asks() -> None:
    dockerfile = (IMAGE / "Dockerfile").read_text()
    assert f"--extend.query-path=/{QUERIES.relative_to(IMAGE / 'rootfs')}" in dockerfile
    assert f"EXPOSE {POSTGRES_EXPORTER_PORT}" in dockerfile
