"""Who may assume a role, as AWS decides it: its trust policy against the claims of GitHub's token."""

from __future__ import annotations

import json
from typing import Any

from tests.synthesis import Platform

ISSUER = "token.actions.githubusercontent.com"


def roles_for(
    platform: Platform, subject: str, *, audience: str = "sts.amazonaws.com", issuer: str = ISSUER
) -> set[str]:
    """The names of all roles that a token with this subject is let into."""
    return {
        role["name"]
        for stack in platform
        for role in stack.all("aws_iam_role")
        if admits(json.loads(role["assume_role_policy"]), subject, audience, issuer)
    }


def admits(document: dict[str, Any], subject: str, audience: str, issuer: str) -> bool:
    """Whether a statement lets the token in. An operator that this does not know fails the test."""
    claims = {f"{issuer}:sub": subject, f"{issuer}:aud": audience}
    for statement in document["Statement"]:
        federated = statement["Principal"].get("Federated", "")
        if statement["Action"] != "sts:AssumeRoleWithWebIdentity" or not federated.endswith(f":oidc-provider/{issuer}"):
            continue
        assert statement["Effect"] == "Allow"
        assert statement["Condition"].keys() == {"StringEquals"}
        wanted = statement["Condition"]["StringEquals"]
        if all(claims.get(key) in ([value] if isinstance(value, str) else value) for key, value in wanted.items()):
            return True
    return False
