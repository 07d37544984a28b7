"""The attributes of a resource: each is asked of Node.js once in a synthesis, and its address is Terraform's."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from cdktf import TerraformResource, TerraformStack, Testing
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from jsii._kernel.providers.process import ProcessProvider
from jsii._kernel.types import GetResponse, StaticGetRequest

from modules.attributes import _type_of, address_of
from tests.synthesis import ROOT

PROGRAM = """
import json
from cdktf import TerraformOutput, TerraformStack, Testing
from jsii._kernel.providers.process import ProcessProvider
from jsii._kernel.types import GetResponse, StaticGetRequest
from modules.attributes import read_once
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

asked = []
get = ProcessProvider.get
ProcessProvider.get = lambda provider, request: asked.append(request.property) or get(provider, request)
read_once()
stack = TerraformStack(Testing.app(), "stack")
topic, other = SnsTopic(stack, "topic", name="one"), SnsTopic(stack, "other", name="two")
values = [topic.arn, topic.arn, topic.id, other.arn, topic.name_input]
topic.name = "three"
values.append(topic.name_input)
for number, value in enumerate(values):
    TerraformOutput(stack, f"out{number}", value=value)
outputs = json.loads(Testing.synth(stack))["output"]
print(json.dumps([asked, [output["value"] for output in outputs.values()]]))
"""


def test_a_token_is_asked_for_once_and_what_can_change_at_every_reading() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    asked, values = json.loads(done.stdout)
    assert asked == ["arn", "id", "arn", "nameInput", "nameInput"]
    topic, other = "${aws_sns_topic.topic", "${aws_sns_topic.other"
    assert values == [f"{topic}.arn}}", f"{topic}.arn}}", f"{topic}.id}}", f"{other}.arn}}", "one", "three"]


def test_an_address_is_bare_and_the_type_of_a_class_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    sget = ProcessProvider.sget

    def noted(provider: ProcessProvider, request: StaticGetRequest) -> GetResponse:
        asked.append(request.fqn)
        return sget(provider, request)

    monkeypatch.setattr(ProcessProvider, "sget", noted)
    _type_of.cache_clear()
    stack = TerraformStack(Testing.app(), "stack")
    resources: list[TerraformResource] = [SnsTopic(stack, name, name=name) for name in ("one", "two")]
    resources.append(SqsQueue(stack, "three"))
    assert [address_of(resource) for resource in resources] == [
        "aws_sns_topic.one",
        "aws_sns_topic.two",
        "aws_sqs_queue.three",
    ]
    assert [fqn.rpartition(".")[2] for fqn in asked] == ["SnsTopic", "SqsQueue"]
