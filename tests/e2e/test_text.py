"""Two thousand texts, in every text of one task's containers, are what the local AWS then has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher
from local_aws.endpoint import REGION
from modules.ecs.container import container_definition
from modules.ecs.sidecars import sidecar_containers
from tests.e2e.embedded import Root
from tests.hostile_text import arbitrary
from tests.settings import a_service, an_environment
from tests.synthesis import synthesize_construct

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_what_is_written_is_what_the_container_gets(tmp_path: Path) -> None:
    texts = arbitrary(2_000)
    variables = {f"TEXT_{number}": text for number, text in enumerate(texts)}
    check = ["CMD-SHELL", " ".join(texts[200:400])]
    beside = {
        "image": "acme/agent:1",
        "entrypoint": texts[600:700],
        "command": texts[700:900],
        "variables": variables,
        "health_check": {"command": check},
        "memory_mib": 32,
    }
    service = a_service(
        entrypoint=texts[400:600],
        command=texts[:200],
        variables=variables,
        health_check={"command": check},
        sidecars={"agent": beside},
    )

    def build(stack: TerraformStack) -> None:
        AwsProvider(stack, "aws", region=REGION)
        environment = an_environment()
        container = container_definition(environment, service, log_group="/logs", secret_arns={}, variables={})
        (sidecar,) = sidecar_containers(environment, service, secrets={"agent": {}}, log_group="/logs")
        EcsTaskDefinition(
            stack,
            "task",
            family="text",
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu="256",
            memory="512",
            container_definitions=json.dumps([container, sidecar]),
        )
        SsmParameter(stack, "plain", name="/text", type="String", value="|".join(texts[:150]))

    directory = tmp_path / "root"
    directory.mkdir()
    document = dict(synthesize_construct(build).document)
    terraform = {name: its for name, its in document.pop("terraform").items() if name != "backend"}
    (directory / "main.tf.json").write_text(json.dumps({**document, "terraform": terraform}, indent=1))
    try:
        endpoint = launcher.start(directory=tmp_path / "aws")
        setup = prepare_terraform(directory, endpoint.environment())
        root = Root(directory, endpoint, {**setup.environment, "CHECKPOINT_DISABLE": "1"})
        root.terraform("init")
        root.apply()
        code, planned = root.plan()
        assert code == 0, planned
        described = root.client("ecs").describe_task_definition(taskDefinition="text")["taskDefinition"]
        found, agent = described["containerDefinitions"]
        assert (found["entryPoint"], found["command"]) == (texts[400:600], texts[:200])
        assert (agent["entryPoint"], agent["command"]) == (texts[600:700], texts[700:900])
        for one in (found, agent):
            assert {its["name"]: its["value"] for its in one["environment"]} == variables
            assert one["healthCheck"]["command"] == check
        assert root.client("ssm").get_parameter(Name="/text")["Parameter"]["Value"] == "|".join(texts[:150])
    finally:
        launcher.stop(directory=tmp_path / "aws")
