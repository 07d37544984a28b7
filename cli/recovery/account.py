"""The account in which a stack's resources are looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import ClientError

from cli.terraform.tagged_resources import ENVIRONMENT_TAG, STACK_TAG

Values = Mapping[str, Any]
"""A resource's arguments as Terraform plans them; one that is not known yet is None, or not there."""


@dataclass(frozen=True)
class Place:
    """A stack's account, region and tags."""

    environment: str
    stack: str
    account_id: str
    region: str

    def client(self, service: str) -> Any:
        """Return a client of the region."""
        return boto3.client(service, region_name=self.region)  # type: ignore[call-overload]

    @cached_property
    def tags(self) -> dict[str, str]:
        """Return the tags of all that the stack makes."""
        return {ENVIRONMENT_TAG: self.environment, STACK_TAG: self.stack}

    def owns(self, tags: Iterable[Mapping[str, str]]) -> bool:
        """Return whether these tags are of the stack."""
        found = {tag.get("Key") or tag.get("key"): tag.get("Value") or tag.get("value") for tag in tags}
        return self.tags.items() <= found.items()


Look = Callable[[Place, Values], Iterator[str]]


def answer(ask: Callable[..., dict[str, Any]], *absent: str, **arguments: Any) -> dict[str, Any]:
    """Return AWS' answer, or nothing where it says that there is no such thing."""
    try:
        return ask(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in absent:
            return {}
        raise
