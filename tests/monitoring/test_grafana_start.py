"""What runs in Grafana's task: start.sh, by a real shell, provisions the collections of logs that it is told of."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitoring import grafana
from tests.images.conftest import contexts
from tests.synthesis import ROOT, SHOP

START = ROOT / "docker/grafana/rootfs/etc/grafana/start.sh"
# dash is Debian's; busybox is what the image has.
SHELLS = [shell for shell in ("dash", "busybox sh", "bash --posix") if shutil.which(shell.split()[0])]
HOST = "{}.eu-west-1.aoss.amazonaws.com"


class Container:
    """Folders as the image has them, and what has been provisioned when Grafana's own run.sh is reached."""

    def __init__(self, folder: Path) -> None:
        self._image, self._data = folder / "image", folder / "data"
        for file in contexts(SHOP)["grafana"].files:
            if file.path.startswith("rootfs/"):
                path = self._image / file.path.removeprefix("rootfs/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.content)
        self._run = folder / "run.sh"
        self._run.write_text('#!/bin/sh\necho "$GF_PATHS_PROVISIONING $*"\n')
        self._run.chmod(0o755)
        self._data.mkdir()

    def start(self, shell: str, collections: str | None) -> subprocess.CompletedProcess[str]:
        """As the entrypoint does; without LOGS_COLLECTIONS for None."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "GF_PATHS_DATA": str(self._data),
            "GF_PATHS_PROVISIONING": str(self._image / "etc/grafana/provisioning"),
            "LOGS_TEMPLATE": str(self._image / grafana.LOGS_SOURCE.lstrip("/")),
            "GRAFANA_RUN": str(self._run),
        }
        if collections is not None:
            environment["LOGS_COLLECTIONS"] = collections
        return subprocess.run(
            [*shell.split(), str(START), "--flag"], env=environment, capture_output=True, text=True, check=False
        )

    def provisioned(self) -> dict[str, Any]:
        """Every data source that Grafana would find, by its uid."""
        files = sorted((self._data / "provisioning/datasources").iterdir())
        assert [file.name for file in files] == ["logs.yaml", "platform.yaml"]
        documents = [YAML(typ="safe").load(file) for file in files]
        assert all(document["apiVersion"] == 1 and document["prune"] for document in documents)
        sources = [source for document in documents for source in document["datasources"] or ()]
        return {source["uid"]: source for source in sources}


@pytest.fixture
def container(tmp_path: Path) -> Container:
    return Container(tmp_path)


@pytest.mark.parametrize("shell", SHELLS)
def test_each_collection_is_a_data_source_beside_those_of_the_image(container: Container, shell: str) -> None:
    names = ("orders", "store-front2")
    done = container.start(shell, " ".join(f"{name}={HOST.format(name[:3] + '0x')}" for name in names))
    assert (done.returncode, done.stderr) == (0, "")
    found = container.provisioned()
    assert found.keys() == {"prometheus", "alertmanager", "cloudwatch", "logs-orders", "logs-store-front2"}
    assert found["logs-store-front2"] == {
        "name": "Logs of store-front2",
        "uid": "logs-store-front2",
        "type": "grafana-opensearch-datasource",
        "access": "proxy",
        "editable": False,
        "url": "https://sto0x.eu-west-1.aoss.amazonaws.com",
        "jsonData": {
            "serverless": True,
            "flavor": "opensearch",
            "version": "1.0.0",
            "pplEnabled": True,
            "database": "store-front2-*",
            "timeField": "@timestamp",
            "logMessageField": "body",
            "logLevelField": "severity_text",
            "sigV4Auth": True,
            "sigV4AuthType": "default",
            "sigV4Region": "eu-west-1",
        },
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_grafana_is_run_with_the_whole_of_its_provisioning_and_its_arguments(container: Container, shell: str) -> None:
    done = container.start(shell, "orders=a.eu-west-1.aoss.amazonaws.com")
    provisioning, arguments = done.stdout.split()
    assert arguments == "--flag"
    below = {path.relative_to(provisioning).as_posix() for path in Path(provisioning).rglob("*") if path.is_file()}
    assert below == {"datasources/logs.yaml", "datasources/platform.yaml", "dashboards/platform.yaml"}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("collections", [None, "", " "])
def test_without_a_collection_there_is_no_source_of_logs(
    container: Container, shell: str, collections: str | None
) -> None:
    assert container.start(shell, collections).returncode == 0
    assert container.provisioned().keys() == {"prometheus", "alertmanager", "cloudwatch"}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_collection_that_is_gone_is_forgotten_when_it_starts_again(container: Container, shell: str) -> None:
    container.start(shell, "orders=a.aoss.amazonaws.com mailer=b.aoss.amazonaws.com")
    container.start(shell, "mailer=b.aoss.amazonaws.com")
    assert "logs-orders" not in container.provisioned()
    assert "logs-mailer" in container.provisioned()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "wrong", ["orders", "orders=", "=host", "Orders=host", "or/ders=host", "orders=ho&st", "orders=$(id)", "*=host"]
)
def test_what_is_no_collection_is_refused_before_grafana_runs(container: Container, shell: str, wrong: str) -> None:
    done = container.start(shell, f"mailer=b.aoss.amazonaws.com {wrong}")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"LOGS_COLLECTIONS: {wrong}: must be service=host\n"
