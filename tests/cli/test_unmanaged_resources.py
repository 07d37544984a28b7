from __future__ import annotations

from typing import Any

from cli.state.state_file import StateFile
from cli.terraform.unmanaged_resources import Tagged, unmanaged

PREFIX = "arn:aws"


def state(*attributes: dict[str, Any], mode: str = "managed") -> StateFile:
    resources = [{"mode": mode, "type": "aws_thing", "instances": [{"attributes": each}]} for each in attributes]
    return StateFile(key="dev/network.tfstate", content={"resources": resources})


def test_what_a_state_knows_by_arn_or_by_id_is_no_stray() -> None:
    queue = Tagged(f"{PREFIX}:sqs:eu-west-1:1:orders", "service-orders")
    vpc = Tagged(f"{PREFIX}:ec2:eu-west-1:1:vpc/vpc-1", "network")
    lost = Tagged(f"{PREFIX}:ec2:eu-west-1:1:vpc/vpc-2", "network")
    known = state({"id": "https://sqs/1/orders", "arn": queue.arn}, {"id": "vpc-1"})
    assert unmanaged([queue, vpc, lost], [known]) == [lost]


def test_an_older_revision_of_a_known_task_definition_is_no_stray() -> None:
    family = f"{PREFIX}:ecs:eu-west-1:1:task-definition/dev-orders"
    known = state({"id": "dev-orders", "arn": f"{family}:7", "arn_without_revision": family})
    assert unmanaged([Tagged(f"{family}:6", "service-orders")], [known]) == []


def test_what_shares_its_name_with_another_type_is_not_hidden_by_it() -> None:
    database = Tagged(f"{PREFIX}:rds:eu-west-1:1:db:dev-orders", "database-orders")
    subnets = state({"id": "dev-orders", "arn": f"{PREFIX}:rds:eu-west-1:1:subgrp:dev-orders"})
    role = state({"id": "dev-orders", "arn": f"{PREFIX}:iam::1:role/dev-orders"})
    assert unmanaged([database], [subnets, role]) == [database]


def test_what_is_only_read_is_not_known() -> None:
    vpc = Tagged(f"{PREFIX}:ec2:eu-west-1:1:vpc/vpc-1", "network")
    assert unmanaged([vpc], [state({"id": "vpc-1"}, mode="data")]) == [vpc]


def test_the_state_bucket_and_secrets_are_meant_to_be_in_no_state() -> None:
    assert unmanaged([Tagged(f"{PREFIX}:s3:::acme-dev-terraform-state", "bootstrap")], []) == []


def test_without_any_state_everything_is_a_stray() -> None:
    vpc = Tagged(f"{PREFIX}:ec2:eu-west-1:1:vpc/vpc-1", "network")
    assert unmanaged([vpc], []) == [vpc]


def test_what_aws_makes_for_a_database_is_no_stray() -> None:
    secret = Tagged(f"{PREFIX}:secretsmanager:eu-west-1:1:secret:rds!db-1", "database-orders")
    daily = Tagged(f"{PREFIX}:rds:eu-west-1:1:snapshot:rds:dev-orders-2026-11-23", "database-orders")
    known = state({"id": "db-1", "master_user_secret": [{"secret_arn": secret.arn}]})
    assert unmanaged([secret, daily], [known]) == []
    assert unmanaged([secret, daily], []) == [secret]
