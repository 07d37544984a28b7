"""The target group of a public service: how the load balancer speaks with its tasks, and how it lets them go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
Matcher = Annotated[
    Annotated[
        str,
        StringConstraints(pattern=r"^\d{1,3}([-,]\d{1,3})*$"),
        in_words("a code, several, or a range, as text: 200, 200,301 or 200-399"),
    ]
    | None,
    Field(description='Codes of a healthy answer, "200-399" for example; by default 200, and 0 with `protocol: grpc`.'),
]
CODES = {"http1": (200, 499), "http2": (200, 499), "grpc": (0, 99)}
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
SHORTEST_STOP_S, LONGEST_STOP_S = 2, 120
StopTimeout = Annotated[
    int,
    Field(
        ge=SHORTEST_STOP_S,
        le=LONGEST_STOP_S,
        description="Between SIGTERM and the end of a task: for the work at hand, and for callers that still come.",
    ),
]


class TargetGroup(Settings):
    """Settings of the load balancer for the tasks of one service."""

    protocol: Literal["http1", "http2", "grpc"] = Field(
        default="http1",
        description="What the tasks speak, without TLS. Chosen before the first deploy: AWS changes it in no group.",
    )
    drain_s: int = Field(
        default=30,
        ge=0,
        le=3600,
        description="How long a task that is replaced may finish what it has begun: uploads, streams, WebSockets. Each "
        "deploy waits for it.",
    )
    slow_start_s: int | None = Field(
        default=None,
        ge=30,
        le=900,
        description="In which a new task's share of the requests grows to the full one.",
    )
    sticky_s: int | None = Field(
        default=None,
        ge=1,
        le=604_800,
        description="A client stays so long with one task, by the load balancer's cookie.",
    )


def matcher_mistakes(protocol: str, matcher: str | None) -> Iterator[Mistake]:
    """Yield the mistake of codes that the protocol does not have."""
    low, high = CODES[protocol]
    parts = [[int(end) for end in part.split("-")] for part in (matcher or str(low)).split(",")]
    if not all(len(part) <= 2 and part == sorted(part) and low <= part[0] and part[-1] <= high for part in parts):
        yield Mistake(
            field="health_check.matcher",
            message=f"{matcher} are no codes that tell a healthy task, of protocol {protocol}",
            allowed=f"{low} to {high}: one, several with commas, or a range from the lower to the higher",
            fix=f'write matcher: "{low}", or remove it',
            because=("http.protocol",),
        )
