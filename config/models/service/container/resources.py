"""The space and the limits of a service's container."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from config.models.settings import Mistake, Settings, in_words

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html
EPHEMERAL_WITHOUT_ASKING_GIB, MOST_EPHEMERAL_GIB = 20, 200
MOUNT_PATH = r"^(/[A-Za-z0-9._-]+)+$"


class UlimitName(StrEnum):
    """A limit of a process that ECS can set.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
    """

    CORE = "core"
    CPU = "cpu"
    DATA = "data"
    FSIZE = "fsize"
    LOCKS = "locks"
    MEMLOCK = "memlock"
    MSGQUEUE = "msgqueue"
    NICE = "nice"
    NOFILE = "nofile"
    NPROC = "nproc"
    RSS = "rss"
    RTPRIO = "rtprio"
    RTTIME = "rttime"
    SIGPENDING = "sigpending"
    STACK = "stack"


Limit = Annotated[int, Field(ge=-1, le=2_147_483_647)]


class Ulimit(Settings):
    """A limit that the program may raise, `soft`, and how far, `hard`; -1 is none."""

    soft: Limit = Field(description="What the program starts with.")
    hard: Limit = Field(description="How far it may raise it.")

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a start above the end."""
        if self.hard != -1 and (self.soft == -1 or self.soft > self.hard):
            yield Mistake(
                field="soft",
                message=f"soft {self.soft} is above hard {self.hard}",
                allowed=f"up to {self.hard}",
                fix=f"write soft: {self.hard}",
                because=("hard",),
            )


def _both(value: object) -> object:
    return {"soft": value, "hard": value} if type(value) is int else value


def _with_number(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [{"type": "integer", "minimum": -1, "maximum": 2_147_483_647}, {"$ref": schema.pop("$ref")}]


Ulimits = Annotated[
    dict[UlimitName, Annotated[Ulimit, BeforeValidator(_both), Field(json_schema_extra=_with_number)]],
    Field(
        examples=[{"nofile": 65_535}],
        description="Limits of a process: {nofile: 65535}, or {nofile: {soft: 1024, hard: 65535}}.",
    ),
]
MountPath = Annotated[
    str,
    StringConstraints(pattern=MOUNT_PATH, max_length=256),
    in_words("an absolute path, such as /var/cache, no / at its end"),
]
Tmpfs = Annotated[
    dict[MountPath, Annotated[int, Field(ge=1, le=122_880)]],
    Field(
        max_length=10,
        examples=[{"/var/cache": 64}],
        description="Folders in memory, each with its MiB: {/tmp: 64}; part of the task's memory, and gone with it.",
    ),
]
EphemeralGib = Annotated[
    int | None,
    Field(
        ge=EPHEMERAL_WITHOUT_ASKING_GIB + 1,
        le=MOST_EPHEMERAL_GIB,
        description="Disk of a task in GiB, image and all, which ends with it; by default Fargate's 20, which cost "
        "nothing.",
    ),
]
