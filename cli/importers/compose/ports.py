"""Ports of a service in a compose file: what it publishes, exposes, or is called at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from cli.importers.foreign_values import items, refused, text
from cli.importers.sizes import asked_over_http
from cli.importers.variables import unset
from config.source.node import Node

# [[address:]published:]target[/protocol], each port perhaps a range.
_SHORT = re.compile(
    r"(?:(?:(?P<address>\[[^\]]*\]|[0-9.]*):)?(?P<published>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<target>[0-9]+)(?:-[0-9]+)?(?:/(?P<protocol>\w+))?"
)
_LOOPBACK = ("127.", "[::1]")


class Port(NamedTuple):
    """A port of a container, and where it is written."""

    target: int
    node: Node
    protocol: str = "tcp"
    only_here: bool = False
    """Published at the machine's own loopback address alone."""


def published(fields: Mapping[str, Node]) -> list[Port]:
    """Return the ports under `ports:`, in their order."""
    return [_port(node, "ports") for node in (items(fields["ports"], "ports") if "ports" in fields else ())]


def exposed(fields: Mapping[str, Node]) -> list[Port]:
    """Return the ports under `expose:`, in their order."""
    return [_port(node, "expose") for node in (items(fields["expose"], "expose") if "expose" in fields else ())]


def _port(node: Node, setting: str) -> Port:
    if node.fields:
        if "target" not in node.fields:
            raise refused(node, setting, "`target:`, the port in the container")
        target = text(node.fields["target"], setting)
        protocol = text(node.fields["protocol"], setting) if "protocol" in node.fields else "tcp"
        address = text(node.fields["host_ip"], setting) if "host_ip" in node.fields else ""
    else:
        written = text(node, setting)
        found = _SHORT.fullmatch(re.sub("\ue000.*?\ue001(?=:)", "", written))
        if not found:
            waits = f"; {', '.join(unset(written))} has no value here" if unset(written) else ""
            raise refused(node, setting, f'forms such as "8080:80" and "127.0.0.1:8080:80/tcp"{waits}')
        target, protocol, address = found["target"], found["protocol"] or "tcp", found["address"] or ""
    if not (target.isdigit() and 1 <= int(target) <= 65_535):
        raise refused(node, setting, "a port from 1 to 65535")
    return Port(int(target), node, protocol.lower(), address.startswith(_LOOPBACK))


def guessed(name: str, fields: Mapping[str, Node], mentions: Mapping[str, int]) -> tuple[int, str] | None:
    """Return the port that nobody publishes, and how it is known: by who calls it, by its check, by a variable."""
    if name in mentions:
        return mentions[name], "other services call it there"
    check = fields["healthcheck"].fields.get("test") if "healthcheck" in fields else None
    if check is not None:
        asked = asked_over_http(
            [text(word, "test") for word in check.content]
            if isinstance(check.content, tuple)
            else [text(check, "test")]
        )
        if asked:
            return asked[0] or 80, "its health check asks there"
    environment = fields.get("environment")
    if environment is not None:
        entries = environment.fields.items() if environment.fields else ()
        listed = (
            text(entry, "environment").partition("=")
            for entry in (environment.content if isinstance(environment.content, tuple) else ())
        )
        for variable, value in [
            *((key, node.source) for key, node in entries),
            *((key, its) for key, _, its in listed),
        ]:
            if (
                variable.upper() in ("PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT", "LISTEN_PORT")
                and value.strip('"').isdigit()
            ):
                return int(value.strip('"')), f"{variable} says so"
    return None
