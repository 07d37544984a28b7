"""A task with every field of its containers, secrets and volumes, applied to the local AWS and read back from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher
from local_aws.endpoint import ACCOUNT, REGION
from modules.data.file_system import FileSystem, MountedFileSystem
from modules.data.storage import Storage
from modules.ecs.task import Task
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from tests.e2e.embedded import Root
from tests.settings import a_service, an_environment
from tests.synthesis import synthesize_construct

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ENVIRONMENT = an_environment(network={"cidr": "10.0.0.0/16", "nat": "single"})
SERVICE = a_service(
    memory_mib=1024,
    cpu=512,
    image="public.ecr.aws/docker/library/busybox:1.37.0",
    ports={"admin": 9090},
    user=1000,
    read_only_root=True,
    init_process=True,
    drop_capabilities=["ALL"],
    ephemeral_gib=30,
    tmpfs={"/tmp": 64},
    ulimits={"nofile": 65_535},
    volumes={"media": {"path": "/srv/media"}},
    secrets={
        "OWN_KEY": "OWN_KEY",
        "API_KEY": {"secret": "shared/stripe", "key": "api_key", "kms_key": "platform"},
        "SMTP": {"parameter": "/shared/smtp"},
    },
    sidecars={
        "nginx": {"image": "public.ecr.aws/nginx/nginx:1.29.1", "port": 8080, "secrets": {"TOKEN": "token"}},
        "agent": {"image": "a/agent:1", "essential": False, "health_check": {"command": ["CMD", "/agent", "status"]}},
    },
)
STORED = ("test/orders/OWN_KEY", "shared/stripe", "test/orders/token")


def build(stack: TerraformStack) -> None:
    AwsProvider(stack, "aws", region=REGION)
    vpc = Vpc(stack, "vpc", name="test", region=REGION, settings=ENVIRONMENT.network)
    key = EncryptionKey(stack, "data-key", name="test", account_id=ACCOUNT)
    files = FileSystem(
        stack,
        "volume-media",
        name="media",
        service="orders",
        environment=ENVIRONMENT,
        vpc=vpc,
        encryption_key=key,
        settings=SERVICE.volumes["media"],
    )
    nothing: Any = None
    Task(
        stack,
        "task",
        environment=ENVIRONMENT,
        vpc=vpc,
        log_key=LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region=REGION),
        cluster=nothing,  # only a shell asks for it
        storage=Storage(volumes=[MountedFileSystem("media", files, SERVICE.volumes["media"])]),
        exporters={"ecs-exporter": "v1"},
        settings=SERVICE,
    )


def test_what_a_file_says_of_its_containers_is_what_ecs_has(tmp_path: Path) -> None:
    directory = tmp_path / "root"
    directory.mkdir()
    document = dict(synthesize_construct(build).document)
    terraform = {name: its for name, its in document.pop("terraform").items() if name != "backend"}
    # A test takes back what it made.
    text = json.dumps({**document, "terraform": terraform}, indent=1).replace(
        '"prevent_destroy": true', '"prevent_destroy": false'
    )
    (directory / "main.tf.json").write_text(text)
    try:
        endpoint = launcher.start(directory=tmp_path / "aws")
        setup = prepare_terraform(directory, endpoint.environment())
        root = Root(directory, endpoint, {**setup.environment, "CHECKPOINT_DISABLE": "1"})
        for name in STORED:
            root.client("secretsmanager").create_secret(Name=name, SecretString='{"api_key": "x"}')
        root.terraform("init")
        root.apply()
        code, planned = root.plan()
        assert code == 0, planned
        _check_task(root)
        _check_volume(root)
        root.destroy()
        assert root.client("efs").describe_file_systems()["FileSystems"] == []
        assert {one["Name"] for one in root.client("secretsmanager").list_secrets()["SecretList"]} == set(STORED)
    finally:
        launcher.stop(directory=tmp_path / "aws")


def _check_task(root: Root) -> None:
    task = root.client("ecs").describe_task_definition(taskDefinition="test-orders")["taskDefinition"]
    assert task["ephemeralStorage"] == {"sizeInGiB": 30}
    containers = {one["name"]: one for one in task["containerDefinitions"]}
    assert containers.keys() == {"orders", "nginx", "agent", "ecs-exporter"}
    own = containers["orders"]
    assert own["linuxParameters"]["tmpfs"] == [{"containerPath": "/tmp", "size": 64}]
    assert own["linuxParameters"]["capabilities"]["drop"] == ["ALL"]
    assert (own["user"], own["readonlyRootFilesystem"]) == ("1000", True)
    assert [port["containerPort"] for port in own["portMappings"]] == [9090]
    assert [port["containerPort"] for port in containers["nginx"]["portMappings"]] == [8080]
    assert own["dependsOn"] == [{"containerName": "agent", "condition": "HEALTHY"}]
    references = {one["name"]: one["valueFrom"] for one in own["secrets"]}
    assert references["API_KEY"].endswith(":api_key::")
    assert references["SMTP"] == f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shared/smtp"
    stored = root.client("secretsmanager").describe_secret(SecretId="test/orders/OWN_KEY")["ARN"]
    assert references["OWN_KEY"] == stored
    (volume,) = task["volumes"]
    assert volume["efsVolumeConfiguration"]["authorizationConfig"]["iam"] == "ENABLED"


def _check_volume(root: Root) -> None:
    efs = root.client("efs")
    (found,) = efs.describe_file_systems()["FileSystems"]
    assert (found["Encrypted"], found["ThroughputMode"]) == (True, "elastic")
    assert len(efs.describe_mount_targets(FileSystemId=found["FileSystemId"])["MountTargets"]) == 3
    assert efs.describe_backup_policy(FileSystemId=found["FileSystemId"])["BackupPolicy"]["Status"] == "ENABLED"
    (point,) = efs.describe_access_points(FileSystemId=found["FileSystemId"])["AccessPoints"]
    assert point["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    policy = json.loads(efs.describe_file_system_policy(FileSystemId=found["FileSystemId"])["Policy"])
    assert [one["Effect"] for one in policy["Statement"]] == ["Deny"]
