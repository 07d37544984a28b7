"""What has been run to its end is not run again, as long as the database is the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from rollouts.record import MOST_CHARACTERS, Record
from rollouts.task import noted
from tests.rollouts.stubs import RUN

NAME = "/groundwork/prod/migrate/done"


@pytest.fixture
def record() -> Iterator[Record]:
    """As Terraform makes it."""
    with mock_aws():
        ssm = boto3.client("ssm", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
        ssm.put_parameter(Name=NAME, Type="String", Value="nothing yet")
        yield Record(ssm, NAME, "database-1")


def test_nothing_has_been_done_at_first(record: Record) -> None:
    assert not record.has("orders:v1 0a")
    assert not record.has("nothing yet")


def test_what_has_been_done_once_counts_for_every_older_release(record: Record) -> None:
    for work in ("orders:v1 0a", "orders:v2 0b", "orders:v3 0c"):
        record.add(work)
    assert record.has("orders:v1 0a")
    assert record.has("orders:v3 0c")
    assert not record.has("orders:v4 0d")
    assert not record.has("orders:v1 ff"), "the same image with another command is other work"


def test_what_was_done_on_another_database_does_not_count(record: Record) -> None:
    record.add("orders:v1 0a")
    restored = replace(record, database="database-2")
    assert not restored.has("orders:v1 0a")
    restored.add("orders:v2 0b")
    assert not record.has("orders:v1 0a"), "there is only one database at a time"


def test_where_there_is_no_more_room_the_oldest_is_forgotten(record: Record) -> None:
    works = [f"orders:{number:0128} 0a" for number in range(MOST_CHARACTERS // 128)]
    for work in works:
        record.add(work)
    assert not record.has(works[0])
    assert len(record.ssm.get_parameter(Name=NAME)["Parameter"]["Value"]) <= MOST_CHARACTERS
    assert all(record.has(work) for work in works[-20:])


def test_the_same_work_is_noted_once(record: Record) -> None:
    for _ in range(3):
        record.add("orders:v1 0a")
    assert record.ssm.get_parameter(Name=NAME)["Parameter"]["Value"] == "database-1\norders:v1 0a"


def test_a_person_who_runs_it_by_hand_asks_no_record() -> None:
    assert Record.named(RUN) is None


def test_what_cannot_be_noted_is_said_and_stops_nothing() -> None:
    ssm = boto3.client("ssm", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException")
        said = noted(Record(ssm, NAME, "database-1"), "orders:v1 0a")
    assert "orders:v1 0a is not noted" in said
