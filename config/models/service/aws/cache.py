"""A service's cache."""

from __future__ import annotations

from pydantic import Field

from config.models.service.aws.stored import Stored


class Cache(Stored):
    """A Valkey (ElastiCache Serverless) of one service, by TLS; `{}` is one that may grow to 5 GB."""

    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html#Pre-Scaling
    max_storage_gb: int = Field(
        default=5, ge=1, le=5000, description="The most it holds; then the least used keys are dropped."
    )
    max_ecpu_per_second: int = Field(
        default=10_000,
        ge=1000,
        le=15_000_000,
        description="The most it computes, 1,000 simple requests being about 1,000; beyond it requests are refused.",
    )
