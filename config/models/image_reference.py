"""Complete references of public images, as Docker and ECS read them.

https://pkg.go.dev/github.com/distribution/reference
"""

from __future__ import annotations

import re

from config.models.settings import Mistake, refuse

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::[0-9]+)?"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*")
_REFERENCE = re.compile(rf"(?P<name>{_NAME.pattern})(?::[\w][\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?", re.ASCII)
_PRIVATE = re.compile(r"[0-9]{12}\.dkr\.ecr[.-]")
_ALLOWED = "a reference such as public.ecr.aws/nginx/nginx:1.29.1: registry, lower-case name, tag"
# fmt: off
STORES = frozenset({
    "cassandra", "couchdb", "elasticsearch", "etcd", "influxdb", "kafka", "mariadb", "memcached", "minio",
    "mongo", "mongodb", "mysql", "nats", "neo4j", "opensearch", "postgis", "postgres", "postgresql",
    "rabbitmq", "redis", "valkey", "zookeeper",
})
# fmt: on


def public_reference(text: str) -> str:
    """Refuse what no registry has, and what no task of the platform may pull."""
    if mistake := _mistake(text):
        raise refuse(mistake)
    return text


def _mistake(text: str) -> Mistake | None:
    if _PRIVATE.match(text):
        return Mistake(
            message="a service may pull from its own repository only, and from public registries",
            allowed="{of: web} for the image of another service, or no `image:` but a release",
            fix=f"write {{of: {re.split('[:@]', text.partition('/')[2])[0] or 'web'}}} if that is a service's, "
            "or remove it, push to the service's own repository and release that",
        )
    if _REFERENCE.fullmatch(text):
        return None
    bare = re.sub(r"^[a-z]+://", "", text.strip())
    host, slash, rest = bare.partition("/")
    lower = f"{host}/{rest.lower()}" if slash and ("." in host or ":" in host) else bare.lower()
    fix = next((f"write {one}" for one in (bare, lower) if one != text and _REFERENCE.fullmatch(one)), None)
    return Mistake(message="is no reference of an image", allowed=_ALLOWED, fix=fix)


def is_tagged(text: str) -> bool:
    """Tell whether a reference says which version it means."""
    return "@" in text or ":" in text.rpartition("/")[2]


def means_latest(text: str) -> bool:
    """Tell whether a reference means what is newest in its registry, whenever it is read."""
    return "@" not in text and (not is_tagged(text) or text.endswith(":latest"))


def store(text: str) -> str | None:
    """Return the name of the database or broker whose public image this is."""
    name = re.split("[:@]", text.rpartition("/")[2])[0]
    return name if name in STORES else None
