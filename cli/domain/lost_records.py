"""Check before a zone is made that the domain answers nothing elsewhere that it would lose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from cli.domain.delegation import name_servers
from cli.domain.resolver import Answer, DnsError, Resolver
from cli.errors import UsageError
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from config.models.environment.dns_record import APEX
from config.models.environment.environment import Environment
from config.models.service.service import Service

EDGE = "edge"
# A zone cannot be listed from outside. These are what a company's domain has as a rule: mail and its proofs, the
# website, what Microsoft 365 and Google ask for, and who may issue certificates.
USUAL: dict[str, Sequence[str]] = {
    APEX: ("MX", "TXT", "CAA"),
    "_dmarc": ("TXT",),
    "google._domainkey": ("TXT",),
    "selector1._domainkey": ("TXT",),
    "selector2._domainkey": ("TXT",),
    "default._domainkey": ("TXT",),
    "_mta-sts": ("TXT",),
    "_sip._tls": ("SRV",),
    "_autodiscover._tcp": ("SRV",),
    "autodiscover": ("A",),
    "mail": ("MX", "A"),
    "smtp": ("A",),
    "imap": ("A",),
    "vpn": ("A",),
}
WEB: Sequence[str] = (APEX, "www")
"""Names that a service here may take over on purpose, as its host."""
PROBE = "no-such-name-7d1f0c"
"""A label that nothing has: what answers for it is a wildcard, and its answers prove no record."""

Entry = tuple[str, str, tuple[str, ...]]
"""A name before the domain, a type, and the values."""


def refuse_lost_records(
    session: Session,
    changing: Iterable[SynthesizedStack],
    resolver: Callable[[], Resolver] = Resolver.of_this_machine,
) -> None:
    """Raise where a zone is made for a domain that answers more elsewhere. No name is known on the embedded AWS."""
    environment = session.environment
    if session.target.embedded or not environment.edge.create_zone or EDGE not in {stack.name for stack in changing}:
        return
    try:
        found = lost_records(environment, session.deployment.services, resolver(), name_servers(environment))
    except DnsError as error:
        session.say(f"Whether {environment.domain} answers more elsewhere is not known, going on without: {error}")
        return
    if found:
        raise UsageError("\n".join(_describe(environment, found)))


def lost_records(
    environment: Environment, services: Sequence[Service], resolver: Resolver, ours: Sequence[str]
) -> list[Entry]:
    """List what the domain answers today and the new zone would not; nothing once the new zone is the one asked."""
    domain = environment.domain
    if ours and {answer.value for answer in resolver.ask(domain, "NS")} == {server.rstrip(".") for server in ours}:
        return []
    written = {(record.name, record.type) for record in environment.edge.records}
    hosts = {
        host
        for service in services
        if (route := service.route)
        for conditions in route.all_conditions
        for host in conditions.host
    }
    asked = {name: list(types) for name, types in USUAL.items()}
    for name in WEB:
        if not {name, "*"} & hosts:
            asked.setdefault(name, []).append("A")
    for below in environment.zones_below:
        if not below.name_servers:
            asked[below.domain.removesuffix(f".{domain}")] = ["NS"]
    found = []
    for name, types in asked.items():
        for type_ in types:
            for entry in _entries(resolver, domain, name, type_):
                if entry[:2] not in written and entry not in found:
                    found.append(entry)
    return found


def _entries(resolver: Resolver, domain: str, name: str, type_: str) -> Iterator[Entry]:
    host = domain if name == APEX else f"{name}.{domain}"
    answers = resolver.ask(host, type_)
    its = [answer for answer in answers if answer.name == host]
    if not its or _values(its) == _values(_by_wildcard(resolver, host, type_)):
        return
    for kind in sorted({answer.type for answer in its}):
        yield name, kind, tuple(sorted(answer.value for answer in its if answer.type == kind))


def _by_wildcard(resolver: Resolver, host: str, type_: str) -> list[Answer]:
    probe = f"{PROBE}.{host.partition('.')[2]}"
    return [answer for answer in resolver.ask(probe, type_) if answer.name == probe]


def _values(answers: Iterable[Answer]) -> set[tuple[str, str]]:
    return {(answer.type, answer.value) for answer in answers}


def _describe(environment: Environment, found: Sequence[Entry]) -> Iterator[str]:
    file, domain = f"environments/{environment.name}.yaml", environment.domain
    below = {zone.domain: zone.environment for zone in environment.zones_below}
    yield f"{file}: edge.create_zone: {domain} answers elsewhere, and a new zone would not have:"
    for name, type_, values in found:
        yield f"  {domain if name == APEX else f'{name}.{domain}'} {type_} {', '.join(values)}"
    yield "  allowed: a domain that nothing else uses, or its records written here"
    yield "  fix: adopt the zone that answers, with `zone_id:`; where it is not in Route 53, write"
    records = []
    for name, type_, values in found:
        if type_ == "NS" and (other := below.get(f"{name}.{domain}")):
            yield f"    environments/{other}.yaml: edge: {{name_servers: [{', '.join(values)}]}}"
        else:
            records.append((name, type_, values))
    if records:
        yield f"    {file}: edge: records:"
        for name, type_, values in records:
            shown = json.dumps(name) if name.startswith("@") else name
            yield f"      - {{name: {shown}, type: {type_}, values: {json.dumps(list(values), ensure_ascii=False)}}}"
        yield "    and whatever else it has: a zone cannot be listed from outside. What may go has `values: []`."
