"""Settings for tests, as short as YAML: what a test does not name has its default."""

from __future__ import annotations

from typing import Any

from config.models.environment.environment import Environment
from config.models.environment.network import Network
from config.models.service.service import Service

ACCOUNT = "123456789012"


def an_environment(**fields: Any) -> Environment:
    """An environment called test."""
    given = {"name": "test", "organization": "acme", "account_id": ACCOUNT, "domain": "test.example.com"}
    fields = {"network": {"cidr": "10.0.0.0/16"}} | fields
    edge = {"create_zone": True} if not fields.get("edge", {}).get("zone_id") else {}
    return Environment.model_validate(given | fields | {"edge": edge | fields.get("edge", {})})


def a_network(**fields: Any) -> Network:
    """A network of 10.0.0.0/16."""
    return Network.model_validate({"cidr": "10.0.0.0/16"} | fields)


def a_service(name: str = "orders", **fields: Any) -> Service:
    """An internal service that listens on 8080, unless the fields say otherwise."""
    given: dict[str, Any] = {"name": name, "kind": "internal"} | fields
    if given["kind"] in ("internal", "public-web"):
        given.setdefault("port", 8080)
    if given["kind"] == "internal":
        given.setdefault("health_check", "none")
    return Service.model_validate(given)
