"""Where requests from outside come in, and the only place where they do."""

from __future__ import annotations

from constructs import Construct

from config.environment import Environment
from modules.certificate import Certificate
from modules.load_balancer import LoadBalancer
from modules.zone import Zone
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class EdgeStack(PlatformStack):
    """Exposes `load_balancer`, on which a public service claims its hosts and paths."""

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack, embedded: bool) -> None:
        super().__init__(scope, name="edge", environment=environment, embedded=embedded)
        domain = environment.domain
        zone = Zone(self, "zone", settings=environment)
        certificate = Certificate(self, "certificate", domain=domain, zone=zone)
        self.load_balancer = LoadBalancer(
            self,
            "load-balancer",
            name=environment.qualify("edge"),
            vpc=network.vpc,
            certificate=certificate,
            settings=environment,
        )
        entrance = self.load_balancer.load_balancer
        for id_, name in (("domain", domain), ("services", f"*.{domain}")):
            zone.alias(id_, name, dns_name=entrance.dns_name, zone_id=entrance.zone_id)

        self.export(self.load_balancer.load_balancer, "arn_suffix")
        self.export(self.load_balancer.listener, "arn")
        self.export(self.load_balancer.firewall.group, "id")
