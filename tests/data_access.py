"""Who may do what in a log collection: both gates of OpenSearch Serverless, IAM and data access policies, evaluated.

https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

INDEX_ACTIONS = (
    *("aoss:CreateIndex", "aoss:UpdateIndex", "aoss:DescribeIndex", "aoss:DeleteIndex"),
    *("aoss:ReadDocument", "aoss:WriteDocument"),
)
COLLECTION_ACTIONS = (
    *("aoss:CreateCollectionItems", "aoss:UpdateCollectionItems", "aoss:DescribeCollectionItems"),
    "aoss:DeleteCollectionItems",
)
WRITES = {"aoss:CreateIndex", "aoss:UpdateIndex", "aoss:DescribeIndex", "aoss:WriteDocument"}
READS = {"aoss:DescribeIndex", "aoss:ReadDocument"}
API = "aoss:APIAccessAll"


def by_data_policies(policies: Iterable[list[dict[str, Any]]], principal: str, action: str, index: str) -> bool:
    """Whether any data access policy allows it; they only ever add. `index` is `<collection>/<index>`."""
    collection = index.partition("/")[0]
    for policy in policies:
        for part in policy:
            for rule in part["Rules"]:
                wanted = f"collection/{collection}" if rule["ResourceType"] == "collection" else f"index/{index}"
                named = any(fnmatchcase(wanted, pattern) for pattern in rule["Resource"])
                if principal in part["Principal"] and action in rule["Permission"] and named:
                    return True
    return False


def by_iam(statements: Iterable[dict[str, Any]], arn: str) -> bool:
    """Whether a role's statements let it reach a collection at all."""
    return any(
        API in statement["Action"] and any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
        for statement in statements
        if statement["Effect"] == "Allow"
    )
