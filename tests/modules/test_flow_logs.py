"""The record of connections, and the key that encrypts it."""

from __future__ import annotations

import json

import pytest
from cdktf import TerraformStack

from modules.log_key import LogKey
from modules.network.flow_logs import FlowLogs
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import Stack, synthesize_construct

REGION = "eu-west-1"


@pytest.fixture(scope="module")
def stack() -> Stack:
    settings = an_environment(network={"cidr": "10.0.0.0/16", "flow_log_retention_days": 30})

    def build(scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region=REGION, settings=settings.network)
        key = LogKey(scope, "key", name="test", account_id=ACCOUNT, region=REGION)
        FlowLogs(scope, "logs", name="test", vpc=vpc, log_key=key, settings=settings)

    return synthesize_construct(build)


def test_accepted_and_rejected_connections_of_the_whole_vpc_are_recorded(stack: Stack) -> None:
    log = stack.one("aws_flow_log")
    assert log["traffic_type"] == "ALL"
    assert log["vpc_id"] == stack.id_of(stack.one("aws_vpc"))


def test_the_record_is_encrypted_and_forgotten_after_the_days_of_the_settings(stack: Stack) -> None:
    group = stack.one("aws_cloudwatch_log_group")
    assert group["retention_in_days"] == 30
    assert stack.target(group["kms_key_id"]) is stack.one("aws_kms_key")


def test_the_network_may_write_this_log_and_no_other(stack: Stack) -> None:
    (statement,) = json.loads(stack.one("aws_iam_role_policy")["policy"])["Statement"]
    (group,) = {resource.removesuffix(":*") for resource in statement["Resource"]}
    assert stack.target(group) is stack.one("aws_cloudwatch_log_group")


def test_no_log_is_written_before_it_may_be(stack: Stack) -> None:
    (needs,) = stack.one("aws_flow_log")["depends_on"]
    assert needs.startswith("aws_iam_role_policy.")


def test_the_key_rotates_and_only_this_accounts_logs_use_it(stack: Stack) -> None:
    key = stack.one("aws_kms_key")
    assert key["enable_key_rotation"] is True
    (logs,) = [s for s in json.loads(key["policy"])["Statement"] if "Service" in s["Principal"]]
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    (pattern,) = logs["Condition"]["ArnLike"].values()
    assert pattern == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
