"""Conditions of a listener rule: the hosts and paths that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from config.models.one_or_more import OneOrMore
from config.models.settings import Mistake, Settings, in_words

ANY_HOST = "*"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = rf"({LABEL}\.)+([a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HostHeaderConditionConfig.html
LONGEST_HOST = 128
HostName = Annotated[
    str,
    StringConstraints(pattern=rf"^(\*|@|{LABEL}|{_DOMAIN})$", max_length=LONGEST_HOST),
    in_words(
        'one label such as shop (the domain is added), "@" for the domain itself, "*" for any host, or a whole name '
        "that `edge.domains` has; no * within a name"
    ),
]
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
LONGEST_PATH = 128
PathPattern = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9_\-.$/~\"'@:+*?&]*$", max_length=LONGEST_PATH),
    in_words("a path such as /api/*: a slash, then letters, digits and _-.$/~\"'@:+*?&, up to 128 characters"),
]
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
LAST_PRIORITY = 50_000
MOST_VALUES, MOST_WILDCARDS = 5, 5
"""Hosts, path patterns and addresses of one rule together, and the wildcards in them."""
AllowedCidrs = Annotated[tuple[IPv4Network, ...], Field(max_length=MOST_VALUES - 2)]
"""Addresses of a rule, beside a host and a path."""


def _or_default(value: object) -> object:
    return () if value is None else value


class Conditions(Settings):
    """Hosts and paths: a request that has one of each fits."""

    host: Annotated[OneOrMore[HostName], BeforeValidator(_or_default)] = Field(
        default=(),
        description="Label under the environment's domain, by default the service's name; @ is the domain itself, "
        "* any host, shop.example.net a domain that the environment has under `edge.domains`. Or a list of them.",
    )
    path: OneOrMore[PathPattern] = Field(
        default=("/*",),
        description="/api is /api and all below it, / is everything; with * or ? it is a pattern. "
        "The more segments, the earlier it is tried. Or a list of them.",
    )
    priority: int | None = Field(
        default=None,
        ge=1,
        le=LAST_PRIORITY,
        description="Only when told to by an error: replaces the computed rule priority.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse what is there twice, what any host includes, and more wildcards than a rule takes."""
        yield from _repeated("host", self.host)
        yield from _repeated("path", self.path)
        if ANY_HOST in self.host and len(self.host) > 1:
            yield Mistake(
                field="host",
                message='"*" is any host, the others included',
                allowed='"*" alone, or hosts',
                fix='remove "*", or the others',
            )
        for number, path in enumerate(self.path):
            if (found := wildcards(path)) > MOST_WILDCARDS:
                yield Mistake(
                    field=f"path.{number}",
                    message=f"{found} wildcards are more than the load balancer takes",
                    allowed=f"up to {MOST_WILDCARDS} of * and ?",
                    fix="write a shorter pattern",
                )

    @property
    def most_values(self) -> int:
        """The hosts and path patterns that one rule has room for."""
        return MOST_VALUES

    @property
    def is_for_any_host(self) -> bool:
        """Return whether the host does not matter."""
        return ANY_HOST in self.host

    @property
    def patterns(self) -> tuple[str, ...]:
        """The paths as the load balancer takes them."""
        return tuple(pattern for path in self.path for pattern in path_patterns(path))


def path_patterns(path: str) -> tuple[str, ...]:
    """Return the patterns of a path: with * or ? as it stands, else itself and all below it."""
    if wildcards(path):
        return (path,)
    base = path.rstrip("/")
    return (base, f"{base}/*") if base else ("/*",)


def wildcards(pattern: str) -> int:
    """Count the wildcards of a pattern."""
    return pattern.count("*") + pattern.count("?")


def _repeated(field: str, values: Sequence[str]) -> Iterator[Mistake]:
    for number, value in enumerate(values):
        if value in values[:number]:
            yield Mistake(
                field=f"{field}.{number}",
                message=f"{value} is there twice",
                allowed=f"each {field} once",
                fix="remove one of them",
            )
