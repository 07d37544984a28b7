"""The edge of an environment, the only place where requests from outside come in."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.checks.edge import waf_exceptions
from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.edge.accelerator import Accelerator
from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.foreign_host import foreign_hosts
from modules.edge.hosted_zone import HostedZone
from modules.edge.load_balancer import LoadBalancer
from modules.edge.web_acl import WebAcl
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class EdgeStack(PlatformStack):
    """Exposes `load_balancer`, on which a public service claims its hosts and paths."""

    def __init__(
        self, scope: Construct, *, environment: Environment, network: NetworkStack, services: Sequence[Service]
    ) -> None:
        super().__init__(scope, name="edge", environment=environment)
        name, domain = environment.qualify("edge"), environment.domain
        zone = HostedZone(self, "zone", settings=environment)
        balancer = self.load_balancer = LoadBalancer(
            self,
            "load-balancer",
            name=name,
            vpc=network.vpc,
            certificate=Certificate(self, "certificate", domain=domain, zone_id=zone.id, wildcard=True),
            access_logs=AccessLogs(self, "access-logs", name=environment.bucket("edge-logs"), settings=environment),
            settings=environment,
        )
        WebAcl(
            self,
            "web-acl",
            name=name,
            load_balancer=balancer,
            log_key=network.log_key,
            exceptions=waf_exceptions(environment, services),
            settings=environment,
        )
        address = balancer.address
        if environment.edge.global_accelerator:
            accelerator = Accelerator(self, "accelerator", name=name, region=environment.region, load_balancer=balancer)
            address = accelerator.address
        zone.alias("domain", domain, address)
        zone.alias("services", f"*.{domain}", address)
        foreign_hosts(self, load_balancer=balancer, address=address, zone=zone, settings=environment)

        self.export(self.load_balancer.load_balancer, "arn_suffix")
        self.export(self.load_balancer.listener, "arn")
        self.export(self.load_balancer.security_group.group, "id")
