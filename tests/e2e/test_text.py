"""Two thousand texts, in the command, the variables and the check of one task, are what the local AWS then has."""

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
from tests.e2e.embedded import Root
from tests.hostile_text import arbitrary
from tests.settings import a_service, an_environment
from tests.synthesis import synthesize_construct

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_what_is_written_is_what_the_container_gets(tmp_path: Path) -> None:
    texts = arbitrary(2_000)
    variables = {f"TEXT_{number}": text for number, text in enumerate(texts)}
    service = a_service(command=texts[:200], variables=variables, health_check={"command": texts[200:400]})

    def build(stack: TerraformStack) -> None:
        AwsProvider(stack, "aws", region=REGION)
        environment = an_environment()
        container = container_definition(environment, service, log_group="/logs", secret_arns={}, variables={})
        EcsTaskDefinition(
            stack,
            "task",
            family="text",
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu="256",
            memory="512",
            container_definitions=json.dumps([container]),
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
        (found,) = root.client("ecs").describe_task_definition(taskDefinition="text")["taskDefinition"][
            "containerDefinitions"
        ]
        assert found["command"] == texts[:200]
        assert {one["name"]: one["value"] for one in found["environment"]} == variables
        assert found["healthCheck"]["command"] == ["CMD", *texts[200:400]]
        assert root.client("ssm").get_parameter(Name="/text")["Parameter"]["Value"] == "|".join(texts[:150])
    finally:
        launcher.stop(directory=tmp_path / "aws")
