"""Policies of OpenSearch Serverless as JSON: canonical, or AWS calls a reordering "no change" and the apply fails.

https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-security.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from config.models.service.logs import INDEX_DAYS

# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html#serverless-data-supported-permissions
WRITE = ("aoss:CreateIndex", "aoss:DescribeIndex", "aoss:UpdateIndex", "aoss:WriteDocument")
READ = ("aoss:DescribeIndex", "aoss:ReadDocument")


def canonical(document: object) -> str:
    """Write a policy, always with sorted keys and no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def encryption_policy(prefix: str, *, key_arn: str | None) -> str:
    """One key for every collection whose name begins so; without an ARN a key that AWS owns."""
    rules = [_rule("collection", f"collection/{prefix}*")]
    return canonical({"Rules": rules, **({"KmsARN": key_arn} if key_arn else {"AWSOwnedKey": True})})


def network_policy(prefix: str, *, endpoint_id: str, public_dashboards: bool) -> str:
    """Return the network policy: data through one VPC endpoint; dashboards too, or from anywhere after a sign-in."""
    data, dashboards = (_rule(kind, f"collection/{prefix}*") for kind in ("collection", "dashboard"))
    inside = {"AllowFromPublic": False, "SourceVPCEs": [endpoint_id]}
    if not public_dashboards:
        return canonical([{"Rules": [data, dashboards], **inside}])
    return canonical([{"Rules": [data], **inside}, {"Rules": [dashboards], "AllowFromPublic": True}])


def data_policy(collection: str, *, service: str, writers: Sequence[str], readers: Sequence[str]) -> str:
    """Writers may write the service's own indexes, readers may read them; nobody else may do anything.

    Who is named is an IAM role, or `saml/<account>/<provider>/group/<group>`.
    """
    indexes = f"index/{collection}/{service}-*"
    return canonical(
        [
            {"Description": who, "Principal": list(principals), "Rules": [_rule("index", indexes, allowed)]}
            for who, principals, allowed in (("writes", writers, WRITE), ("reads", readers, READ))
            if principals
        ]
    )


def retention_policy(collection: str, *, days: int) -> str:
    """Return the policy that keeps a document for at least these days: an index holds a week, and goes as a whole."""
    rule = _rule("index", f"index/{collection}/*") | {"MinIndexRetention": f"{days + INDEX_DAYS}d"}
    return canonical({"Rules": [rule]})


def _rule(kind: str, resource: str, permissions: Sequence[str] = ()) -> dict[str, Any]:
    rule: dict[str, Any] = {"ResourceType": kind, "Resource": [resource]}
    return {**rule, "Permission": list(permissions)} if permissions else rule
