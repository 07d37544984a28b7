"""A DNS record that a company keeps in its domain's zone, beside those of the platform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

APEX, WILDCARD = "@", "*"

DnsName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$"),
    in_words("a domain such as example.com: lower case, no https://, no path"),
]
RecordName = Annotated[
    str,
    StringConstraints(
        pattern=r"^(@|(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*)$",
        max_length=180,
    ),
    in_words('labels such as mail or _dmarc (the domain is added), or "@" for the domain itself'),
]
RecordType = Literal["A", "AAAA", "CAA", "CNAME", "DS", "MX", "NS", "SRV", "TXT"]
RecordValue = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]([ -~]*[!-~])?$", max_length=4_000),
    in_words("1 to 4000 printable ASCII characters"),
]

_HOST = r"([A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?"
# What Route 53 takes of each type: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
FORMS: dict[str, tuple[str, str]] = {
    "CAA": (r'\d{1,3} [a-z0-9]+ "[^"]*"', '`0 issue "amazon.com"`'),
    "CNAME": (_HOST, "`shop.example.net`"),
    "DS": (r"\d{1,5} \d{1,3} \d{1,3} [0-9A-Fa-f ]+", "`12345 13 2 49FD46E6...`"),
    "MX": (rf"\d{{1,5}} {_HOST}", "`10 mail.example.net`"),
    "NS": (_HOST, "`ns1.example.net`"),
    "SRV": (rf"\d{{1,5}} \d{{1,5}} \d{{1,5}} {_HOST}", "`1 10 5269 xmpp.example.net`"),
    "TXT": (r"[^\"]*", "text without quotation marks"),
}


class DnsRecord(Settings):
    """Values of one type at one name of the environment's domain."""

    name: RecordName = Field(description='Before the domain: mail, _dmarc; "@" is the domain itself.')
    type: RecordType = Field(description="A, MX, TXT and so on; SOA and the like are the zone's own.")
    values: tuple[RecordValue, ...] = Field(
        max_length=100,
        description="As in a zone file, TXT without quotation marks. An empty list gives up on purpose what another "
        "zone answers here today: a deploy no longer asks.",
    )
    ttl_s: int = Field(default=300, ge=1, le=604_800, description="How long resolvers may keep it.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a value that Route 53 would, and several of what may be there once."""
        for number, value in enumerate(self.values):
            if allowed := _allowed(self.type, value):
                yield Mistake(
                    field=f"values.{number}",
                    message=f"{self.type} takes no such value",
                    allowed=allowed,
                    because=("type",),
                )
        if self.type == "CNAME" and len(self.values) > 1:
            yield Mistake(
                field="values",
                message="a CNAME has one value",
                allowed="one host",
                fix="keep one of them",
            )


def _allowed(type_: str, value: str) -> str | None:
    """Return what the type takes instead of this value; None where it takes it."""
    if type_ in ("A", "AAAA"):
        address, example = (IPv4Address, "192.0.2.1") if type_ == "A" else (IPv6Address, "2001:db8::1")
        try:
            address(value)
        except ValueError:
            return f"an address such as {example}"
        return None
    pattern, example = FORMS[type_]
    return None if re.fullmatch(pattern, value) else f"such as {example}"


def record_mistakes(records: Sequence[DnsRecord]) -> Iterator[Mistake]:
    """Yield what no zone can hold together, and what the platform itself makes."""
    types: dict[str, list[str]] = {}
    for number, record in enumerate(records):
        before = types.setdefault(record.name, [])
        field = f"records.{number}.type"
        if record.values and record.name in (APEX, WILDCARD) and record.type in ("A", "AAAA", "CNAME"):
            yield Mistake(
                field=field,
                message=f"the platform itself answers at {record.name}, with the load balancer's addresses",
                allowed="another type, or another name",
                fix="remove it, or write the name of one host",
            )
        elif record.values and record.name == APEX and record.type in ("NS", "DS"):
            yield Mistake(
                field=field,
                message=f"the {record.type} records of a zone are not in it: Route 53 or the zone above has them",
                allowed="another type, or the name of a part of the domain",
                fix="remove it",
            )
        elif record.type in before:
            yield Mistake(
                field=field,
                message=f"{record.name} has {record.type} values above already",
                allowed="one entry for each name and type",
                fix="write all values into one list",
            )
        elif before and "CNAME" in (record.type, *before):
            yield Mistake(
                field=field,
                message=f"{record.name} has {', '.join(before)} above, and a CNAME stands alone",
                allowed="a CNAME, or any others",
                fix="remove one of the two",
            )
        before.append(record.type)
