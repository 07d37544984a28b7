"""One microservice: its deploy plans, locks and breaks nothing else."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct

from config.environment import Environment
from config.service import Service
from modules.autoscaling import Autoscaling
from modules.fargate_service import FargateService
from modules.firewall import Firewall
from modules.task_roles import TaskRoles
from modules.web_route import WebRoute
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack

HTTPS = 443
DNS_TTL_S = 10


class ServiceStack(PlatformStack):
    """Exposes `firewall`, which another service's stack opens to its own tasks."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        service: Service,
        network: NetworkStack,
        cluster: ClusterStack,
        edge: EdgeStack,
        embedded: bool,
    ) -> None:
        super().__init__(scope, name=f"service-{service.name}", environment=environment, embedded=embedded)
        name = environment.qualify(service.name)
        log_group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/{environment.name}/services/{service.name}",
            retention_in_days=service.log_retention_days,
            kms_key_id=network.log_key.arn,
        )
        roles = TaskRoles(self, "roles", name=name, environment=environment, service=service, log_group=log_group)
        self.firewall = Firewall(self, "firewall", name=name, description=f"Tasks of {service.name}", vpc=network.vpc)
        self.firewall.allow_out(HTTPS)  # AWS's own APIs, the registry, and whoever sells the company a service
        registration = ServiceDiscoveryService(
            self,
            "registration",
            name=service.name,
            # Up to eight addresses in an answer; WEIGHTED would give one.
            # https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=cluster.namespace.id,
                routing_policy="MULTIVALUE",
                dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=DNS_TTL_S)],
            ),
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        )
        route = self._route(name, environment, service, network, edge)
        fargate = FargateService(
            self,
            "fargate",
            environment=environment,
            vpc=network.vpc,
            cluster=cluster.cluster,
            registration=registration,
            firewall=self.firewall,
            roles=roles,
            log_group=log_group,
            route=route,
            settings=service,
        )
        load_balancer = edge.load_balancer.load_balancer
        Autoscaling(
            self,
            "autoscaling",
            cluster=cluster.cluster,
            service=fargate.service,
            requests_label=f"{load_balancer.arn_suffix}/{route.target_group.arn_suffix}" if route else None,
            settings=service.scaling,
        )
        self.export(self.firewall.group, "id")

    def _route(
        self, name: str, environment: Environment, service: Service, network: NetworkStack, edge: EdgeStack
    ) -> WebRoute | None:
        if service.route is None or service.port is None:
            return None
        self.firewall.allow_from(edge.load_balancer.firewall, service.port, scope=self, id_="load-balancer")
        return WebRoute(
            self,
            "route",
            name=name,
            service=service.name,
            vpc=network.vpc,
            load_balancer=edge.load_balancer,
            host=environment.hostname(service.route),
            settings=service.route,
            health_check=service.health_check,
        )
