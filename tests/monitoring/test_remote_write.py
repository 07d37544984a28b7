"""What a real Prometheus sends to Amazon Managed Service for Prometheus, by the rendered configuration."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.models.environment.environment import Environment
from config.models.environment.platform_service import prometheus as prometheus_service
from modules.monitoring.policies import remote_write as right
from monitoring.external_labels import replica_label
from monitoring.remote_write import WORKSPACE as TO_BE_FILLED_IN
from monitoring.remote_write import remote_write
from monitoring.yaml_text import yaml_text
from tests.monitoring.conftest import Expose
from tests.monitoring.exported import promtool
from tests.monitoring.listener import listening
from tests.monitoring.test_scrape_limits import many, prometheus
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import ROOT

START = ROOT / "docker/prometheus/rootfs/etc/prometheus/start.sh"
SHELLS = [shell for shell in ("dash", "busybox sh", "bash --posix") if shutil.which(shell.split()[0])]
WORKSPACE = "ws-12345678-1234-1234-1234-123456789012"
PATH = f"/workspaces/{WORKSPACE}/api/v1/remote_write"


def sending(*metrics: str) -> Environment:
    return an_environment(monitoring={"remote_write": {"workspace_id": WORKSPACE, "metrics": metrics}})


def test_without_the_field_nothing_is_sent() -> None:
    assert remote_write(an_environment()) == {}


def test_all_is_sent_where_no_metric_is_named() -> None:
    (target,) = remote_write(sending())["remote_write"]
    assert urlsplit(target["url"]).netloc == "aps-workspaces.eu-west-1.amazonaws.com"
    assert target["sigv4"] == {"region": "eu-west-1"}
    assert "write_relabel_configs" not in target


def test_prometheus_may_write_to_that_workspace_and_read_none() -> None:
    statement = right(sending(), WORKSPACE)
    assert statement["Action"] == ["aps:RemoteWrite"]
    assert statement["Resource"] == [f"arn:aws:aps:eu-west-1:{ACCOUNT}:workspace/{WORKSPACE}"]


@pytest.mark.promtool
def test_a_real_replica_says_which_it_is_and_of_which_cluster(
    expose: Expose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workspace takes the samples of one replica of a cluster at a time, by these two labels."""
    monkeypatch.setenv("HOSTNAME", "ip-10-0-0-7")
    replicas = an_environment(monitoring={"remote_write": {"workspace_id": WORKSPACE}, "replicas": 2})
    flag = ("sh", "-c", 'exec "$@" --enable-feature=expand-external-labels', "sh")  # Prometheus 3 has it without
    with ExitStack() as stack:
        workspace = stack.enter_context(listening())
        address = expose(many(1))
        (target,) = remote_write(replicas)["remote_write"]
        del target["sigv4"]
        config = {
            "global": {"external_labels": replica_label(replicas)},
            "scrape_configs": [
                {"job_name": "app", "static_configs": [{"targets": [address]}], "scrape_interval": "1s"}
            ],
            "remote_write": [target | {"url": workspace.url}],
        }
        stack.enter_context(prometheus(config, tmp_path, under=flag))
        body = workspace.next().body
    for said in (b"__replica__", b"ip-10-0-0-7", b"cluster", b"test"):
        assert said in body
    assert b"\x07replica" not in body, "a label of its own would be a series of its own"


@pytest.mark.promtool
def test_a_real_prometheus_sends_what_is_named_and_nothing_else(
    expose: Expose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workspace is a server on this machine; the body is compressed, but a first name stands in it as it is.

    Debian's build asks for credentials and leaves out the signature, which is not looked at therefore.
    """
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    with ExitStack() as stack:
        workspace = stack.enter_context(listening())
        address = expose(many(1))
        (target,) = remote_write(sending("requests_total"))["remote_write"]
        config = {
            "scrape_configs": [
                {"job_name": "app", "static_configs": [{"targets": [address]}], "scrape_interval": "1s"}
            ],
            "remote_write": [target | {"url": workspace.url + urlsplit(target["url"]).path}],
        }
        stack.enter_context(prometheus(config, tmp_path))
        bodies = b""
        while b"requests_total" not in bodies:
            sent = workspace.next()
            assert sent.path == PATH
            assert sent.headers["Content-Encoding"] == "snappy"
            bodies += sent.body
        assert b"scrape_samples_scraped" not in bodies


def of_its_own() -> Environment:
    return an_environment(monitoring={"remote_write": {}})


def start(shell: str, folder: Path, workspace: str | None, program: str) -> subprocess.CompletedProcess[str]:
    """Run what its task runs; `program` stands in for Prometheus, and prints what it was given."""
    (folder / "program").write_text(f"#!/bin/sh\n{program}\n")
    (folder / "program").chmod(0o755)
    environment = {
        "PATH": "/usr/bin:/bin",
        "CONFIG_TEMPLATE": str(folder / "template.yml"),
        "CONFIG_FILE": str(folder / "prometheus.yml"),
        "PROMETHEUS": str(folder / "program"),
        **({"WORKSPACE_ID": workspace} if workspace is not None else {}),
    }
    command = [*shell.split(), str(START), "--flag"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.promtool
@pytest.mark.parametrize("shell", SHELLS)
def test_prometheus_starts_with_the_id_of_its_own_workspace_where_nobody_knew_it(shell: str, tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_bytes(yaml_text(remote_write(of_its_own()), comment="for a test"))
    assert TO_BE_FILLED_IN in (tmp_path / "template.yml").read_text()
    done = start(shell, tmp_path, WORKSPACE, 'cat "$CONFIG_FILE"; echo "$@"')
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{yaml_text(remote_write(sending()), comment='for a test').decode()}--flag\n"
    promtool("check", "config", "--syntax-only", str(tmp_path / "template.yml"))  # as the image's build does


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("wrong", [None, "", "ws-", "workspace", "ws-1/../2", "ws-12$(id)", "ws-1&2", "xws-12"])
def test_what_is_no_workspace_is_refused_before_prometheus_runs(shell: str, wrong: str | None, tmp_path: Path) -> None:
    (tmp_path / "template.yml").touch()
    done = start(shell, tmp_path, wrong, "echo it ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"WORKSPACE_ID: {wrong or ''}: must be the id of a workspace, ws- and its digits\n"


def test_only_an_environment_with_a_workspace_of_its_own_starts_by_the_script() -> None:
    own, named = (prometheus_service(environment, "v1") for environment in (of_its_own(), sending()))
    assert own.entrypoint == ("/bin/sh", f"/{START.relative_to(ROOT / 'docker/prometheus/rootfs')}")
    assert "--config.file=/prometheus/prometheus.yml" in own.command, "its root is read-only, but for its disk"
    assert named.entrypoint == ()
    assert "--config.file=/etc/prometheus/prometheus.yml" in named.command
