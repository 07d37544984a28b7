"""An authoritative DNS server on loopback, with wildcards as RFC 4592 has them."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address

import dns.rdatatype

Zone = Mapping[tuple[str, str], list[str]]
"""Values as in a zone file, by name and type."""

LONGEST_DATAGRAM = 512


def encode_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"


def encode(type_: str, value: str) -> bytes:
    if type_ in ("A", "AAAA"):
        return ip_address(value).packed
    if type_ in ("NS", "CNAME"):
        return encode_name(value)
    if type_ == "TXT":
        parts = [value[at : at + 255].encode() for at in range(0, len(value), 255)]
        return b"".join(bytes([len(part)]) + part for part in parts)
    if type_ in ("MX", "SRV"):
        *numbers, host = value.split()
        return struct.pack(f"!{len(numbers)}H", *map(int, numbers)) + encode_name(host)
    flags, tag, text = value.split(maxsplit=2)
    return bytes([int(flags), len(tag)]) + tag.encode() + text.strip('"').encode()


def look_up(zone: Zone, name: str, type_: str) -> list[tuple[str, str]]:
    """The type and value of each record that answers; an alias instead of any type but its own."""
    names = {name for name, _ in zone}
    exist = {name.split(".", depth)[-1] for name in names for depth in range(name.count(".") + 1)}
    if name not in exist:
        encloser = name
        while encloser not in exist and "." in encloser:
            encloser = encloser.partition(".")[2]
        name = f"*.{encloser}"
    for kind in (type_, "CNAME"):
        if (name, kind) in zone:
            return [(kind, value) for value in zone[name, kind]]
    return []


def reply(zone: Zone, question: bytes, *, longest: int) -> bytes:
    at, labels = 12, []
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += 1 + length
    number, _ = struct.unpack_from("!HH", question, at + 1)
    found = look_up(zone, ".".join(labels), dns.rdatatype.to_text(dns.rdatatype.RdataType(number)))
    body = question[12 : at + 5]
    for kind, value in found:
        data = encode(kind, value)
        body += b"\xc0\x0c" + struct.pack("!HHIH", dns.rdatatype.from_text(kind), 1, 300, len(data)) + data
    if 12 + len(body) > longest:
        return question[:2] + struct.pack("!5H", 0x8380, 1, 0, 0, 0) + question[12 : at + 5]
    return question[:2] + struct.pack("!5H", 0x8180, 1, len(found), 0, 0) + body


class _Server(socketserver.ThreadingMixIn):
    daemon_threads = True
    zone: Zone


class _Udp(_Server, socketserver.UDPServer):
    pass


class _Tcp(_Server, socketserver.TCPServer):
    allow_reuse_address = True


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        message, connection = self.request
        connection.sendto(reply(self.server.zone, message, longest=LONGEST_DATAGRAM), self.client_address)  # type: ignore[attr-defined]


class _Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        answer = reply(self.server.zone, self.rfile.read(length), longest=65_535)  # type: ignore[attr-defined]
        self.wfile.write(struct.pack("!H", len(answer)) + answer)


@contextmanager
def dns_server(zone: Zone, address: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[int]:
    """Answer for these records, by UDP and TCP; the port of both."""
    with _Tcp(address, _Stream) as tcp, _Udp(tcp.server_address, _Datagram) as udp:
        servers: tuple[_Tcp, _Udp] = (tcp, udp)
        threads = []
        for server in servers:
            server.zone = zone
            threads.append(threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}))
            threads[-1].start()
        try:
            yield tcp.server_address[1]
        finally:
            for server in servers:
                server.shutdown()
            for thread in threads:
                thread.join()
