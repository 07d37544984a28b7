"""Debian's PostgreSQL, run for tests: with passwords and TLS, on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

HOST, USER, PASSWORD, OWNER = "127.0.0.1", "app", "p@ss/w:rd?", "postgres"
PATIENCE_S = 60


@dataclass(frozen=True)
class Server:
    """A PostgreSQL, where its programs and its log are, and whom a session logs in as."""

    port: int
    programs: Path
    log: Path
    user: str
    password: str = PASSWORD
    database: str = USER

    @property
    def variables(self) -> dict[str, str]:
        """What PostgreSQL's programs read, with a PATH to them."""
        where = {"PGHOST": HOST, "PGPORT": str(self.port), "PGDATABASE": self.database, "PGSSLMODE": "require"}
        path = f"{self.programs}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, **where, "PGUSER": self.user, "PGPASSWORD": self.password}

    def logged_in_as(self, user: str, password: str, database: str = USER) -> Server:
        """Return this server with other sessions."""
        return replace(self, user=user, password=password, database=database)

    def sql(self, statement: str, *, wait: bool = True) -> subprocess.Popen[str]:
        """Run a statement in a session of its own."""
        session = subprocess.Popen(
            ["psql", "-v", "ON_ERROR_STOP=1", "-qAtc", statement],
            env=self.variables,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if wait:
            _, errors = session.communicate(timeout=PATIENCE_S)
            assert session.returncode == 0, errors
        return session

    def answer(self, statement: str) -> str:
        """Return what a statement answers."""
        session = self.sql(statement, wait=False)
        said, errors = session.communicate(timeout=PATIENCE_S)
        assert session.returncode == 0, errors
        return said.strip()

    def refusal(self, statement: str) -> str:
        """Return why PostgreSQL refuses a statement."""
        session = self.sql(statement, wait=False)
        said, errors = session.communicate(timeout=PATIENCE_S)
        assert session.returncode != 0, said
        return errors.strip()

    def count(self, table: str, *, dead: int, live: int) -> None:
        """Wait until PostgreSQL's own statistics have the rows: a session reports when it has ended."""
        counted = f"SELECT n_dead_tup, n_live_tup FROM pg_stat_user_tables WHERE relname = '{table}'"
        until(lambda: self.answer(counted) == f"{dead}|{live}")

    @contextmanager
    def session(self, statement: str) -> Iterator[None]:
        """Keep a statement running, and end its session with PostgreSQL's own means."""
        session = self.sql(statement, wait=False)
        try:
            yield
        finally:
            held = "pid <> pg_backend_pid() AND query LIKE '%-- held'"
            self.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {held}")
            session.communicate(timeout=PATIENCE_S)


@contextmanager
def running_postgres(programs: Path, *, superuser: str, **settings: str) -> Iterator[Server]:
    """Run a PostgreSQL with an empty database; its own user owns its folder, for it refuses to run as root."""
    as_owner = ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups") if os.geteuid() == 0 else ()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
        files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
        subprocess.run([*openssl, *files], check=True, capture_output=True)
        (folder / "key.pem").chmod(0o600)
        if as_owner:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, OWNER, OWNER)
        made = ["-D", str(folder / "data"), "-U", superuser, "--auth=scram-sha-256", f"--pwfile={folder}/password"]
        subprocess.run([*as_owner, programs / "initdb", *made], check=True, capture_output=True, cwd=folder)
        own = {"listen_addresses": HOST, "ssl": "on", "ssl_cert_file": folder / "cert.pem"}
        own |= {"ssl_key_file": folder / "key.pem", "unix_socket_directories": folder, "fsync": "off"}
        flags = [part for key, value in {**own, **settings}.items() for part in ("-c", f"{key}={value}")]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*as_owner, programs / "postgres", "-D", folder / "data", "-p", str(port), *flags],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
            try:
                server = Server(port, programs, folder / "log", superuser)
                ready = [str(programs / "pg_isready"), "-q"]
                until(lambda: subprocess.run(ready, check=False, env=server.variables).returncode == 0)
                subprocess.run([programs / "createdb", USER], check=True, env=server.variables)
                yield server
            finally:
                process.send_signal(signal.SIGINT)  # it waits for no session
                process.wait(PATIENCE_S)


def debians_postgres() -> Path:
    """Return the folder of the programs of the newest PostgreSQL that Debian's packages have installed."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with closing(socket.socket()) as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def until(ready: Callable[[], bool]) -> None:
    """Wait until this is so."""
    last = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < last
        time.sleep(0.1)
