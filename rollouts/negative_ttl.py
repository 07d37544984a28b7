"""Limits how long a resolver remembers that a name of a Cloud Map namespace has no address.

It is the TTL of the zone's SOA record, for which Terraform's provider has no argument. Names are empty by design: in
the morning of office hours, and while the only task of a service is replaced.
https://docs.aws.amazon.com/cloud-map/latest/api/API_SOA.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from rollouts.contract import NegativeTtlRequest
from rollouts.refusal import RolloutError

if TYPE_CHECKING:
    from mypy_boto3_servicediscovery import ServiceDiscoveryClient

DENIED = {"AccessDenied", "AccessDeniedException"}
NEW_RIGHTS_S, OPERATION_S, POLL_S = 60.0, 120.0, 2.0
"""How long a policy may take until IAM knows it everywhere, and Cloud Map to change a zone."""


def limit(event: NegativeTtlRequest) -> dict[str, Any]:
    """Lower the TTL where it is longer. Without the right to do so it only says so: names work without it, too."""
    cloud_map = boto3.client("servicediscovery")
    until = time.monotonic() + NEW_RIGHTS_S
    while True:
        try:
            return {"verdict": _limit(cloud_map, event["namespace"], event["most_s"])}
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
            why = str(error)
        except PermissionError as error:
            why = str(error)
        if time.monotonic() >= until:
            print(f"resolvers remember empty answers for as long as before: {why}")
            return {"verdict": "denied", "why": why}
        time.sleep(POLL_S)


def _limit(cloud_map: ServiceDiscoveryClient, namespace: str, most_s: int) -> str:
    properties = cloud_map.get_namespace(Id=namespace)["Namespace"]["Properties"]["DnsProperties"]
    if properties.get("SOA", {}).get("TTL", most_s + 1) <= most_s:
        return "short enough"
    operation = cloud_map.update_private_dns_namespace(
        Id=namespace, Namespace={"Properties": {"DnsProperties": {"SOA": {"TTL": most_s}}}}
    )["OperationId"]
    until = time.monotonic() + OPERATION_S
    while True:
        now = cloud_map.get_operation(OperationId=operation)["Operation"]
        if now["Status"] == "SUCCESS":
            return "lowered"
        why = now.get("ErrorMessage") or f"it is {now['Status']}"
        if now.get("ErrorCode") == "ACCESS_DENIED":
            raise PermissionError(why)
        if now["Status"] == "FAIL" or time.monotonic() >= until:
            raise RolloutError(f"the TTL of empty answers could not be lowered in {namespace}: {why}")
        time.sleep(POLL_S)
