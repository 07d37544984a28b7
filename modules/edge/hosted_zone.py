"""The DNS zone of an environment's domain."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip


@dataclass(frozen=True)
class Target:
    """The target of a DNS alias: an AWS address that moves, and the zone that AWS keeps it in."""

    dns_name: str
    zone_id: str


class HostedZone(Construct):
    """Created, or adopted by its id, and then only records are made in it. Exposes `id`.

    A zone created here answers nobody before the registrar delegates to its name servers: see docs/edge.md.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Environment) -> None:
        super().__init__(scope, id_)
        self.id = settings.edge.zone_id or self._create(settings)

    def alias(self, id_: str, name: str, target: Target) -> None:
        """Answer a name with the target's addresses. No AAAA: the VPC has IPv4 alone."""
        Route53Record(
            self,
            id_,
            zone_id=self.id,
            name=name,
            type="A",
            # One target, and nowhere else to send anybody when it is ill.
            alias=Route53RecordAlias(name=target.dns_name, zone_id=target.zone_id, evaluate_target_health=False),
        )

    def _create(self, settings: Environment) -> str:
        zone = Route53Zone(
            self,
            "zone",
            name=settings.domain,
            comment=f"Public services of {settings.name}",
            # A zone made anew has other name servers: until the registrar knows them, the domain is gone.
            lifecycle=TerraformResourceLifecycle(prevent_destroy=settings.deletion_protection),
        )
        skip(
            zone,
            "CKV2_AWS_38",
            "DNSSEC wants a DS record in the parent zone, set and removed in the right order by whoever owns that; "
            "in the wrong order the domain disappears. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
            "dns-configuring-dnssec.html",
        )
        skip(
            zone,
            "CKV2_AWS_39",
            "Everything asked here is public, every request that follows is in the access logs, and the query log "
            "would have to lie in us-east-1.",
        )
        servers = TerraformOutput(
            self,
            "name-servers",
            value=zone.name_servers,
            description=f"Where the registrar, or the parent zone, must delegate {settings.domain}",
        )
        servers.override_logical_id("name-servers")
        return zone.zone_id
