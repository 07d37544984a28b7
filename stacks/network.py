"""The network of an environment, and the keys that its logs and its data are encrypted with."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import GOSSIP_PORT
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.flow_logs import FlowLogs
from modules.network.nat_instance import NatInstance
from modules.network.network_acls import NetworkAcls
from modules.network.vpc import Vpc
from modules.network.vpc_endpoints import VpcEndpoints
from stacks.platform_stack import PlatformStack


class NetworkStack(PlatformStack):
    """First of an environment's stacks: exposes `vpc`, `log_key` and `encryption_key`."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(scope, name="network", environment=environment)
        name, settings, region = environment.qualify("network"), environment.network, environment.region
        self.log_key = LogKey(self, "log-key", name=environment.name, account_id=environment.account_id, region=region)
        self.encryption_key = EncryptionKey(self, "data-key", name=environment.name, account_id=environment.account_id)
        self.vpc = Vpc(self, "vpc", name=name, region=region, settings=settings)
        if settings.nat.has_instances:
            instances = [
                NatInstance(self, f"nat-{zone}", name=name, zone=zone, environment=environment, vpc=self.vpc)
                for zone in settings.nat_zones
            ]
            self.vpc.route_through([instance.interface.id for instance in instances])
            self.vpc.nat_addresses.extend(instance.address.public_ip for instance in instances)
        gossip_port = GOSSIP_PORT if environment.monitoring.replicas > 1 else None
        NetworkAcls(self, "acls", name=name, vpc=self.vpc, settings=settings, gossip_port=gossip_port)
        VpcEndpoints(self, "endpoints", name=name, region=region, vpc=self.vpc, settings=settings)
        FlowLogs(self, "flow-logs", name=name, vpc=self.vpc, log_key=self.log_key, settings=environment)

        TerraformOutput(
            self, "nat-addresses", value=self.vpc.nat_addresses, description="What it calls outside comes from these."
        )
        self.export(self.vpc.vpc, "id")
        self.export(self.log_key.key, "arn")
        self.export(self.encryption_key.key, "arn")
        for subnets in self.vpc.subnets.values():
            for subnet in subnets.values():
                self.export(subnet, "id")
