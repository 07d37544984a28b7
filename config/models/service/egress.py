"""The ports outside of the VPC that a service may connect to, beside HTTPS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import BeforeValidator, Field

from config.models.service.container.ports import tcp_port
from config.models.settings import Mistake

HTTPS = 443
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-resource-limits.html#port-25-throttle
SMTP, SMTP_SUBMISSION = 25, 587
MOST_PORTS = 10  # a security group takes 60 rules, and each call of another service is one too


_NO_UDP = Mistake(
    message="no UDP leaves a task here, but to the VPC's own name server and clock",
    allowed="a TCP port",
    fix="send statsd and the like to a sidecar at 127.0.0.1, or write the TCP port",
)
OutsidePort = Annotated[int, Field(ge=1, le=65_535), BeforeValidator(partial(tcp_port, no_udp=_NO_UDP))]
EgressPorts = Annotated[tuple[OutsidePort, ...], Field(max_length=MOST_PORTS)]


def egress_mistakes(ports: Sequence[int]) -> Iterator[Mistake]:
    """Ports that are open anyway, that AWS closes, or that stand there twice."""
    for position, port in enumerate(ports):
        if port == HTTPS:
            yield Mistake(
                field=f"egress_ports.{position}",
                message=f"{HTTPS} is open for every service",
                allowed="the ports beside it",
                fix="remove it",
            )
        elif port == SMTP:
            yield Mistake(
                field=f"egress_ports.{position}",
                message=f"AWS lets no mail out on {SMTP}",
                allowed=f"{SMTP_SUBMISSION}, where mail services take it with a login",
                fix=f"write {SMTP_SUBMISSION}",
            )
    if twice := [port for port, times in Counter(ports).items() if times > 1]:
        yield Mistake(
            field="egress_ports",
            message=f"{twice[0]} is there twice",
            allowed="each port once",
            fix="remove one of them",
        )
