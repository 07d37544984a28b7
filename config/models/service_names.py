"""Names that services, their variables and their secrets may have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated

from pydantic import StringConstraints

from config.models.settings import Mistake, in_words

# A target group's name holds 32 characters; the longest environment name and its hyphen take 10.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
ServiceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){1,21}$", max_length=22),
    in_words(
        "2 to 22 lower-case letters, digits and single hyphens, a letter first "
        "(a target group's 32 characters also hold the environment's name)"
    ),
]
# Names in app.local, of target groups and of security groups that the platform's own parts have.
PLATFORM_NAMES = frozenset(
    {
        "alertmanager",
        "blackbox-exporter",
        "cloudwatch-exporter",
        "database-roles",
        "ec2",
        "ecs-exporter",
        "edge",
        "fluent-bit",
        "grafana",
        "logging",
        "network",
        "otel-collector",
        "postgres-exporter",
        "prometheus",
        "scraper",
    }
)
ECS_EXPORTER_PORT, FLUENT_BIT_PORT = 9779, 2020
# The containers of a task share its network, so a service cannot have these. The last two are the log driver's way to
# the router, and ECS' own check of it.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
PORTS_TAKEN_IN_TASKS = {
    ECS_EXPORTER_PORT: "the exporter of its own figures",
    FLUENT_BIT_PORT: "the log router",
    8877: "the log router",
    24224: "the log router",
}
VariableName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
    in_words("letters, digits and underscores, no digit first"),
]

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
# Hyphens in lower case or underscores in upper case: what keys that are pasted by mistake are not.
STORED_UNDER = r"^([a-z0-9](-?[a-z0-9])*|[A-Z][A-Z0-9]{0,15}(_[A-Z0-9]{1,16})*)$"
STORED_UNDER_IN_WORDS = "stripe-key or STRIPE_KEY, in letters of one case: a name or an ARN, never the secret itself"
SecretName = Annotated[str, StringConstraints(pattern=STORED_UNDER, max_length=64), in_words(STORED_UNDER_IN_WORDS)]

PULL_REQUEST_TAG, PULL_REQUEST_REPOSITORIES = "pr-", "previews/"


def repository_of(service: str, tag: str | None) -> str:
    """Return the ECR repository of an image: those that pull requests push are apart from what can be released."""
    return f"{PULL_REQUEST_REPOSITORIES}{service}" if (tag or "").startswith(PULL_REQUEST_TAG) else service


def reserved_mistakes(name: str, reserved: Collection[str]) -> Iterator[Mistake]:
    """Report a service with a name of the platform's own."""
    if name in reserved:
        yield Mistake(
            field="name",
            message=f"the platform's own {name} has this name",
            allowed=f"any but {', '.join(sorted(reserved))}",
            fix="rename the file",
        )
