"""Databases, caches and brokers as images: what keeps data on a disk that a task does not have."""

from __future__ import annotations

import re

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
