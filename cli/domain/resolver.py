"""A DNS resolver: what the internet answers for a name today."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

DNS_PORT = 53
TIMEOUT_S = 3.0
ATTEMPTS = 2


class DnsError(Exception):
    """The resolver did not answer, or not as DNS has it."""


@dataclass(frozen=True)
class Answer:
    """One record of an answer, its value as in a zone file."""

    name: str
    type: str
    value: str


@dataclass(frozen=True)
class Resolver:
    """A resolver that looks names up for others, by its address."""

    address: str
    port: int = DNS_PORT

    @classmethod
    def of_this_machine(cls, configuration: Path = Path("/etc/resolv.conf")) -> Resolver:
        """Return the first resolver that this machine asks."""
        try:
            return cls(str(dns.resolver.Resolver(filename=str(configuration)).nameservers[0]))
        except dns.resolver.NoResolverConfiguration as error:
            raise DnsError(f"{configuration} names no resolver ({error})") from error

    def ask(self, name: str, type_: str) -> tuple[Answer, ...]:
        """Return the records of a type at a name, with the aliases on the way; none where there is no such name."""
        try:
            reply = self._reply(dns.message.make_query(name, type_))
        except (dns.exception.Timeout, OSError) as error:
            raise DnsError(f"resolver {self.address} does not answer ({error})") from error
        except dns.exception.DNSException as error:
            raise DnsError(f"resolver {self.address} answers {name} {type_} with no DNS message") from error
        if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise DnsError(f"resolver {self.address} answers {name} {type_} with {dns.rcode.to_text(reply.rcode())}")
        return tuple(
            Answer(records.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(one.rdtype), _value(one))
            for records in reply.answer
            for one in records
        )

    def _reply(self, question: dns.message.Message) -> dns.message.Message:
        """Ask by UDP, and by TCP for what no datagram holds; a datagram may get lost."""
        for _ in range(1, ATTEMPTS):
            try:
                return self._once(question)
            except dns.exception.Timeout:
                continue
        return self._once(question)

    def _once(self, question: dns.message.Message) -> dns.message.Message:
        return dns.query.udp_with_fallback(question, self.address, timeout=TIMEOUT_S, port=self.port)[0]


def _value(record: dns.rdata.Rdata) -> str:
    """Return the value without the quotation marks of a text, and without the dot behind a host."""
    if isinstance(record, TXT):
        return b"".join(record.strings).decode(errors="replace")
    names_a_host = dns.rdatatype.to_text(record.rdtype) in ("NS", "CNAME", "MX", "SRV")
    return record.to_text().lower().removesuffix(".") if names_a_host else record.to_text()
