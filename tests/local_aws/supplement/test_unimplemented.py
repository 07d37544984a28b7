"""What is not there says so at once, in the service's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise

UNIMPLEMENTED: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "describe_capacity_block_offerings", {"CapacityDurationHours": 1}),
    ("rds", "describe_certificates", {}),
    ("ecs", "list_services_by_namespace", {"namespace": "n"}),
    ("outposts", "list_outposts", {}),
]


@pytest.mark.parametrize(("service", "operation", "arguments"), UNIMPLEMENTED)
def test_what_is_missing_is_refused_and_not_retried(
    supplement_keeps: Callable[[Promise], None], service: str, operation: str, arguments: dict[str, Any]
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        refusal: dict[str, Any] = {}
        try:
            getattr(aws(service), operation)(**arguments)
        except ClientError as error:
            refusal = dict(error.response)
        assert refusal["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refusal["Error"]["Code"] == "NotImplemented"
        assert "The embedded AWS lacks this" in refusal["Error"]["Message"]
