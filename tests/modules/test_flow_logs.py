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


def flow_logs(destination: str, **fields: object) -> Stack:
    network = {"cidr": "10.0.0.0/16", "flow_log_retention_days": 30, "flow_logs": destination}
    settings = an_environment(network=network, **fields)

    def build(scope: TerraformStack) -> None:
        vpc = Vpc(scope, "vpc", name="test", region=REGION, settings=settings.network)
        key = LogKey(scope, "key", name="test", account_id=ACCOUNT, region=REGION)
        FlowLogs(scope, "logs", name="test", vpc=vpc, log_key=key, settings=settings)

    return synthesize_construct(build)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return flow_logs("cloudwatch")


@pytest.fixture(scope="module")
def bucket() -> Stack:
    return flow_logs("s3")


def test_in_a_bucket_too_every_connection_of_the_whole_vpc_is_recorded(bucket: Stack) -> None:
    log = bucket.one("aws_flow_log")
    assert (log["traffic_type"], log["log_destination_type"]) == ("ALL", "s3")
    assert log["vpc_id"] == bucket.id_of(bucket.one("aws_vpc"))
    (policy_id,) = bucket.resources["aws_s3_bucket_policy"]
    # Through the policy: no log is delivered before it may be written.
    assert log["log_destination"] == f"arn:aws:s3:::${{aws_s3_bucket_policy.{policy_id}.bucket}}"
    assert not bucket.all("aws_cloudwatch_log_group")
    assert not bucket.all("aws_iam_role")


def test_only_flow_logs_of_this_account_and_region_are_written_to_the_bucket(bucket: Stack) -> None:
    written = json.loads(bucket.one("aws_s3_bucket_policy")["policy"])["Statement"]
    statements = {statement["Sid"]: statement for statement in written}
    assert statements.keys() == {"FlowLogsOfThisAccount", "FlowLogsLookFirst", "OnlyOverTls"}
    for sid in ("FlowLogsOfThisAccount", "FlowLogsLookFirst"):
        statement = statements[sid]
        assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
        assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT
        assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}
    (path,) = statements["FlowLogsOfThisAccount"]["Resource"]
    assert path.endswith(f"/AWSLogs/{ACCOUNT}/*")
    assert statements["FlowLogsOfThisAccount"]["Action"] == ["s3:PutObject"]
    assert statements["OnlyOverTls"]["Effect"] == "Deny"


def test_the_bucket_is_closed_encrypted_and_forgets(bucket: Stack) -> None:
    assert all(value is True for name, value in bucket.one("aws_s3_bucket_public_access_block").items() if "_" in name)
    (rule,) = bucket.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["expiration"] == [{"days": 30}]
    assert bucket.all("aws_s3_bucket_server_side_encryption_configuration")


def test_the_record_goes_with_the_environment_only_where_nothing_is_protected() -> None:
    destroyed = [
        flow_logs("s3", deletion_protection=protected).one("aws_s3_bucket")["force_destroy"]
        for protected in (True, False)
    ]
    assert destroyed == [False, True]


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
