"""Accepted findings of checkov."""

from __future__ import annotations

import json
from pathlib import Path

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.provider import AwsProvider

from modules.checkov import skip


def test_the_reason_of_every_skip_stands_in_the_json_beside_its_resource(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))  # Testing.synth leaves comments out
    stack = TerraformStack(app, "test")
    AwsProvider(stack, "aws")
    address = Eip(stack, "address", domain="vpc")
    skip(address, "CKV_AWS_1", "a reason. With dots")
    skip(address, "CKV2_AWS_19", "another")
    app.synth()
    document = json.loads((tmp_path / "stacks/test/cdk.tf.json").read_text())
    assert document["resource"]["aws_eip"]["address"]["//"]["checkov"] == {
        "CKV_AWS_1": "a reason. With dots",
        "CKV2_AWS_19": "another",
    }
