"""The network of an environment, its NAT instances, and the keys that its logs and its data are encrypted with."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import GOSSIP_PORT
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.flow_logs import FlowLogs
from modules.network.nat_address import NatAddress
from modules.network.nat_instance import nat_instances
from modules.network.network_acls import NetworkAcls
from modules.network.vpc import Vpc
from modules.network.vpc_endpoints import VpcEndpoints
from stacks.platform_stack import PlatformStack


class NetworkStack(PlatformStack):
    """First of an environment's stacks: exposes `vpc`, `log_key`, `encryption_key` and `nat_addresses` by zone."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(scope, name="network", environment=environment)
        name, settings, region = environment.qualify("network"), environment.network, environment.region
        self.log_key = LogKey(self, "log-key", name=environment.name, account_id=environment.account_id, region=region)
        self.encryption_key = EncryptionKey(self, "data-key", name=environment.name, account_id=environment.account_id)
        self.vpc = Vpc(self, "vpc", name=name, region=region, settings=settings)
        zones = settings.nat_zones if settings.nat.has_instances else ()
        self.nat_addresses = {
            zone: NatAddress(self, f"nat-{zone}", name=f"{name}-nat-{zone}", vpc=self.vpc) for zone in zones
        }
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


class NatStack(PlatformStack):
    """`nat`: NAT instances, which start and end slowly, and routes to them; only what calls outside waits for it."""

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack) -> None:
        super().__init__(scope, name="nat", environment=environment)
        nat_instances(self, environment=environment, vpc=network.vpc, addresses=network.nat_addresses)
