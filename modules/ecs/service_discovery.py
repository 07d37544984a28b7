"""The names below app.local, under which the tasks of each service register their addresses."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct

from config.models.environment.environment import NAMESPACE
from modules.network.vpc import Vpc

DNS_TTL_S = 10


def private_namespace(
    scope: Construct, id_: str, *, environment_name: str, vpc: Vpc
) -> ServiceDiscoveryPrivateDnsNamespace:
    """Add the namespace app.local, which only the VPC resolves."""
    return ServiceDiscoveryPrivateDnsNamespace(
        scope, id_, name=NAMESPACE, description=f"Services of {environment_name}", vpc=vpc.vpc.id
    )


def register(
    scope: Construct, id_: str, *, name: str, namespace: ServiceDiscoveryPrivateDnsNamespace
) -> ServiceDiscoveryService:
    """`name` in the namespace, answering with up to eight addresses; the policy WEIGHTED would give one.

    https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
    """
    return ServiceDiscoveryService(
        scope,
        id_,
        name=name,
        # Else a task that ECS is slow to deregister keeps the service, and a destroy fails.
        force_destroy=True,
        dns_config=ServiceDiscoveryServiceDnsConfig(
            namespace_id=namespace.id,
            routing_policy="MULTIVALUE",
            dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=DNS_TTL_S)],
        ),
        health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
    )
