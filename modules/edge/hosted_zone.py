"""The DNS zone of an environment's domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from config.models.environment.dns_record import APEX
from config.models.environment.edge import ZoneBelow
from config.models.environment.environment import Environment
from modules.checkov import skip

DELEGATION_TTL_S = 3_600
MARK = "_groundwork"
"""A label that nothing else has, below the domain of another environment."""
STRING = 255
"""Characters of one string of a TXT record; several are read as one text."""


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
        for record in settings.edge.records:
            if record.values:
                name = settings.domain if record.name == APEX else f"{record.name}.{settings.domain}"
                self._record(f"{record.name}-{record.type}", name, record.type, record.values, ttl_s=record.ttl_s)
        for below in settings.zones_below:
            self._leave_to(below, settings)

    def alias(self, id_: str, name: str, target: Target) -> None:
        """Answer a name with the target's addresses. No AAAA: the VPC has IPv4 alone."""
        alias_record(self, id_, zone_id=self.id, name=name, target=target)

    def _leave_to(self, below: ZoneBelow, settings: Environment) -> None:
        """Delegate a part of the domain to another environment's zone, or answer nothing there.

        The wildcard would answer with this environment. It does not where a name between it and the question exists,
        and a name exists that has one below it: https://datatracker.ietf.org/doc/html/rfc4592#section-2.2.2
        """
        if settings.edge.create_zone and below.name_servers:
            self._record(below.environment, below.domain, "NS", below.name_servers, ttl_s=DELEGATION_TTL_S)
        elif self.id != below.zone_id:
            text = (f"left to environment {below.environment}",)
            self._record(f"not-{below.environment}", f"{MARK}.{below.domain}", "TXT", text, ttl_s=DELEGATION_TTL_S)

    def _record(self, id_: str, name: str, type_: str, values: Sequence[str], *, ttl_s: int) -> None:
        Route53Record(
            self,
            id_,
            zone_id=self.id,
            name=name,
            type=type_,
            records=[_in_strings(value) if type_ == "TXT" else value for value in values],
            ttl=ttl_s,
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


def alias_record(scope: Construct, id_: str, *, zone_id: str, name: str, target: Target) -> None:
    """Answer a name in a zone with the target's addresses."""
    Route53Record(
        scope,
        id_,
        zone_id=zone_id,
        name=name,
        type="A",
        # One target, and nowhere else to send anybody when it is ill.
        alias=Route53RecordAlias(name=target.dns_name, zone_id=target.zone_id, evaluate_target_health=False),
    )


def _in_strings(text: str) -> str:
    """Cut a long text in the strings that DNS takes; the provider puts the outer quotation marks."""
    return '""'.join(text[start : start + STRING] for start in range(0, len(text), STRING))
