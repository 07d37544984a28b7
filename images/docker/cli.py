"""Docker's own command line: building and pushing."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from images.docker.errors import explain
from images.ecr import Login
from images.errors import ExitCode, ImageError

OnLine = Callable[[str], None]

PUSHED = re.compile(r"\bdigest: (sha256:[0-9a-f]{64})\b")

# Asked by Docker for a password. It answers from its own environment: no token is ever on disk or on a command line,
# so that nothing is left behind however the process ends.
# https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol
HELPER = "groundwork-env"
USER_VARIABLE, PASSWORD_VARIABLE = "GROUNDWORK_REGISTRY_USER", "GROUNDWORK_REGISTRY_PASSWORD"
HELPER_SCRIPT = f"""\
#!/bin/sh
[ "$1" = get ] || exit 0
cat >/dev/null
printf '{{"Username":"%s","Secret":"%s"}}' "${USER_VARIABLE}" "${PASSWORD_VARIABLE}"
"""


@dataclass(frozen=True)
class Docker:
    """An engine that answers. `host` is where: a push has a configuration of its own, without the user's contexts."""

    host: str
    platform: str
    buildx: bool

    @classmethod
    def find(cls) -> Docker:
        """Return the engine that `docker` talks to for this user."""
        try:
            version = _run(["docker", "version", "--format", "{{json .Server}}"])
            host = _run(["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])
        except FileNotFoundError as error:
            raise ImageError(
                ExitCode.NO_ENGINE, "there is no `docker` command", fix="install Docker: https://docs.docker.com/engine"
            ) from error
        server = json.loads(version.stdout) if version.returncode == 0 else None
        if not server:
            raise explain(version.stderr or version.stdout, "reach the Docker engine", ExitCode.NO_ENGINE)
        return cls(
            host=os.environ.get("DOCKER_HOST") or host.stdout.strip(),
            platform=f"{server['Os']}/{server['Arch']}",
            buildx=_run(["docker", "buildx", "version"]).returncode == 0,
        )

    def label(self, reference: str, name: str, *, platform: str) -> str | None:
        """Return a label of the local image of this platform, or None if there is no such image or label."""
        found = _run(["docker", "image", "inspect", reference])
        if found.returncode != 0:
            return None
        (image,) = json.loads(found.stdout)
        if f"{image['Os']}/{image['Architecture']}" != platform:
            return None
        return dict(image["Config"]["Labels"] or {}).get(name)

    def build(
        self, context: Path, *, reference: str, platform: str, labels: Mapping[str, str], on_line: OnLine
    ) -> None:
        """Build for one platform, into the engine's own store. The user's own logins serve to pull the base.

        The older builder has to be told what BuildKit knows by itself (BUILDPLATFORM and the like).
        """
        buildx = ["buildx", "build", "--load", "--provenance=false", "--progress=plain"]
        command = ["docker", *(buildx if self.buildx else ["build"]), "--platform", platform, "--tag", reference]
        if not self.buildx:
            system, architecture = platform.split("/")
            known = {"BUILDPLATFORM": self.platform, "TARGETPLATFORM": platform}
            known |= {"TARGETOS": system, "TARGETARCH": architecture}
            for name, value in known.items():
                command += ["--build-arg", f"{name}={value}"]
        for name, value in sorted(labels.items()):
            command += ["--label", f"{name}={value}"]
        status, output = _stream([*command, str(context)], dict(os.environ), on_line)
        if status != 0:
            raise explain(output, f"build {reference}", ExitCode.BUILD_FAILED)
        if any(self.label(reference, name, platform=platform) != value for name, value in labels.items()):
            raise ImageError(
                ExitCode.BUILD_FAILED,
                f"{reference} came out for another processor than {platform}",
                fix="install Docker's buildx, or build for one platform: --platform",
            )

    def push(self, reference: str, *, login: Login, client: Path, on_line: OnLine) -> str:
        """Push and return the digest. `client` is a folder for Docker's configuration, which holds no secret."""
        _write_client(client, login.host)
        environment = {
            **os.environ,
            "DOCKER_CONFIG": str(client),
            "DOCKER_HOST": self.host,
            "PATH": f"{client}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            USER_VARIABLE: login.user,
            PASSWORD_VARIABLE: login.password,
        }
        status, output = _stream(["docker", "push", reference], environment, on_line)
        digest = PUSHED.search(output)
        if status != 0 or digest is None:
            raise explain(output, f"push {reference}", ExitCode.PUSH_FAILED)
        return digest[1]


def _write_client(folder: Path, host: str) -> None:
    """Write two files of constant content: pushes at the same moment do not disturb each other."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "config.json": (json.dumps({"credHelpers": {host: HELPER}}), 0o600),
        f"docker-credential-{HELPER}": (HELPER_SCRIPT, 0o700),
    }
    for name, (text, mode) in files.items():
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        written = folder / f".{name}.{os.getpid()}"
        written.write_text(text)
        written.chmod(mode)
        written.replace(path)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def _stream(command: list[str], environment: dict[str, Any], on_line: OnLine) -> tuple[int, str]:
    """Run and hand on each line as it comes; the exit status and all that was printed."""
    lines = []
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101  asked for above
        for line in process.stdout:
            lines.append(line)
            on_line(line.rstrip())
    return process.returncode, "".join(lines)
