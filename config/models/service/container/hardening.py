"""Fields that take away from a container what its program does not need."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from config.models.settings import PATTERN_IN_WORDS, in_words


class Capability(StrEnum):
    """A Linux capability that ECS can take from a container.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
    """

    ALL = "ALL"
    AUDIT_CONTROL = "AUDIT_CONTROL"
    AUDIT_WRITE = "AUDIT_WRITE"
    BLOCK_SUSPEND = "BLOCK_SUSPEND"
    CHOWN = "CHOWN"
    DAC_OVERRIDE = "DAC_OVERRIDE"
    DAC_READ_SEARCH = "DAC_READ_SEARCH"
    FOWNER = "FOWNER"
    FSETID = "FSETID"
    IPC_LOCK = "IPC_LOCK"
    IPC_OWNER = "IPC_OWNER"
    KILL = "KILL"
    LEASE = "LEASE"
    LINUX_IMMUTABLE = "LINUX_IMMUTABLE"
    MAC_ADMIN = "MAC_ADMIN"
    MAC_OVERRIDE = "MAC_OVERRIDE"
    MKNOD = "MKNOD"
    NET_ADMIN = "NET_ADMIN"
    NET_BIND_SERVICE = "NET_BIND_SERVICE"
    NET_BROADCAST = "NET_BROADCAST"
    NET_RAW = "NET_RAW"
    SETFCAP = "SETFCAP"
    SETGID = "SETGID"
    SETPCAP = "SETPCAP"
    SETUID = "SETUID"
    SYS_ADMIN = "SYS_ADMIN"
    SYS_BOOT = "SYS_BOOT"
    SYS_CHROOT = "SYS_CHROOT"
    SYS_MODULE = "SYS_MODULE"
    SYS_NICE = "SYS_NICE"
    SYS_PACCT = "SYS_PACCT"
    SYS_PTRACE = "SYS_PTRACE"
    SYS_RAWIO = "SYS_RAWIO"
    SYS_RESOURCE = "SYS_RESOURCE"
    SYS_TIME = "SYS_TIME"
    SYS_TTY_CONFIG = "SYS_TTY_CONFIG"
    SYSLOG = "SYSLOG"
    WAKE_ALARM = "WAKE_ALARM"


_ACCOUNT = r"([a-z_][a-z0-9_-]*|[0-9]+)"
USER = rf"^{_ACCOUNT}(:{_ACCOUNT})?$"
_USER_IN_WORDS = 'a number or name, with a group if need be: 1000, "1000:1000", nobody'


def _as_text(value: object) -> object:
    return str(value) if type(value) is int else value


def _or_number(schema: dict[str, Any]) -> None:
    schema.pop("pattern", None)
    schema["anyOf"] = [
        {"type": "string", "pattern": USER, PATTERN_IN_WORDS: _USER_IN_WORDS},
        {"type": "integer", "minimum": 0},
        {"type": "null"},
    ]


User = Annotated[
    Annotated[str, StringConstraints(pattern=USER, max_length=64), in_words(_USER_IN_WORDS)] | None,
    BeforeValidator(_as_text),
    Field(
        description="The user that the program runs as, where the image does not say; it need not be root.",
        json_schema_extra=_or_number,
    ),
]
ReadOnlyRoot = Annotated[
    bool, Field(description="Nothing in the image's files can be written; `tmpfs:` and `volumes:` can.")
]
InitProcess = Annotated[
    bool,
    Field(description="A first process that passes signals on and collects dead children, for programs that do not."),
]
DropCapabilities = Annotated[
    tuple[Capability, ...],
    Field(description="Linux capabilities that the program does without: [ALL], where it runs as no root."),
]
