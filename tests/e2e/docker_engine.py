"""A Docker engine of the tests' own: no network, no firewall rules, and nothing left when they are done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = {
    "docker": "docker.io",
    "dockerd": "docker.io",
    "docker-registry": "docker-registry",
    "busybox": "busybox-static",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-alertmanager-0.28": "newer prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
}
START_SECONDS, STOP_SECONDS = 60.0, 20.0


def why_not() -> str | None:
    """Why no engine can run here, in one line; None if one can."""
    if os.geteuid() != 0:
        return "a Docker engine of our own needs root; CI has it"
    return _missing(PROGRAMS)


def why_no_promtool() -> str | None:
    """Why no alert and no dashboard can be tried here, in one line; None if they can."""
    return _missing(["promtool", "prometheus", "prometheus-alertmanager", "prometheus-alertmanager-0.28"])


def _missing(programs: Iterable[str]) -> str | None:
    packages = sorted({PROGRAMS[program] for program in programs if shutil.which(program) is None})
    return f"no {', '.join(packages)}: .ci/install-debian-packages installs them" if packages else None


@dataclass(frozen=True)
class Engine:
    """A running engine, and a folder for Docker's own configuration; every `docker` finds both by this environment."""

    host: str
    client: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {"DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.client)}

    def docker(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run a docker command, which must succeed."""
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **self.environment},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr.decode()}"
        return done.stdout.decode().strip()

    def logs(self, container: str) -> str:
        """What the container printed."""
        done = subprocess.run(
            ["docker", "logs", container],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout


@contextmanager
def running_engine(*, small_disk_mib: int | None = None) -> Iterator[Engine]:
    """Start one; with `small_disk_mib`, all that it stores has to fit in that."""
    # Not pytest's folder: a socket's path holds 108 characters.
    folder = Path(tempfile.mkdtemp(prefix="engine-"))
    data = folder / "data"
    data.mkdir()
    if small_disk_mib:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={small_disk_mib}m", "tmpfs", str(data)], check=True)
    host = f"unix://{folder}/docker.sock"
    command = ["dockerd", "--host", host, "--data-root", str(data), "--exec-root", str(folder / "exec")]
    command += ["--pidfile", str(folder / "pid"), "--bridge", "none", "--iptables=false", "--ip6tables=false"]
    command += ["--storage-driver", "vfs" if small_disk_mib else "overlay2", "--log-level", "warn"]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        engine = Engine(host, folder / "client")
        deadline = time.monotonic() + START_SECONDS
        while not _answers(engine):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dockerd did not start:\n{log.read_text()[-4000:]}")
            time.sleep(0.1)
        yield engine
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if small_disk_mib:
            subprocess.run(["umount", str(data)], check=False)
        with suppress(OSError):
            shutil.rmtree(folder)


def _answers(engine: Engine) -> bool:
    environment = {**os.environ, **engine.environment}
    return subprocess.run(["docker", "version"], env=environment, capture_output=True, check=False).returncode == 0
