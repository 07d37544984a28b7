"""IAM policies as JSON, written the same way every time so that a plan never shows a reordering."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

VERSION = "2012-10-17"
EVENTS = "events.amazonaws.com"
SESSION_MANAGER_POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
"""AWS' own policy for an instance that a person may open a shell on."""


def allow(
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """One statement that allows the actions on the resources, under the conditions if there are any."""
    if "*" in resources or any(action.endswith(":*") or action == "*" for action in actions):
        raise ValueError("an action or resource of * needs its reason: use allow_anything")
    return _allow(actions, resources, conditions)


def allow_anything(
    sid: str,
    actions: Sequence[str],
    *,
    reason: str,
    conditions: Mapping[str, Mapping[str, Any]] | None = None,
    principal: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a statement on `*`, or with all actions of a service; `reason` says why nothing narrower will do.

    tests/test_iam.py lists every such statement of the platform by its Sid.
    """
    if not reason:
        raise ValueError(f"{sid} needs a reason")
    statement = {"Sid": sid, **_allow(actions, ["*"], conditions)}
    return {**statement, "Principal": principal} if principal else statement


def as_written(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Write a statement of a service's file, which has asked for the reason of each * (config/models/service/aws)."""
    return _allow(actions, resources, conditions)


def _allow(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
    return {**statement, "Condition": conditions} if conditions else statement


def only_tls(service: str, resource: str | Sequence[str]) -> dict[str, Any]:
    """Return the statement of a resource's policy that refuses every request without TLS; its * only ever refuse."""
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": f"{service}:*",
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def policy(*statements: Mapping[str, Any]) -> str:
    """Return a policy document of these statements."""
    return json.dumps({"Version": VERSION, "Statement": list(statements)}, sort_keys=True)


def trust_service(principal: str, *, account_id: str | None = None) -> str:
    """Return a trust policy for one AWS service, acting for this account only (no confused deputy).

    Without an account where the service does not say for whom it acts, as EC2 does not for its instances.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    if account_id:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account_id}}
    return policy(statement)


def account_decides(account_id: str) -> dict[str, Any]:
    """Return the statement of a key's policy that leaves the key's use to the account's IAM policies.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return allow_anything(
        "AccountDecidesByIam",
        ["kms:*"],
        principal={"AWS": f"arn:aws:iam::{account_id}:root"},
        reason="Without the account's full hold on it a key is lost for ever; in a key policy * is this key.",
    )
