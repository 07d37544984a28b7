"""Databases, caches and brokers as images: what keeps data on a disk that a task does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from config.models.settings import Mistake

if TYPE_CHECKING:
    from config.models.service.service import Service

_DATABASE = "use `database: {}`"
_CACHE = "use `cache: {}`, a Valkey that speaks Redis"
_QUEUE = "use `queues:`, or a managed broker, by its address in `variables:`"
_BUCKET = "use `buckets:`"
_SEARCH = "use Amazon OpenSearch Service, by its address in `variables:`"
_MANAGED = "use a managed service, by its address in `variables:`"
# fmt: off
_INSTEAD: dict[str, tuple[str, ...]] = {
    _DATABASE: ("postgres", "postgresql", "pgvector", "postgis"),
    _CACHE: ("redis", "valkey", "keydb", "dragonfly", "memcached"),
    _QUEUE: ("rabbitmq", "kafka", "redpanda", "nats", "activemq", "artemis", "pulsar", "elasticmq", "zookeeper"),
    _BUCKET: ("minio", "seaweedfs"),
    _SEARCH: ("elasticsearch", "opensearch", "solr", "meilisearch", "typesense"),
    _MANAGED: (
        "arangodb", "cassandra", "clickhouse", "cockroach", "cockroachdb", "consul", "couchbase", "couchdb", "db2",
        "etcd", "influxdb", "mariadb", "milvus", "mongo", "mongodb", "mssql", "mysql", "neo4j", "oracle", "percona",
        "qdrant", "questdb", "ravendb", "rethinkdb", "scylla", "scylladb", "surrealdb", "tidb", "timescaledb", "vault",
        "weaviate",
    ),
}
# What names of images say beside the product: redis-stack-server, cp-kafka, mongodb-community-server.
_BESIDE = frozenset({
    "broker", "classic", "cluster", "community", "cp", "db", "enterprise", "free", "ha", "node", "oss",
    "repmgr", "sentinel", "server", "sharded", "single", "stack", "ubi", "ubi8", "xe",
})
# fmt: on
STORES = {name: fix for fix, names in _INSTEAD.items() for name in names}


def store(text: str) -> str | None:
    """Return the product where a public image is that of a database, a cache or a broker."""
    path = re.split("[:@]", text.removeprefix("docker.io/").rpartition(":")[0] or text)[0].split("/")
    image = path[-1] if path[-1] != "server" or len(path) == 1 else path[-2]
    words = re.split("[-_]", image)
    products = [word for word in words if word in STORES]
    rest = [word for word in words if word not in STORES and word not in _BESIDE]
    return products[0] if products and not rest else None


def store_mistakes(service: Service) -> Iterator[Mistake]:
    """Yield the mistake of a service that keeps its data on a disk which ends with each task."""
    name = store(service.public_image) if service.public_image and service.kind.keeps_running else None
    if name is None or (service.volumes and service.scaling.most_tasks == 1):
        return
    if service.volumes:
        yield Mistake(
            field="scaling.max_tasks",
            message=f"{name} would run in several tasks at once, over one disk",
            allowed="one task for a store with `volumes:`",
            fix="write `scaling: {singleton: true}`",
            because=("scaling", "image"),
        )
        return
    yield Mistake(
        field="image",
        message=f"{name} keeps data on a disk, and a task has none that outlives it: each task begins empty",
        allowed="a service that keeps nothing, or `volumes:` with `scaling: {singleton: true}`",
        fix=STORES[name],
    )
