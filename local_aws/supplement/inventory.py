"""moto 5.2.5 cannot say which resources exist: `/moto-api/groundwork/inventory` lists those that were created.

Generic on purpose, for a list of resource types would miss the next one: whatever moto keeps as an object in a
backend's containers counts, except what the backend was born with (a default VPC, Amazon's images and policies),
what AWS makes by itself, what records the past, and what is deleted and only still shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.common_models import BaseModel
from moto.ec2.models.instances import Reservation

from local_aws.supplement import control
from local_aws.supplement.patch import Kept, wrap

_PAST = {"Event", "MetricDatum", "Operation"}
_GONE = {"deleted", "deleting", "inactive", "pendingdeletion", "terminated", "shutting-down"}
_AMAZONS = ("/aws/", "default.", "default:", "alias/aws/", "arn:aws:iam::aws:", "com.amazonaws.")


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(AccountSpecificBackend, "__init__", _remember_what_backends_start_with)
    control.add("inventory", _inventory)


def _remember_what_backends_start_with(original: Callable[..., Any], account: Any, *args: Any, **kwargs: Any) -> None:
    original(account, *args, **kwargs)
    create = account.backend

    def create_and_remember(*args: Any, **kwargs: Any) -> Any:
        backend = create(*args, **kwargs)
        backend._born_with = {id(resource): resource for _, _, resource in _resources(vars(backend))}
        return backend

    account.backend = create_and_remember


def _inventory(_request: Any, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    found = [
        {"service": accounts.service_name, "region": region, "type": type_, "id": str(key)}
        for accounts in list(BackendDict._instances)
        for _, region, backend in list(accounts.iter_backends())
        for type_, key, resource in _resources(vars(backend))
        if id(resource) not in getattr(backend, "_born_with", {}) and _exists(type_, str(key), resource)
    ]
    return 200, {}, json.dumps(found)


def _resources(container: Any, name: str = "", depth: int = 3) -> Iterator[tuple[str, Any, Any]]:
    """Every resource in these containers: its type, the key it is kept under or its own name, itself."""
    if isinstance(container, BaseModel) or name == "_born_with":
        return
    kept = container.items() if isinstance(container, Mapping) else [(None, value) for value in container]
    for key, value in list(kept):
        if isinstance(value, Reservation):  # no resource itself, but what moto keeps instances in
            yield from ((type(one).__name__, one.id, one) for one in value.instances)
        elif isinstance(value, BaseModel):
            yield type(value).__name__, key if isinstance(key, str) else _name(value), value
        elif isinstance(container, Kept):
            yield name, key, value
        elif isinstance(value, Mapping | list | set) and depth:
            yield from _resources(value, str(key), depth - 1)


def _exists(type_: str, key: str, resource: Any) -> bool:
    facts = vars(resource) if isinstance(resource, BaseModel) else resource
    if type_ in _PAST or _is_amazons(type_, key, facts):
        return False
    states = (facts.get(name) for name in ("status", "state", "_status", "_state", "key_state"))
    deleted = facts.get("deletion_date") or facts.get("deleted_date")
    ended = facts.get("desired_status") == "STOPPED"  # an ECS task; a stopped instance is another matter
    return not deleted and not ended and not any(str(getattr(one, "name", one)).lower() in _GONE for one in states)


def _is_amazons(type_: str, key: str, facts: Any) -> bool:
    match type_:
        case "Key":  # behind aliases such as alias/aws/rds
            return str(facts.get("description")).startswith(("Default key", "Default master key"))
        case "DelegationSet":  # a zone's own; only one to be reused has an id
            return not facts.get("id")
        case "NetworkAcl":  # comes with its VPC, and moto keeps it when that goes
            return bool(facts.get("default"))
    return key.startswith(_AMAZONS)


def _name(resource: Any) -> str:
    facts = vars(resource)
    return next((str(facts[name]) for name in ("arn", "id", "name") if facts.get(name)), "?")
