"""Databases, caches and brokers of a compose file, as what the platform makes for a service."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cli.importers.draft import Draft
from cli.importers.foreign_values import pairs, text
from config.models.data.database import INJECTED
from config.models.service.container.stores import store
from config.source.node import Node

_POSTGRES = frozenset({"postgres", "postgresql", "postgis", "timescaledb", "pgvector"})
_CACHES = frozenset({"redis", "valkey", "keydb", "dragonfly"})
_ELSEWHERE = {
    "memcached": "write `cache: {}` in the service, which is a Valkey, or use ElastiCache",
    "mongo": "use DocumentDB or Atlas",
    "mongodb": "use DocumentDB or Atlas",
    "mysql": "use RDS for MySQL, or move to PostgreSQL and `database: {}`",
    "mariadb": "use RDS for MariaDB, or move to PostgreSQL and `database: {}`",
    "rabbitmq": "use Amazon MQ, or `queues:`, which are SQS",
    "kafka": "use MSK, and `egress_ports: [9094]`",
    "elasticsearch": "use OpenSearch Service",
    "opensearch": "use OpenSearch Service",
    "minio": "write `buckets: {files: {}}` in the service",
}
_PARTS = (
    ("port", re.compile(r"port$", re.IGNORECASE)),
    ("password", re.compile(r"pass(word|wd)?$|pwd$", re.IGNORECASE)),
    ("user", re.compile(r"user(name)?$", re.IGNORECASE)),
    ("name", re.compile(r"(name|database|db)$", re.IGNORECASE)),
    ("host", re.compile(r"(host|hostname|server|addr)$", re.IGNORECASE)),
)
_OF_A_DATABASE = re.compile(r"(^|_)(DB|PG|POSTGRES(QL)?|DATABASE|SQL|DATASOURCE|JDBC)", re.IGNORECASE)


@dataclass(frozen=True)
class Store:
    """A service of the compose file that keeps data."""

    name: str
    image: str
    node: Node

    @property
    def kind(self) -> str:
        """`database`, `cache`, or the name of what the platform does not make."""
        name = image_name(self.image)
        return "database" if name in _POSTGRES else "cache" if name in _CACHES else name

    @property
    def instead(self) -> str:
        """Return what a person makes in its place, where the platform makes nothing."""
        way = _ELSEWHERE.get(self.kind, "use a managed service")
        return f"a task's disk ends with it: {way}; its address goes into `variables:`, its password into `secrets:`"


def image_name(image: str) -> str:
    """Return the last part of an image's name."""
    return re.split("[:@]", image.rpartition("/")[2])[0]


def store_of(name: str, node: Node) -> Store | None:
    """Return the store that a service is, if its image says so."""
    image = node.fields.get("image")
    if image is None or "build" in node.fields or not isinstance(image.content, str):
        return None
    known = store(image.content) or (
        image_name(image.content) if image_name(image.content) in _POSTGRES | _CACHES else None
    )
    return Store(name, image.content, node) if known else None


def variables_to(found: Store, node: Node, setting: str, draft: Draft, *, but: Collection[str]) -> set[str]:
    """Draft the variables that lead to a store; return their names, which are then no variables of their own."""
    return {
        name
        for name, value, place in pairs(node, setting)
        if value is not None
        and name not in but
        and _leads(found, name, text(value, f"{setting}.{name}"), draft, place, f"{setting}.{name}")
    }


def _leads(found: Store, name: str, value: str, draft: Draft, place: Node, setting: str) -> bool:
    at = re.search(rf"(^|[/@,]){re.escape(found.name)}([:/?,]|$)", value)
    if found.kind == "cache":
        if at:
            part = "CACHE_URL" if "://" in value else "CACHE_HOST"
            draft.changed(
                place, setting, f"the address is in `{part}`, which the platform sets (TLS, so rediss://): read that"
            )
        return at is not None
    if found.kind != "database":
        if at:
            draft.to_do(
                place, setting, f"{found.name} is not imported: write where its successor is, a password as a secret"
            )
        return at is not None
    held = _part(name, value, at is not None)
    if held is None:
        return False
    if name in INJECTED:
        draft.carried(place, setting, f"{name}, which `database:` sets")
    elif held == "url" and not (draft.get("command") or draft.get("entrypoint")):
        draft.to_do(
            place,
            setting,
            f"add `command:` and `database.variables.{name}: url`: a shell puts the URL together before the program",
        )
    else:
        draft.set(f"database.variables.{name}", held)
        draft.changed(place, setting, f"`database.variables.{name}: {held}`: the platform sets it to its own database")
    return True


def _part(name: str, value: str, at: bool) -> str | None:
    if at and "://" in value:
        return "jdbc-url" if value.startswith("jdbc:") else "url"
    if at:
        return "host"
    if not _OF_A_DATABASE.search(name):
        return None
    return next((one for one, pattern in _PARTS if pattern.search(name)), None)


def share(found: Store, users: Sequence[Draft]) -> None:
    """Give a database or cache to the first service that uses it; the others share it."""
    if found.kind not in ("database", "cache") or not users:
        return
    owner, *others = users
    if owner.get("before"):  # a job prepares who has the database
        others = [*users]
        owner = next((user for user in users if not user.get("before")), owner)
    if owner not in others:
        owner.fields.setdefault(found.kind, {})
    for other in others:
        if other is not owner:
            other.fields[found.kind] = {"of": owner.name, **other.fields.get(found.kind, {})}
