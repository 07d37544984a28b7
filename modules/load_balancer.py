"""The one load balancer of an environment: where every request from outside comes in."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
)
from constructs import Construct

from config.subnets import Tier
from modules.firewall import Firewall
from modules.vpc import Vpc

HTTP = 80


class LoadBalancer(Construct):
    """An internet-facing application load balancer that answers 404 until a service adds its rule.

    Exposes `load_balancer`, `listener` and `firewall`; nothing leaves it before a service lets it in.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, vpc: Vpc, deletion_protection: bool) -> None:
        super().__init__(scope, id_)
        self.firewall = Firewall(
            self, "firewall", name=name, description="The load balancer: HTTP from the internet", vpc=vpc
        )
        self.firewall.allow_internet(HTTP)
        self.load_balancer = Lb(
            self,
            "load-balancer",
            name=name,
            load_balancer_type="application",
            internal=False,
            subnets=[subnet.id for subnet in vpc.subnets[Tier.PUBLIC].values()],
            security_groups=[self.firewall.group.id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=deletion_protection,
        )
        self.listener = LbListener(
            self,
            "http",
            load_balancer_arn=self.load_balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="fixed-response",
                    fixed_response=LbListenerDefaultActionFixedResponse(
                        content_type="text/plain",
                        message_body="No service answers here.\n",
                        status_code="404",
                    ),
                )
            ],
        )
