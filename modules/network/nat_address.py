"""The public address of a NAT instance, which outlives the instance and its stack."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.eip import Eip
from constructs import Construct

from modules.checkov import skip
from modules.network.vpc import Vpc


class NatAddress(Construct):
    """An elastic address: exposes `address`, which a partner lets in and a NAT instance takes."""

    def __init__(self, scope: Construct, id_: str, *, name: str, vpc: Vpc) -> None:
        super().__init__(scope, id_)
        self.address = Eip(self, "address", domain="vpc", tags={"Name": name}, depends_on=[vpc.internet_route])
        skip(self.address, "CKV2_AWS_19", "A NAT instance takes it, in the stack `nat`.")
        vpc.nat_addresses.append(self.address.public_ip)
