"""IAM's evaluation of a role's policies, as far as this platform's policies go; what it does not know it refuses.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.synthesis import Stack

Document = Mapping[str, Any]
ANY = object()
"""A resource or a context key that a record of calls does not tell: it is taken to fit."""

OPERATORS = ("StringEquals", "StringLike", "ArnLike", "ArnNotLike", "ForAnyValue:StringEquals")
"""A key with several values is given here by one of them."""


@dataclass(frozen=True)
class Role:
    """What is attached to a role, and what bounds it."""

    policies: Sequence[Document]
    boundary: Document

    def may(self, action: str, resource: object = ANY, context: Mapping[str, object] | None = None) -> bool:
        """Whether a call is allowed, on this resource and with these condition keys."""
        given = context or {}
        return _allows(self.policies, action, resource, given) and _allows([self.boundary], action, resource, given)

    @property
    def statements(self) -> list[Document]:
        return [statement for document in self.policies for statement in document["Statement"]]

    @property
    def actions(self) -> set[str]:
        return {action for statement in self.statements for action in _list(statement["Action"])}


def role(stack: Stack, name: str) -> Role:
    """A role of a synthesized stack."""
    (id_,) = [key for key, its in stack.resources["aws_iam_role"].items() if its["name"] == name]
    attached = [
        a["policy_arn"]
        for a in stack.all("aws_iam_role_policy_attachment")
        if a["role"] == f"${{aws_iam_role.{id_}.name}}"
    ]
    bound = stack.resources["aws_iam_role"][id_]["permissions_boundary"]
    return Role(
        [json.loads(stack.target(arn)["policy"]) for arn in attached], json.loads(stack.target(bound)["policy"])
    )


def _allows(documents: Sequence[Document], action: str, resource: object, context: Mapping[str, object]) -> bool:
    fitting = [s for d in documents for s in d["Statement"] if _fits(s, action, resource, context)]
    effects = {statement["Effect"] for statement in fitting}
    return "Allow" in effects and "Deny" not in effects


def _fits(statement: Document, action: str, resource: object, context: Mapping[str, object]) -> bool:
    if not any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _list(statement["Action"])):
        return False
    if resource is ANY and statement["Effect"] == "Deny":
        return False
    if resource is not ANY and not any(fnmatchcase(str(resource), p) for p in _list(statement["Resource"])):
        return False
    conditions: Mapping[str, Mapping[str, Any]] = statement.get("Condition", {})
    return all(_condition(operator, wanted, context) for operator, wanted in conditions.items())


def _condition(operator: str, wanted: Mapping[str, Any], context: Mapping[str, object]) -> bool:
    for key, values in wanted.items():
        given = context.get(key)
        if given is ANY:
            continue
        assert operator in OPERATORS, operator
        if operator == "ArnNotLike":
            if given is not None and any(fnmatchcase(str(given), value) for value in _list(values)):
                return False
        elif given is None or not any(_equals(operator, str(given), value) for value in _list(values)):
            return False
    return True


def _equals(operator: str, given: str, value: str) -> bool:
    return given == value if "Equals" in operator else fnmatchcase(given, value)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
