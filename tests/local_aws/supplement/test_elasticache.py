"""Serverless caches, which moto has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.local_aws.supplement.conftest import Aws, Promise


def _cache(aws: Aws, **settings: Any) -> dict[str, Any]:
    made: dict[str, Any] = aws("elasticache").create_serverless_cache(
        ServerlessCacheName=aws.name,
        Engine="valkey",
        MajorEngineVersion="8",
        SubnetIds=["subnet-1", "subnet-2"],
        SecurityGroupIds=["sg-1"],
        CacheUsageLimits={"DataStorage": {"Maximum": 5, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 1000}},
        Tags=[{"Key": "team", "Value": "mail"}],
        **settings,
    )["ServerlessCache"]
    return made


def test_a_serverless_cache_keeps_what_it_was_made_with(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        made = _cache(aws, KmsKeyId="key")
        (found,) = aws("elasticache").describe_serverless_caches(ServerlessCacheName=aws.name)["ServerlessCaches"]
        assert found == made
        assert (found["Status"], found["Engine"], found["KmsKeyId"]) == ("available", "valkey", "key")
        assert found["CacheUsageLimits"]["DataStorage"] == {"Maximum": 5, "Unit": "GB"}
        assert found["SubnetIds"] == ["subnet-1", "subnet-2"]
        assert found["Endpoint"]["Port"] == 6379


def test_it_is_changed_tagged_and_deleted(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client, made = aws("elasticache"), _cache(aws)
        changed = client.modify_serverless_cache(ServerlessCacheName=aws.name, Description="of mail")
        assert changed["ServerlessCache"]["Description"] == "of mail"
        assert changed["ServerlessCache"]["SecurityGroupIds"] == ["sg-1"]
        client.add_tags_to_resource(ResourceName=made["ARN"], Tags=[{"Key": "a", "Value": "b"}])
        client.remove_tags_from_resource(ResourceName=made["ARN"], TagKeys=["team"])
        assert client.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == [{"Key": "a", "Value": "b"}]
        client.delete_serverless_cache(ServerlessCacheName=aws.name)
        with pytest.raises(client.exceptions.ServerlessCacheNotFoundFault):
            client.describe_serverless_caches(ServerlessCacheName=aws.name)


def test_two_of_one_name_are_refused(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _cache(aws)
        with pytest.raises(aws("elasticache").exceptions.ServerlessCacheAlreadyExistsFault):
            _cache(aws)
