"""moto 5.2.5 keeps a budget's subscribers to itself, cannot change a budget, and has no tags on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time

from local_aws.supplement.patch import add, wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(BudgetsResponse, "create_budget", _keep_tags)
    add(
        BudgetsResponse,
        describe_subscribers_for_notification=_describe_subscribers_for_notification,
        update_budget=_update_budget,
        list_tags_for_resource=_list_tags_for_resource,
        tag_resource=_tag_resource,
        untag_resource=_untag_resource,
    )


def _describe_subscribers_for_notification(response: Any) -> str:
    budget = _find(response, response._get_param("BudgetName"))
    wanted = response._get_param("Notification")
    for notification in budget.notifications:
        # AWS adds defaults such as NotificationState, so that what is asked for may be less than what is kept.
        if all(notification.details.get(name) == value for name, value in wanted.items()):
            return json.dumps({"Subscribers": notification.subscribers})
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")


def _update_budget(response: Any) -> str:
    new = response._get_param("NewBudget")
    budget = _find(response, new["BudgetName"])
    budget.budget = {"TimePeriod": budget.budget["TimePeriod"]} | new | {"LastUpdatedTime": unix_time()}
    return "{}"


def _keep_tags(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    name = response._get_param("Budget")["BudgetName"]
    arn = f"arn:{response.partition}:budgets::{response._get_param('AccountId')}:budget/{name}"
    vars(response.backend).setdefault("kept_tags", {})[arn] = _by_key(response._get_param("ResourceTags", []))
    return answer


def _list_tags_for_resource(response: Any) -> str:
    return json.dumps({"ResourceTags": list(_tags(response).values())})


def _tag_resource(response: Any) -> str:
    _tags(response).update(_by_key(response._get_param("ResourceTags")))
    return "{}"


def _untag_resource(response: Any) -> str:
    for key in response._get_param("ResourceTagKeys"):
        _tags(response).pop(key, None)
    return "{}"


def _tags(response: Any) -> dict[str, dict[str, str]]:
    tags: dict[str, dict[str, str]] = (
        vars(response.backend).setdefault("kept_tags", {}).setdefault(response._get_param("ResourceARN"), {})
    )
    return tags


def _by_key(tags: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {tag["Key"]: tag for tag in tags}


def _find(response: Any, name: str) -> Any:
    budgets = response.backend.budgets[response._get_param("AccountId")]
    if name not in budgets:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budgets[name]
