"""What a synthesis sends to Node.js of a construct: what was given, escaped as ever, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.synthesis import ROOT

PROGRAM = """
import json, sys
import modules
from cdktf import TerraformResourceLifecycle, TerraformStack, Testing
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration, S3BucketLifecycleConfigurationRule, S3BucketLifecycleConfigurationRuleExpiration,
)
from jsii._kernel.providers.process import ProcessProvider
from modules.unset_arguments import leave_unset_out

if sys.argv[1] == "lean":
    leave_unset_out()
stack, sent, create = TerraformStack(Testing.app(), "stack"), [], ProcessProvider.create
ProcessProvider.create = lambda provider, request: sent.append(request.args) or create(provider, request)
S3BucketLifecycleConfiguration(
    stack,
    "lifecycle",
    bucket="what ${a} person wrote",
    rule=[
        S3BucketLifecycleConfigurationRule(
            id="old", status="Enabled", expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=0)]
        )
    ],
    lifecycle=TerraformResourceLifecycle(prevent_destroy=False, ignore_changes=[]),
)
print(json.dumps([sent[-1][2], Testing.synth(stack)], default=vars))
"""


def run(how: str) -> tuple[dict[str, Any], str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], cwd=ROOT, capture_output=True, text=True, check=True)
    sent, code = json.loads(done.stdout)
    return sent["$jsii.struct"]["data"], code


def test_what_was_not_given_is_not_sent_and_what_was_is_as_it_would_be() -> None:
    data, code = run("lean")
    assert data.keys() == {"bucket", "rule", "lifecycle"}
    (rule,) = data["rule"]
    (expiration,) = rule["$jsii.struct"]["data"].pop("expiration")
    assert rule["$jsii.struct"]["data"] == {"id": "old", "status": "Enabled"}
    assert expiration["$jsii.struct"]["data"] == {"days": 0}
    assert data["lifecycle"]["$jsii.struct"]["data"] == {"preventDestroy": False, "ignoreChanges": []}
    assert data["bucket"] == "what $${a} person wrote"

    plain, plain_code = run("plain")
    assert plain["expectedBucketOwner"] is None, "or there is nothing left to spare"
    assert code == plain_code
