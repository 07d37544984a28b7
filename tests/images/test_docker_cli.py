"""How docker is called, by a `docker` that writes down its arguments and environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from images.docker.cli import Docker
from images.ecr import Login
from images.errors import ExitCode, ImageError

DIGEST = f"sha256:{'a' * 64}"
PLAYED = """\
#!{python}
import json, os, subprocess, sys
from pathlib import Path
arguments = sys.argv[1:]
with Path({log!r}).open("a") as log:
    log.write(json.dumps([arguments, dict(os.environ)]) + "\\n")
if arguments[0] == "version":
    print(json.dumps({{"Os": "linux", "Arch": "amd64"}}))
elif arguments[0] == "context":
    print("unix:///from/the/context.sock")
elif arguments[:2] == ["buildx", "version"]:
    sys.exit(0 if {buildx} else 1)
elif arguments[:2] == ["image", "inspect"]:
    print(json.dumps([{{"Os": "linux", "Architecture": "arm64", "Config": {{"Labels": {{"a": "b"}}}}}}]))
elif arguments[0] == "push":
    print("v1: digest: {digest} size: 1")
"""
LOGIN = Login("registry.example.com", secure=True, user="AWS", password="very-secret")


class Played:
    """Where the played docker writes, and what it wrote."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._log = folder / "log"
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        monkeypatch.delenv("DOCKER_HOST", raising=False)

    def install(self, *, buildx: bool) -> None:
        program = self._folder / "docker"
        program.write_text(PLAYED.format(python=sys.executable, log=str(self._log), buildx=buildx, digest=DIGEST))
        program.chmod(0o755)

    @property
    def calls(self) -> list[tuple[list[str], dict[str, str]]]:
        return [tuple(json.loads(line)) for line in self._log.read_text().splitlines()]

    def call(self, name: str) -> tuple[list[str], dict[str, str]]:
        """The last call of this command."""
        return next(call for call in reversed(self.calls) if call[0][0] == name)


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Played(folder, monkeypatch)


def build(docker: Docker) -> None:
    docker.build(Path("/c"), reference="x:v1", platform="linux/arm64", labels={"a": "b"}, on_line=lambda _: None)


def test_buildx_builds_one_plain_image_into_the_engine(played: Played) -> None:
    played.install(buildx=True)
    build(Docker.find())
    arguments, _ = played.call("buildx")
    expected = ["buildx", "build", "--load", "--provenance=false", "--progress=plain", "--platform", "linux/arm64"]
    assert arguments == [*expected, "--tag", "x:v1", "--label", "a=b", "/c"]


def test_the_older_builder_is_told_the_platforms(played: Played) -> None:
    played.install(buildx=False)
    build(Docker.find())
    arguments, _ = played.call("build")
    assert "BUILDPLATFORM=linux/amd64" in arguments
    assert "TARGETARCH=arm64" in arguments


def test_an_image_that_came_out_for_another_processor_is_refused(played: Played) -> None:
    played.install(buildx=False)
    with pytest.raises(ImageError, match="another processor than linux/amd64") as caught:
        Docker.find().build(Path("/c"), reference="x", platform="linux/amd64", labels={"a": "b"}, on_line=print)
    assert caught.value.code is ExitCode.BUILD_FAILED


def test_the_token_is_on_no_command_line_and_in_no_file(played: Played, tmp_path: Path) -> None:
    played.install(buildx=False)
    client = tmp_path / "client"
    digest = Docker.find().push("registry.example.com/x:v1", login=LOGIN, client=client, on_line=lambda _: None)
    assert digest == DIGEST
    for arguments, _ in played.calls:
        assert LOGIN.password not in " ".join(arguments)
    for file in client.iterdir():
        assert LOGIN.password not in file.read_text()
        assert file.stat().st_mode & 0o077 == 0
    assert LOGIN.password not in repr(LOGIN)


def test_the_helper_answers_docker_with_the_token(played: Played, tmp_path: Path) -> None:
    played.install(buildx=False)
    client = tmp_path / "client"
    Docker.find().push("registry.example.com/x:v1", login=LOGIN, client=client, on_line=lambda _: None)
    _, environment = played.call("push")
    (helper,) = json.loads((client / "config.json").read_text())["credHelpers"].values()
    answer = subprocess.run(
        [f"docker-credential-{helper}", "get"],
        env=environment,
        executable=f"{client}/docker-credential-{helper}",
        input="registry.example.com",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == {"Username": "AWS", "Secret": LOGIN.password}


def test_a_push_goes_to_the_engine_of_the_users_own_context(played: Played, tmp_path: Path) -> None:
    played.install(buildx=False)
    Docker.find().push("x:v1", login=LOGIN, client=tmp_path / "client", on_line=lambda _: None)
    _, environment = played.call("push")
    assert environment["DOCKER_HOST"] == "unix:///from/the/context.sock"
    assert environment["DOCKER_CONFIG"] == str(tmp_path / "client")
