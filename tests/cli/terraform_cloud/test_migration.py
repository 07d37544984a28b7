"""States on their way from S3 to Terraform Cloud and back: to the byte, and nobody works on what was left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cli.errors import CommandError
from cli.state.commands import refuse_orphans
from cli.terraform.locks import holder_is_gone, read_lock
from cli.terraform.synthesized import SynthesizedApp
from cli.terraform_cloud.bucket import Bucket
from cli.terraform_cloud.connection import connect
from cli.terraform_cloud.migration import Direction, move
from cli.terraform_cloud.store import TerraformCloudStates
from cli.terraform_cloud.workspace_states import WorkspaceStates
from config.models.deploy_target import DeployTarget
from tests.terraform_cloud.fixtures import settings_for
from tests.terraform_cloud.server import TerraformCloudServer

pytestmark = pytest.mark.long

BUCKET = "acme-dev-terraform-state"
NETWORK, EDGE = "dev-network", "dev-edge"


def state(serial: int, lineage: str = "one", **more: Any) -> bytes:
    return json.dumps(
        {"version": 4, "serial": serial, "lineage": lineage, "outputs": {}, "resources": []} | more
    ).encode()


class Both:
    """The bucket and the workspaces of one environment."""

    def __init__(self, s3: Any, cloud: TerraformCloudServer, place: DeployTarget, program: SynthesizedApp) -> None:
        self.s3, self.cloud, self.program = s3, cloud, program
        self.connection = connect(settings_for(cloud, execution="local"))
        self.states = TerraformCloudStates(self.connection, place)
        list(self.states.bootstrap(program))
        self.bucket = Bucket(s3, BUCKET, "dev")

    def put(self, stack: str, content: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=self.bucket.key(stack), Body=content)

    def in_s3(self, stack: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=BUCKET, Key=self.bucket.key(stack))["Body"].read()
        return body

    def in_cloud(self, stack: str) -> bytes:
        return self.cloud.api.state_versions[self.cloud.api.workspace(stack).states[-1]].content

    def move(self, direction: Direction, *stacks: str) -> list[str]:
        workspaces = WorkspaceStates(self.connection, self.states.workspaces.all())
        return list(move(self.bucket, workspaces, direction, list(stacks)))


@pytest.fixture
def both(
    cloud: TerraformCloudServer, cloud_place: DeployTarget, program: SynthesizedApp, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Both]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        s3: Any = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        made = Both(s3, cloud, cloud_place, program)
        yield made
        made.connection.close()


def test_there_and_back_again_the_bytes_are_the_same(both: Both) -> None:
    both.put(NETWORK, state(7))
    said = both.move(Direction.TERRAFORM_CLOUD, NETWORK, EDGE)
    assert said == [
        f"{NETWORK}: serial 7 copied to workspace {NETWORK}",
        f"{EDGE}: nothing in s3://{BUCKET}/dev/edge.tfstate",
    ]
    assert both.in_cloud(NETWORK) == both.in_s3(NETWORK) == state(7)
    assert both.cloud.api.workspace(NETWORK).lock_reason is None

    newer = state(8, outputs={"id": {"type": "string", "value": "vpc-1"}})
    both.cloud.api.state_versions[both.cloud.api.workspace(NETWORK).states[-1]].content = newer
    assert both.move(Direction.S3, NETWORK) == [f"{NETWORK}: serial 8 copied to s3://{BUCKET}/dev/network.tfstate"]
    assert both.in_s3(NETWORK) == newer
    assert both.cloud.api.workspace(NETWORK).lock_reason == (
        f"moved: its state is now in s3://{BUCKET}/dev/network.tfstate"
    )
    assert not both.bucket.is_moved(NETWORK)


def test_a_second_time_copies_nothing(both: Both) -> None:
    both.put(NETWORK, state(7))
    both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    versions = len(both.cloud.api.state_versions)
    assert both.move(Direction.TERRAFORM_CLOUD, NETWORK) == [f"{NETWORK}: serial 7 is already in workspace {NETWORK}"]
    assert len(both.cloud.api.state_versions) == versions


def test_what_was_left_behind_is_locked_for_whoever_has_an_older_checkout(both: Both) -> None:
    both.put(NETWORK, state(7))
    both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    (stack,) = [each for each in both.program.stacks if each.id == NETWORK]
    backend = {"bucket": BUCKET, "key": "dev/network.tfstate", "region": "eu-west-1"}
    stack.__dict__["code"] = {"terraform": {"backend": {"s3": backend}}}  # as that checkout has it
    lock = read_lock(both.s3, stack)
    assert lock
    assert lock.is_moved
    assert lock.operation == "its state has been moved by groundwork state migrate"
    assert not holder_is_gone(lock, host=lock.host, running=[])


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (state(3, "another"), "holds another state, with another lineage"),
        (state(9), "holds a newer state .serial 9. than what should be copied over it .serial 7."),
        (state(7, outputs={"id": {"type": "string", "value": "x"}}), "both have been changed since they were one"),
    ],
    ids=["of-another-stack", "newer", "of-the-same-serial"],
)
def test_nothing_is_overwritten_that_would_be_lost(there: bytes, words: str, both: Both) -> None:
    both.put(NETWORK, there)
    both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    both.s3.delete_object(Bucket=BUCKET, Key="dev/network.tfstate.tflock")
    both.put(NETWORK, state(7))
    with pytest.raises(CommandError, match=words):
        both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    assert both.in_cloud(NETWORK) == there
    assert both.cloud.api.workspace(NETWORK).lock_reason is None
    assert not both.bucket.is_moved(NETWORK), "what was not moved is free again"


def test_a_state_that_terraform_works_on_stays_where_it_is(both: Both) -> None:
    both.put(NETWORK, state(7))
    lock = json.dumps({"ID": "1", "Operation": "OperationTypeApply", "Who": "ada@laptop"}).encode()
    both.s3.put_object(Bucket=BUCKET, Key="dev/network.tfstate.tflock", Body=lock)
    with pytest.raises(CommandError, match="is locked; wait until its Terraform has ended"):
        both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    assert both.cloud.api.workspace(NETWORK).states == []
    assert both.s3.get_object(Bucket=BUCKET, Key="dev/network.tfstate.tflock")["Body"].read() == lock


def test_a_workspace_that_somebody_works_in_stops_the_copy_and_frees_the_source(both: Both) -> None:
    both.put(NETWORK, state(7))
    both.cloud.api.workspace(NETWORK).lock_reason = "a run"
    with pytest.raises(CommandError, match=r"workspace dev-network is locked \(a run\)"):
        both.move(Direction.TERRAFORM_CLOUD, NETWORK)
    assert not both.bucket.is_moved(NETWORK)
    assert both.cloud.api.workspace(NETWORK).lock_reason == "a run"


def test_what_the_program_does_not_know_is_destroyed_first(both: Both) -> None:
    thing = {"mode": "managed", "type": "aws_vpc", "name": "it", "instances": [{"attributes": {}}]}
    both.put("dev-service-gone", state(1, resources=[thing]))
    with pytest.raises(CommandError, match=r"left the program.*: dev-service-gone\n  fix: .*deploy dev --prune"):
        refuse_orphans(both.bucket, [NETWORK])
    refuse_orphans(both.bucket, [NETWORK, "dev-service-gone"])
