"""What Terraform asked the embedded AWS for, as the IAM actions that AWS itself would have asked a policy about."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_PLACE = re.compile(r"\{(\w+\+?)\}")

# Where the name of the signing service is not that of botocore's model.
_MODELS = {
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "email": "ses",
    "aoss": "opensearchserverless",
    "ecs": "ecs",
    "tagging": "resourcegroupstaggingapi",
}
# Where IAM's prefix is not the name of the signing service.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# Operations that ask for an action of another name.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:HeadObject": "s3:GetObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CopyObject": "s3:PutObject",
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:UpdateBudget": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:CreateNotification": "budgets:ModifyBudget",
    "budgets:DeleteNotification": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
}


@dataclass(frozen=True)
class Call:
    """One request: the IAM action it needs, who made it, and what it named."""

    action: str
    agent: str
    parameters: Mapping[str, Any]

    @property
    def by_terraform(self) -> bool:
        return "HashiCorp" in self.agent or "Terraform" in self.agent


def read_calls(record: Path) -> list[Call]:
    """Every call to AWS in a record of local_aws/calls.py; our own questions to the emulator are none."""
    return [call for line in record.read_text().splitlines() for call in _calls(json.loads(line))]


def _calls(request: dict[str, str]) -> Iterator[Call]:
    scope = _SCOPE.search(request["authorization"])
    if not scope:
        assert "moto-api" in request["path"], f"not signed: {request['method']} {request['path']}"
        return
    service = scope[1]
    body = base64.b64decode(request["body"])
    name, parameters = _operation(service, request, body)
    action = f"{_PREFIXES.get(service, service)}:{name}"
    yield Call(_ACTIONS.get(action, action), request["agent"], parameters)


def _operation(service: str, request: dict[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
    if request["target"]:
        return request["target"].rpartition(".")[2], json.loads(body or b"{}")
    url = urlsplit(request["path"])
    form = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    if "Action" in form:
        return form["Action"][0], {name: values[0] for name, values in form.items()}
    query = parse_qs(url.query, keep_blank_values=True)
    return _rest_operation(service, request["method"], unquote(url.path), query, bool(request["copy_source"]))


def _rest_operation(
    service: str, method: str, path: str, query: dict[str, list[str]], copies: bool
) -> tuple[str, dict[str, Any]]:
    """The operation whose method, path and query fit best."""
    fits = []
    for operation in _rest_operations(_MODELS.get(service, service)):
        match = operation.path.fullmatch(path) if operation.method == method else None
        if match and operation.fits(query, copies):
            certainty = (len(operation.fixed) + len(operation.needed), operation.copies, -len(match.groupdict()))
            fits.append((certainty, operation.name, match.groupdict()))
    assert fits, f"{service} has no operation for {method} {path}?{query}"
    _, name, parameters = max(fits, key=lambda fit: fit[0])
    return name, parameters


@dataclass(frozen=True)
class _Operation:
    name: str
    method: str
    path: re.Pattern[str]
    fixed: Mapping[str, str]
    needed: frozenset[str]
    copies: bool

    def fits(self, query: Mapping[str, list[str]], copies: bool) -> bool:
        fixed = all(key in query and (not value or query[key] == [value]) for key, value in self.fixed.items())
        return fixed and self.needed <= query.keys() and self.copies <= copies


@cache
def _rest_operations(model: str) -> tuple[_Operation, ...]:
    loaded = botocore.session.get_session().get_service_model(model)
    return tuple(_rest(loaded.operation_model(name)) for name in loaded.operation_names)


def _rest(operation: Any) -> _Operation:
    path, _, fixed = operation.http["requestUri"].partition("?")
    # Every second part is the name of a place, such as {Bucket} or {Key+}.
    parts = _PLACE.split(path)
    pattern = "".join(re.escape(part) if index % 2 == 0 else _group(part) for index, part in enumerate(parts))
    shape = operation.input_shape
    required = [shape.members[name].serialization for name in shape.required_members] if shape else []
    return _Operation(
        operation.name,
        operation.http["method"],
        re.compile(pattern.rstrip("/") + "/?"),
        dict(pair.partition("=")[::2] for pair in fixed.split("&") if pair),
        frozenset(its["name"] for its in required if its.get("location") == "querystring"),
        any(its.get("name") == "x-amz-copy-source" for its in required),
    )


def _group(name: str) -> str:
    return f"(?P<{name.rstrip('+')}>{'.+' if name.endswith('+') else '[^/]+'})"
