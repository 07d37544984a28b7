"""A request is read as the action that AWS would ask a policy about."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.e2e.recorded_calls import read_calls

SIGNED = "AWS4-HMAC-SHA256 Credential=test/20261127/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def record(path: Path, service: str, method: str, url: str, **more: str) -> Path:
    line = {"method": method, "path": url, "authorization": SIGNED.format(service), "agent": "HashiCorp Terraform"}
    rest = {"target": "", "body": "", "copy_source": "", **more}
    rest["body"] = base64.b64encode(rest["body"].encode()).decode()
    path.write_text(json.dumps({**line, **rest}) + "\n")
    return path


@pytest.mark.parametrize(
    ("service", "method", "url", "more", "action"),
    [
        ("ec2", "POST", "/", {"body": "Action=CreateVpc&CidrBlock=10.0.0.0%2F16"}, "ec2:CreateVpc"),
        ("ecs", "POST", "/", {"target": "AmazonEC2ContainerServiceV20141113.RunTask", "body": "{}"}, "ecs:RunTask"),
        ("s3", "GET", "/bucket?policy", {}, "s3:GetBucketPolicy"),
        ("s3", "HEAD", "/bucket", {}, "s3:ListBucket"),
        ("s3", "PUT", "/bucket/dev/network.tfstate", {}, "s3:PutObject"),
        ("s3", "DELETE", "/bucket/dev/network.tfstate.tflock", {}, "s3:DeleteObject"),
        ("s3", "PUT", "/bucket/key", {"copy_source": "/other/key"}, "s3:PutObject"),
        ("s3", "GET", "/bucket?lifecycle", {}, "s3:GetLifecycleConfiguration"),
        ("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", {}, "route53:ChangeResourceRecordSets"),
        ("scheduler", "GET", "/schedules/dev-report?groupName=default", {}, "scheduler:GetSchedule"),
        ("lambda", "POST", "/2015-03-31/functions/dev-judge/invocations", {}, "lambda:InvokeFunction"),
        ("budgets", "POST", "/", {"target": "BudgetService.DescribeBudget", "body": "{}"}, "budgets:ViewBudget"),
    ],
)
def test_a_request_is_an_action(
    service: str, method: str, url: str, more: dict[str, str], action: str, tmp_path: Path
) -> None:
    (call,) = read_calls(record(tmp_path / "calls", service, method, url, **more))
    assert call.action == action
    assert call.by_terraform
