"""The health check of a service: by the load balancer for requests, by ECS for the container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from config.models.service.check_command import NOBODY, as_ecs_takes_it, check_command_mistakes
from config.models.service.kinds import Kind
from config.models.service.target_group import Matcher
from config.models.settings import Mistake, Settings, in_words

RequestPath = Annotated[
    str,
    StringConstraints(pattern=r"^/[!-~]{0,1023}$"),
    in_words("a path that starts with a slash, without spaces"),
]

# What ECS takes of a container's own check.
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
LONGEST_COMMAND_S, LONGEST_START_S = 60, 300


class HealthCheck(Settings):
    """The health check, by the load balancer for requests and by ECS for the container."""

    path: RequestPath = Field(default="/healthz", description="Answers 200 when the task can take requests.")
    command: tuple[str, ...] = Field(
        default=(),
        description="Run in the container by ECS, which replaces the task when it fails: "
        '["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]. Without it nobody looks inside.',
    )
    interval_s: int = Field(default=15, ge=5, le=300, description="Seconds from one check to the next.")
    timeout_s: int = Field(default=5, ge=2, le=120, description="Seconds after which a check has failed.")
    healthy_threshold: int = Field(
        default=2, ge=2, le=10, description="Successes in a row after which a task gets requests."
    )
    unhealthy_threshold: int = Field(
        default=3, ge=2, le=10, description="Failures in a row after which a task is replaced."
    )
    grace_s: int = Field(default=60, ge=0, le=3600, description="Failures are forgiven this long after a task starts.")
    matcher: Matcher = None

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a command of no form, and times that ECS does not take."""
        yield from check_command_mistakes(self.command)
        limits = {"timeout_s": LONGEST_COMMAND_S, "grace_s": LONGEST_START_S}
        for field, most in limits.items() if self.command else ():
            if getattr(self, field) > most:
                yield Mistake(
                    field=field,
                    message=f"ECS waits at most {most} s here for a `command`",
                    allowed=f"up to {most}",
                    fix=f"write {field}: {most}, or check without a `command`",
                    because=("command",),
                )

    @property
    def container_command(self) -> list[str]:
        """The command as ECS takes it."""
        return as_ecs_takes_it(self.command)


class NoHealthCheck(HealthCheck):
    """`health_check: none`: said on purpose, nobody looks inside the container."""


NONE = NOBODY.lower()


def or_none(value: object) -> object:
    """`none` in the YAML as settings."""
    if value == NONE or value == {"command": [NOBODY]}:
        return NoHealthCheck()
    # Pydantic hands this function Python's lists for JSON's, and then takes none for a tuple.
    return (
        {key: tuple(its) if isinstance(its, list) else its for key, its in value.items()}
        if isinstance(value, dict)
        else value
    )


def with_none(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that there may be none."""
    schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"const": NONE}]


def without_overlap(check: HealthCheck) -> Iterator[Mistake]:
    """Yield the mistake of a check by the load balancer that may end after the next one starts."""
    if check.timeout_s >= check.interval_s:
        yield Mistake(
            field="health_check.timeout_s",
            message=f"a timeout of {check.timeout_s} s does not fit an interval of {check.interval_s} s",
            allowed=f"below interval_s, {check.interval_s}",
            fix=f"write timeout_s: {check.interval_s - 1} or less, or a longer interval_s",
            because=("health_check.interval_s",),
        )


def unseen_mistakes(kind: Kind, check: HealthCheck, port: int | None) -> Iterator[Mistake]:
    """Yield the mistake of a service that no load balancer asks, and whose check asks nothing either."""
    if not (check.command or isinstance(check, NoHealthCheck)):
        yield Mistake(
            field="health_check",
            message=f"a service of kind {kind} is asked by no load balancer, and this has no `command`",
            allowed="`command:` below it, run in the container by ECS, or `health_check: none` on purpose",
            fix=f'write `command: [wget, -q, -O, /dev/null, "http://127.0.0.1:{port}{check.path}"]` below it'
            if port
            else "write a `command:` below it that ends with 0 while it works, or remove it",
            because=("kind",),
        )
