"""The bucket of access logs: who may write, who may read, and until when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modules.edge.access_logs import AccessLogs
from tests.settings import ACCOUNT, an_environment
from tests.synthesis import Stack, synthesize_construct


def access_logs(**fields: object) -> Stack:
    environment = an_environment(**fields)
    return synthesize_construct(
        lambda stack: AccessLogs(stack, "logs", name="acme-test-edge-logs", settings=environment)
    )


@pytest.fixture(scope="module")
def stack() -> Stack:
    return access_logs()


def statements(stack: Stack) -> dict[str, dict[str, Any]]:
    policy = json.loads(stack.one("aws_s3_bucket_policy")["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_only_the_load_balancers_of_the_account_may_write(stack: Stack) -> None:
    allowed = [statement for statement in statements(stack).values() if statement["Effect"] == "Allow"]
    (delivery,) = allowed
    assert delivery["Principal"] == {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    assert delivery["Action"] == ["s3:PutObject"]
    (resource,) = delivery["Resource"]
    assert resource.endswith(f".arn}}/AWSLogs/{ACCOUNT}/*")


def test_nobody_comes_without_tls(stack: Stack) -> None:
    refused = statements(stack)["OnlyOverTls"]
    assert (refused["Effect"], refused["Principal"], refused["Action"]) == ("Deny", "*", "s3:*")
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(refused["Resource"]) == 2


def test_nothing_in_it_can_become_public(stack: Stack) -> None:
    block = stack.one("aws_s3_bucket_public_access_block")
    assert all(block[f"{what}"] for what in ("block_public_acls", "block_public_policy", "ignore_public_acls"))
    assert block["restrict_public_buckets"] is True
    assert stack.one("aws_s3_bucket_ownership_controls")["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_it_is_encrypted_with_the_only_kind_of_key_that_the_load_balancer_can_write_to(stack: Stack) -> None:
    (rule,) = stack.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "AES256"}


def test_it_forgets_after_the_days_of_the_settings() -> None:
    stack = access_logs(edge={"log_retention_days": 30})
    (rule,) = stack.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["status"] == "Enabled"
    assert rule["filter"] == [{"prefix": ""}]
    assert rule["expiration"] == [{"days": 30}]


def test_logs_are_thrown_away_with_the_bucket_only_where_the_environment_may_be() -> None:
    assert access_logs().one("aws_s3_bucket")["force_destroy"] is False
    assert access_logs(deletion_protection=False).one("aws_s3_bucket")["force_destroy"] is True
