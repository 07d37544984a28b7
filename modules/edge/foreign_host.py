"""A host that is not below the environment's domain, with a certificate of its own."""

from __future__ import annotations

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.lb_listener_certificate import LbListenerCertificate
from constructs import Construct

from config.models.environment.edge import ForeignDomain
from config.models.environment.environment import Environment
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import HostedZone, Target, alias_record
from modules.edge.load_balancer import LoadBalancer


class ForeignHost(Construct):
    """Shown its certificate by the load balancer to whoever asks for it by name (SNI), and answered by its zone.

    Without a zone the output `records-<name>` says what to enter where its DNS is kept.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        load_balancer: LoadBalancer,
        address: Target,
        zone_id: str | None,
        settings: ForeignDomain,
    ) -> None:
        super().__init__(scope, id_)
        certificate = Certificate(self, "certificate", domain=settings.name, zone_id=zone_id, wildcard=False)
        LbListenerCertificate(self, "shown", listener_arn=load_balancer.listener.arn, certificate_arn=certificate.arn)
        if zone_id:
            alias_record(self, "alias", zone_id=zone_id, name=settings.name, target=address)
            return
        proof = certificate.proof
        records = TerraformOutput(
            self,
            "records",
            value=[
                f"{proof.resource_record_name} CNAME {proof.resource_record_value}",
                f"{settings.name}. CNAME {address.dns_name}.",
            ],
            description=f"To be entered where the DNS of {settings.name} is kept; at the top of a zone an ALIAS",
        )
        records.override_logical_id(f"records-{settings.name.replace('.', '-')}")


def foreign_hosts(
    scope: Construct, *, load_balancer: LoadBalancer, address: Target, zone: HostedZone, settings: Environment
) -> None:
    """Add every foreign host of an environment; what lies deeper below its domain has its zone."""
    for foreign in settings.edge.domains:
        ForeignHost(
            scope,
            f"domain-{foreign.name.replace('.', '-')}",
            load_balancer=load_balancer,
            address=address,
            zone_id=foreign.zone_id or (zone.id if foreign.name.endswith(f".{settings.domain}") else None),
            settings=foreign,
        )
