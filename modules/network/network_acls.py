"""The access lists between the tiers: a second wall that no security group can open."""

from __future__ import annotations

from typing import Any

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl, NetworkAclEgress, NetworkAclIngress
from constructs import Construct

from config.models.environment.network import Network
from config.models.environment.subnets import Tier, plan_subnets
from modules.checkov import skip
from modules.network.acl_rules import ANYWHERE, AclRule, Direction, acl_rules
from modules.network.vpc import Vpc

STEP = 10  # leaves room between two rules


class NetworkAcls(Construct):
    """One access list per tier; its rules are the table in modules/network/acl_rules.py."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, vpc: Vpc, settings: Network, gossip_port: int | None = None
    ) -> None:
        super().__init__(scope, id_)
        for tier in Tier:
            rules = acl_rules(tier, vpc=str(settings.cidr), subnets=plan_subnets(settings), gossip_port=gossip_port)
            incoming = [rule for rule in rules if rule.direction is Direction.IN]
            outgoing = [rule for rule in rules if rule.direction is Direction.OUT]
            acl = NetworkAcl(
                self,
                tier.value,
                vpc_id=vpc.vpc.id,
                subnet_ids=[subnet.id for subnet in vpc.subnets[tier].values()],
                ingress=[NetworkAclIngress(**_terms(rule, i)) for i, rule in enumerate(incoming, start=1)],
                egress=[NetworkAclEgress(**_terms(rule, i)) for i, rule in enumerate(outgoing, start=1)],
                tags={"Name": f"{name}-{tier}", "groundwork:tier": tier.value},
            )
            if any(rule.cidr == ANYWHERE for rule in incoming):
                skip(
                    acl, "CKV_AWS_231", "3389 is among the ports that answers come back to; no security group opens it"
                )


def _terms(rule: AclRule, position: int) -> dict[str, Any]:
    first, last = rule.ports
    return {
        "rule_no": position * STEP,
        "action": "allow",
        "protocol": rule.protocol,
        "cidr_block": rule.cidr,
        "from_port": first,
        "to_port": last,
    }
