"""A service's buckets, queues and cache together: their variables, and what may not be said beside them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.models.service.aws.buckets import Bucket
from config.models.service.aws.cache import Cache
from config.models.service.aws.queues import Queue
from config.models.service.aws.stored import StoreName
from config.models.settings import without_null

Buckets = Annotated[
    dict[StoreName, Bucket],
    Field(
        max_length=20,
        description="S3 buckets of its own, by a name of yours; BUCKET_<NAME> says what each is called in AWS.",
    ),
]
Queues = Annotated[
    dict[StoreName, Queue],
    Field(
        max_length=20,
        description="SQS queues of its own, by a name of yours; QUEUE_<NAME>_URL says where each is.",
    ),
]
HasCache = Annotated[
    Cache | None,
    Field(
        description="A Valkey of its own, which speaks Redis' language: {} is one with the usual limits.",
        json_schema_extra=without_null,
    ),
]

CACHE_VARIABLES = ("CACHE_HOST", "CACHE_PORT", "CACHE_URL")


def bucket_variable(name: str) -> str:
    """Name the variable with a bucket's name."""
    return f"BUCKET_{name.replace('-', '_').upper()}"


def queue_variable(name: str) -> str:
    """Name the variable with a queue's address."""
    return f"QUEUE_{name.replace('-', '_').upper()}_URL"
