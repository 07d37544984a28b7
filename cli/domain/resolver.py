"""A DNS resolver: what the internet answers for a name today."""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

DNS_PORT = 53
TIMEOUT_S = 3.0
ATTEMPTS = 2
# https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DS": 43, "CAA": 257}
_NAMES = {number: name for name, number in TYPES.items()}
_INTERNET = 1
_RECURSION_DESIRED, _TRUNCATED, _RCODE = 0x0100, 0x0200, 0x000F
_NO_ERROR, _NO_SUCH_NAME = 0, 3
_HEADER = struct.Struct("!6H")
_FIXED = struct.Struct("!HHIH")
_POINTER = 0xC0


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
            lines = [line.split() for line in configuration.read_text(encoding="utf-8", errors="replace").splitlines()]
        except OSError as error:
            raise DnsError(f"{configuration} cannot be read ({error.strerror})") from error
        for words in lines:
            if words[:1] == ["nameserver"] and len(words) > 1:
                return cls(words[1])
        raise DnsError(f"{configuration} names no resolver")

    def ask(self, name: str, type_: str) -> tuple[Answer, ...]:
        """Return the records of a type at a name, with the aliases on the way; none where there is no such name."""
        number = secrets.randbelow(0x10000)
        question = _name(name) + struct.pack("!HH", TYPES[type_], _INTERNET)
        message = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + question
        try:
            reply = self._by_udp(message)
            if _HEADER.unpack_from(reply)[1] & _TRUNCATED:
                reply = self._by_tcp(message)
            flags = _HEADER.unpack_from(reply)[1]
            if flags & _RCODE not in (_NO_ERROR, _NO_SUCH_NAME):
                raise DnsError(f"resolver {self.address} answers {name} {type_} with error {flags & _RCODE}")
            return tuple(_answers(reply))
        except OSError as error:
            raise DnsError(f"resolver {self.address} does not answer ({error})") from error
        except (struct.error, IndexError, ValueError) as error:
            raise DnsError(f"resolver {self.address} answers {name} {type_} with no DNS message") from error

    def _by_udp(self, message: bytes) -> bytes:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect((self.address, self.port))  # so that nobody else's datagram is taken
            for attempt in range(1, ATTEMPTS + 1):
                connection.send(message)
                try:
                    reply = connection.recv(65_535)
                    while reply[:2] != message[:2]:
                        reply = connection.recv(65_535)
                except TimeoutError:
                    if attempt == ATTEMPTS:
                        raise
                else:
                    return reply
        raise AssertionError("the last attempt returns or raises")

    def _by_tcp(self, message: bytes) -> bytes:
        with socket.create_connection((self.address, self.port), timeout=TIMEOUT_S) as connection:
            connection.sendall(struct.pack("!H", len(message)) + message)
            with connection.makefile("rb") as stream:
                (length,) = struct.unpack("!H", stream.read(2))
                return stream.read(length)


def _name(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _answers(message: bytes) -> Iterator[Answer]:
    _, _, questions, answers, _, _ = _HEADER.unpack_from(message)
    at = _HEADER.size
    for _ in range(questions):
        at = _read_name(message, at)[1] + 4
    for _ in range(answers):
        name, at = _read_name(message, at)
        kind, _, _, length = _FIXED.unpack_from(message, at)
        at += _FIXED.size
        if kind in _NAMES:
            yield Answer(name, _NAMES[kind], _value(message, at, length, _NAMES[kind]))
        at += length


def _read_name(message: bytes, at: int) -> tuple[str, int]:
    """Return the name at a place, and the place behind it; pointers lead only backwards."""
    labels: list[str] = []
    end = None
    while length := message[at]:
        if length & _POINTER == _POINTER:
            target = struct.unpack_from("!H", message, at)[0] & 0x3FFF
            end = end or at + 2
            if target >= at:
                raise ValueError("a pointer forward")
            at = target
        else:
            labels.append(message[at + 1 : at + 1 + length].decode("ascii").lower())
            at += 1 + length
    return ".".join(labels), end or at + 1


def _value(message: bytes, at: int, length: int, type_: str) -> str:
    data = message[at : at + length]
    if type_ == "A":
        return str(IPv4Address(data))
    if type_ == "AAAA":
        return str(IPv6Address(data))
    if type_ in ("NS", "CNAME"):
        return _read_name(message, at)[0]
    if type_ == "MX":
        return f"{struct.unpack_from('!H', data)[0]} {_read_name(message, at + 2)[0]}"
    if type_ == "SRV":
        return " ".join([*map(str, struct.unpack_from("!3H", data)), _read_name(message, at + 6)[0]])
    if type_ == "CAA":
        tag = data[2 : 2 + data[1]].decode("ascii")
        return f'{data[0]} {tag} "{data[2 + data[1] :].decode("ascii")}"'
    if type_ == "TXT":
        return "".join(_strings(data))
    return " ".join([*map(str, struct.unpack_from("!HBB", data)), data[4:].hex()])


def _strings(data: bytes) -> Iterator[str]:
    at = 0
    while at < len(data):
        yield data[at + 1 : at + 1 + data[at]].decode("utf-8", errors="replace")
        at += 1 + data[at]
