"""An entrance to AWS's own network near every user, for those far from the region."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.globalaccelerator_accelerator import GlobalacceleratorAccelerator
from cdktf_cdktf_provider_aws.globalaccelerator_endpoint_group import (
    GlobalacceleratorEndpointGroup,
    GlobalacceleratorEndpointGroupEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.globalaccelerator_listener import (
    GlobalacceleratorListener,
    GlobalacceleratorListenerPortRange,
)
from constructs import Construct

from modules.checkov import skip
from modules.edge.hosted_zone import Target
from modules.edge.load_balancer import HTTP, HTTPS, LoadBalancer

# The only endpoint gets everything at any weight but 0, which is what the provider sends for none.
WEIGHT = 128


class Accelerator(Construct):
    """Two fixed addresses, announced world-wide, that lead to one load balancer. Exposes `address`.

    Clients keep their own addresses on the way, so the firewalls and the rate limit work as without it.
    https://docs.aws.amazon.com/global-accelerator/latest/dg/preserve-client-ip-address.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, region: str, load_balancer: LoadBalancer) -> None:
        super().__init__(scope, id_)
        accelerator = GlobalacceleratorAccelerator(self, "accelerator", name=name, ip_address_type="IPV4", enabled=True)
        skip(
            accelerator,
            "CKV_AWS_75",
            "Each connection is in the VPC's flow logs, each request in the access logs, with the client's address.",
        )
        listener = GlobalacceleratorListener(
            self,
            "listener",
            accelerator_arn=accelerator.arn,
            protocol="TCP",
            port_range=[GlobalacceleratorListenerPortRange(from_port=port, to_port=port) for port in (HTTP, HTTPS)],
        )
        GlobalacceleratorEndpointGroup(
            self,
            "endpoints",
            listener_arn=listener.arn,
            endpoint_group_region=region,
            endpoint_configuration=[
                GlobalacceleratorEndpointGroupEndpointConfiguration(
                    endpoint_id=load_balancer.load_balancer.arn,
                    weight=WEIGHT,
                    client_ip_preservation_enabled=True,
                )
            ],
        )
        self.address = Target(dns_name=accelerator.dns_name, zone_id=accelerator.hosted_zone_id)
