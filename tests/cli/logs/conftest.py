"""The shop's dev environment on an embedded AWS, with logs in both places."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from modules.logging.aoss_policy import data_policy, encryption_policy
from tests.cli.commands import Groundwork, groundwork_in
from tests.cli.logs.collection_server import Collection, collection_server
from tests.synthesis import Checkout

READER = "arn:aws:iam::123456789012:role/developers"
TASK = "0123456789abcdef0123456789abcdef"
SERVICES = """\
kind: internal
health_check: none
port: 8080
image: public.ecr.aws/docker/library/busybox:1.37.0
logs: {destination: %s}
"""


@dataclass(frozen=True)
class Aws:
    """The embedded AWS, as a person's command and as its own clients see it."""

    endpoint: Endpoint
    clients: dict[str, Any] = field(default_factory=dict)  # to make one takes longer than to ask it

    def client(self, service: str) -> Any:
        if service not in self.clients:
            session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-1")
            self.clients[service] = session.client(service, endpoint_url=self.endpoint.url)  # type: ignore[call-overload]
        return self.clients[service]

    def empty(self) -> None:
        """Remove what a test has made; a reset of the server would take longer than a test."""
        logs, aoss, ec2 = self.client("logs"), self.client("opensearchserverless"), self.client("ec2")
        for group in logs.describe_log_groups()["logGroups"]:
            logs.delete_log_group(logGroupName=group["logGroupName"])
        for collection in aoss.list_collections()["collectionSummaries"]:
            aoss.delete_collection(id=collection["id"])
        for policy in aoss.list_security_policies(type="encryption")["securityPolicySummaries"]:
            aoss.delete_security_policy(name=policy["name"], type="encryption")
        for policy in aoss.list_access_policies(type="data")["accessPolicySummaries"]:
            aoss.delete_access_policy(name=policy["name"], type="data")
        for reservation in ec2.describe_instances()["Reservations"]:
            ec2.terminate_instances(InstanceIds=[one["InstanceId"] for one in reservation["Instances"]])

    def write(
        self, service: str, *lines: tuple[int, str], container: str = "", task: str = TASK, infrequent: bool = False
    ) -> None:
        """Put lines of one container into a service's log group, each at its time in milliseconds."""
        logs, group = self.client("logs"), f"/dev/services/{service}{'/infrequent' if infrequent else ''}"
        stream = f"task/{container or service}/{task}"
        log_class = "INFREQUENT_ACCESS" if infrequent else "STANDARD"
        for make, names in (
            (logs.create_log_group, {"logGroupName": group, "logGroupClass": log_class}),
            (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
        ):
            with suppress(logs.exceptions.ResourceAlreadyExistsException):
                make(**names)
        events = [{"timestamp": at, "message": line} for at, line in lines]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def make_collection(self, service: str, *readers: str) -> str:
        """A collection with its policies as the stacks make them; its host."""
        aoss, name = self.client("opensearchserverless"), f"dev-{service}"
        policy = encryption_policy(name, key_arn=None)
        aoss.create_security_policy(name=name, type="encryption", policy=policy)
        if readers:
            task = f"arn:aws:iam::123456789012:role/{name}-task"
            access = data_policy(name, service=service, writers=[task], readers=readers)
            aoss.create_access_policy(name=name, type="data", policy=access)
        id_ = aoss.create_collection(name=name, type="TIMESERIES")["createCollectionDetail"]["id"]
        return f"{id_}.eu-west-1.aoss.amazonaws.com"


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    directory = tmp_path_factory.mktemp("aws")
    try:
        yield Aws(launcher.start(directory=directory))
    finally:
        launcher.stop(directory=directory)


@pytest.fixture
def aws(running: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """Without logs and collections, and where every AWS client of this process is led."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running.endpoint.environment({}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    running.empty()
    return running


@pytest.fixture
def shop(checkout: Checkout) -> Checkout:
    """`parcels` and `letters` log to CloudWatch, the latter at half the price, `invoices` to OpenSearch; all run."""
    letters = SERVICES.replace("%s", "cloudwatch, log_class: infrequent-access")
    checkout.write("service_configs/letters.yaml", letters)
    checkout.write("service_configs/parcels.yaml", SERVICES % "cloudwatch")
    checkout.write("service_configs/invoices.yaml", SERVICES % "opensearch")
    return checkout


@pytest.fixture
def groundwork(
    aws: Aws, shop: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Groundwork:
    return groundwork_in(shop.root, monkeypatch, capsys)


@pytest.fixture(scope="package")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def collection(certificates: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    """The data of every collection, whose certificate this process trusts."""
    with collection_server(certificates) as server:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(server.certificate))
        yield server
