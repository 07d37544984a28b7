"""The edge of an environment: its DNS zone, and what the load balancer puts up with and remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from config.models.environment.dns_record import DnsName, DnsRecord, record_mistakes
from config.models.settings import LogRetentionDays, Mistake, Settings, in_words
from config.models.waf import Waf

# What the load balancer answers where no rule leads to a service.
NO_SERVICE = "No service answers here.\n"

ZoneId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z0-9]{8,32}$"),
    in_words("the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ"),
]
# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
LONGEST = 64
"""Characters of the first name of a certificate."""
ForeignName = Annotated[DnsName, StringConstraints(max_length=LONGEST)]


class ForeignDomain(Settings):
    """One host, and where its records are kept."""

    name: ForeignName = Field(description="The whole name: shop.example.net.")
    zone_id: ZoneId | None = Field(
        default=None,
        description="Its Route 53 zone in this account, where the records are made; without one a deploy says which "
        "to enter elsewhere, and waits for them.",
    )


class Edge(Settings):
    """The edge, where requests from outside come in. TLS is no setting: see modules/edge/load_balancer.py."""

    zone_id: ZoneId | None = Field(
        default=None, description="A Route 53 zone that exists and holds the domain: only records are made in it."
    )
    create_zone: bool = Field(
        default=False,
        description="Make a zone for the domain, empty but for the platform's records: once the registrar delegates "
        "to it, what another zone answers today is gone (docs/edge.md). This or `zone_id` is said on purpose.",
    )
    name_servers: tuple[DnsName, ...] = Field(
        default=(),
        max_length=6,
        description="Those of its zone, once known: the zone that another environment creates for the domain above "
        "delegates to them.",
    )
    records: tuple[DnsRecord, ...] = Field(
        default=(), max_length=500, description="More records of the domain: mail, proofs of ownership, other hosts."
    )
    domains: tuple[ForeignDomain, ...] = Field(
        default=(),
        description="Hosts that are not one label below the environment's domain, each with a certificate of its own; "
        "a service answers one by its whole name as `host:`.",
    )
    waf: Waf = Field(default=Waf(), description="The web application firewall.")
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
    requests_per_5_min: int = Field(
        default=5_000,
        ge=10,
        le=2_000_000_000,
        description="From one address; beyond that it is refused until it slows down. An office may share one.",
    )
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    idle_timeout_s: int = Field(
        default=60, ge=1, le=4_000, description="A connection on which nothing moves is closed after this long."
    )
    log_retention_days: LogRetentionDays = Field(
        default=90, description="How long access logs, and the record of what the firewall refused, are kept."
    )
    global_accelerator: bool = Field(
        default=False,
        description="For users far from the region: they enter AWS's network near them. Paid by the hour.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a zone that is both there and made, and records that no zone can hold together."""
        if self.zone_id and self.create_zone:
            yield Mistake(
                field="create_zone",
                message=f"zone {self.zone_id} is there already, by `zone_id`",
                allowed="`zone_id`, or `create_zone: true`",
                fix="write create_zone: false, or remove zone_id",
                because=("zone_id",),
            )
        yield from record_mistakes(self.records)

    def undecided(self) -> Iterator[Mistake]:
        """Yield the mistake of saying nothing of the zone: a wrong guess takes a domain off the internet."""
        if not (self.zone_id or self.create_zone):
            yield Mistake(
                field="edge.zone_id",
                message="where the domain's zone comes from is not said",
                allowed="`zone_id:` of a zone that holds the domain, or `create_zone: true`",
                fix="adopt the zone where the domain has mail or a website, create one for a domain without",
                because=("edge.create_zone",),
            )


class ZoneBelow(Settings):
    """The part of a domain that another environment answers for."""

    environment: str
    domain: DnsName
    zone_id: ZoneId | None
    name_servers: tuple[DnsName, ...]


def domain_mistakes(domain: str, domains: Sequence[ForeignDomain]) -> Iterator[Mistake]:
    """Yield the domains that are there twice, and those that the environment's certificate covers."""
    names = [one.name for one in domains]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Mistake(
                field=f"edge.domains.{number}.name",
                message=f"{name} is there twice",
                allowed="each domain once",
                fix="remove one of the two",
            )
        label, _, above = name.partition(".")
        if domain in (name, above):
            host = label if above == domain else '"@"'
            yield Mistake(
                field=f"edge.domains.{number}.name",
                message=f"{name} is covered by the certificate of {domain}",
                allowed=f"domains that are neither {domain} nor one label below it",
                fix=f"remove it, and write `host: {host}` in the service's file",
                because=("domain",),
            )
