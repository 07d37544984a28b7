"""The ports of a service's task, and the calls of other services to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from config.models.settings import Mistake, in_words, refuse

_NAME = r"[a-z](-?[a-z0-9])*"
PORT_NAME, LONGEST_PORT_NAME = rf"^{_NAME}$", 24
PortName = Annotated[
    str,
    StringConstraints(pattern=PORT_NAME, max_length=LONGEST_PORT_NAME),
    in_words("lower-case letters, digits and single hyphens, a letter first"),
]


_NO_UDP = Mistake(
    message="no service is reached by UDP here: neither the load balancer nor the rules between services open it",
    allowed="a TCP port; a sidecar of the same task may be sent UDP at 127.0.0.1 without a port here",
    fix="send statsd and the like to a sidecar, or write the TCP port",
)


def tcp_port(value: object, *, no_udp: Mistake) -> object:
    """Take 9090/tcp for 9090, and say of UDP that there is none."""
    number, _, protocol = value.lower().partition("/") if isinstance(value, str) else ("", "", "")
    if protocol == "udp":
        raise refuse(no_udp)
    return int(number) if protocol == "tcp" and number.isdigit() else value


def _listening(value: object) -> object:
    if isinstance(value, str) and (published := re.fullmatch(r"(?:[\d.]+:)?\d+:(\d+)", value.partition("/")[0])):
        raise refuse(
            Mistake(
                message="nothing is published here: a task has an address of its own",
                allowed="where the container listens",
                fix=f"write {published[1]}",
            )
        )
    return tcp_port(value, no_udp=_NO_UDP)


Port = Annotated[int, Field(ge=1, le=65_535), BeforeValidator(_listening)]
Ports = Annotated[
    dict[PortName, Port],
    Field(
        max_length=10,
        examples=[{"admin": 9090}],
        description="More TCP ports where it listens, by name: {admin: 9090}; `calls: [orders:admin]` opens one.",
    ),
]


def is_port_name(text: str) -> bool:
    """Return whether a port may have this name."""
    return bool(re.match(PORT_NAME, text)) and len(text) <= LONGEST_PORT_NAME


def _by_name(value: object) -> object:
    """Refuse the number of a port, which is called by its name."""
    if isinstance(value, str) and (service := value.partition(":")[0]) and value.partition(":")[2].isdigit():
        raise refuse(
            Mistake(
                message="a port is called by its name",
                allowed=f"{service} for its `port:`, or {service}:admin for a port called admin under its `ports:`",
                fix=f"write {service}, or name the port in {service}.yaml",
            )
        )
    return value


Call = Annotated[
    str,
    StringConstraints(pattern=rf"^[a-z](-?[a-z0-9]){{1,21}}(:{_NAME})?$", max_length=47),
    in_words("the name of a service, or orders:admin for the port admin of orders"),
    BeforeValidator(_by_name),
]
Calls = Annotated[
    tuple[Call, ...],
    Field(
        description="The services that this one may connect to, each at its port, or orders:admin at one of its "
        "`ports:`; it can reach no other."
    ),
]


def called_service(call: str) -> str:
    """Return the service of one call: orders, of orders and of orders:admin."""
    return call.partition(":")[0]


def called_services(calls: Sequence[str]) -> tuple[str, ...]:
    """Return the services of these calls, each once, in their order."""
    return tuple(dict.fromkeys(map(called_service, calls)))


def called_ports(calls: Sequence[str], service: str) -> tuple[str, ...]:
    """Return the names of one service's ports among these calls; the empty name is its `port`."""
    return tuple(call.partition(":")[2] for call in dict.fromkeys(calls) if called_service(call) == service)
