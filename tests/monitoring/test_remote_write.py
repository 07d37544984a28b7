"""What a real Prometheus sends to Amazon Managed Service for Prometheus, by the rendered configuration."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.models.environment.environment import Environment
from modules.monitoring.policies import remote_write as right
from monitoring.external_labels import replica_label
from monitoring.remote_write import remote_write
from tests.monitoring.listener import listening
from tests.monitoring.test_scrape_limits import exporting, prometheus
from tests.settings import ACCOUNT, an_environment

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
def test_a_real_replica_says_which_it_is_and_of_which_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace takes the samples of one replica of a cluster at a time, by these two labels."""
    monkeypatch.setenv("HOSTNAME", "ip-10-0-0-7")
    replicas = an_environment(monitoring={"remote_write": {"workspace_id": WORKSPACE}, "replicas": 2})
    flag = ("sh", "-c", 'exec "$@" --enable-feature=expand-external-labels', "sh")  # Prometheus 3 has it without
    with ExitStack() as stack:
        workspace = stack.enter_context(listening())
        address = stack.enter_context(exporting(1))
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workspace is a server on this machine; the body is compressed, but a first name stands in it as it is.

    Debian's build asks for credentials and leaves out the signature, which is not looked at therefore.
    """
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    with ExitStack() as stack:
        workspace = stack.enter_context(listening())
        address = stack.enter_context(exporting(1))
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
