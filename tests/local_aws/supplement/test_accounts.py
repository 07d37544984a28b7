"""The embedded AWS has the account that an environment names."""

from __future__ import annotations

from collections.abc import Callable

import boto3

from local_aws.endpoint import ACCOUNT, HOST, KEY_PREFIX, REGION, Endpoint
from tests.local_aws.supplement.conftest import Aws, Promise


def account_of(aws: Aws, key: str) -> str:
    """Whom AWS takes the owner of an access key for."""
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key="test", region_name=REGION)
    return session.client("sts", endpoint_url=f"http://{HOST}:{aws.port}").get_caller_identity()["Account"]


def test_an_access_key_may_name_its_account(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        assert account_of(aws, f"{KEY_PREFIX}444455556666") == "444455556666"
        assert account_of(aws, "test") == ACCOUNT


def test_the_environment_leads_to_the_account_that_is_asked_for(aws: Aws) -> None:
    endpoint = Endpoint(port=aws.port, pid=0)
    for account_id in ("444455556666", ACCOUNT):
        key = endpoint.environment({}, account_id=account_id)["AWS_ACCESS_KEY_ID"]
        assert account_of(aws, key) == account_id
