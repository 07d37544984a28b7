"""moto 5.2.5 gives a Cloud Map namespace a zone of another name, outside its VPC, and never deletes it.

It has no SOA record for it either, and takes the properties of a change for those of the namespace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.route53 import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend

from local_aws.supplement.patch import wrap

SOA_TTL_S = 300
"""What a new zone has here: resolvers may remember for as long that a name is empty."""


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(ServiceDiscoveryBackend, "create_private_dns_namespace", _with_its_own_zone)
    wrap(ServiceDiscoveryBackend, "update_private_dns_namespace", _with_its_soa)
    wrap(ServiceDiscoveryBackend, "delete_namespace", _with_its_zone)


def _with_its_own_zone(original: Callable[..., Any], backend: Any, **kwargs: Any) -> Any:
    operation_id = original(backend, **kwargs)
    namespace = backend.namespaces[backend.operations[operation_id].targets["NAMESPACE"]]
    zone = _zone(backend, namespace)
    for named in (zone, *zone.rrsets):
        named.name = f"{namespace.name}."
    zone.add_vpc(namespace.vpc, backend.region_name)
    namespace.dns_properties |= {"HostedZoneId": zone.resource_id, "SOA": {"TTL": SOA_TTL_S}}
    return operation_id


def _with_its_soa(
    original: Callable[..., Any], backend: Any, _id: str, description: str | None, properties: dict[str, Any] | None
) -> Any:
    operation_id = original(backend, _id, description, None)
    if properties:
        backend.get_namespace(_id).dns_properties |= properties
    return operation_id


def _with_its_zone(original: Callable[..., Any], backend: Any, namespace_id: str) -> Any:
    namespace = backend.namespaces.get(namespace_id)
    operation_id = original(backend, namespace_id)
    if zone := _zone(backend, namespace):
        del _route53(backend).zones[zone.resource_id]
    return operation_id


def _zone(backend: Any, namespace: Any) -> Any:
    zone_id = (namespace.dns_properties or {}).get("HostedZoneId", "")
    return _route53(backend).zones.get(zone_id.removeprefix("/hostedzone/"))


def _route53(backend: Any) -> Any:
    return route53_backends[backend.account_id][backend.partition]
