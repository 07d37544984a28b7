"""The sizes in which Fargate sells CPU and memory."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

from config.models.settings import Mistake


class Architecture(StrEnum):
    """The processor that the image is built for."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


CpuUnits = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]
DEFAULT_CPU: CpuUnits = 256

# MiB of memory that Fargate takes with each number of CPU units (1024 = one vCPU).
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY_MIB: dict[CpuUnits, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}


def size_mistakes(cpu: CpuUnits, memory_mib: int) -> Iterator[Mistake]:
    """Yield the mistake of a size that Fargate does not sell, with the nearest one that it does."""
    allowed = FARGATE_MEMORY_MIB[cpu]
    if memory_mib in allowed:
        return
    # Rather the next size up than one too small for what was asked.
    nearest = min(allowed, key=lambda size: (size < memory_mib, abs(size - memory_mib)))
    enough = [units for units, sizes in FARGATE_MEMORY_MIB.items() if memory_mib in sizes]
    other = min(enough, key=lambda units: abs(units - cpu), default=None)
    fix = f"write memory_mib: {nearest}" + (f", or cpu: {other}" if other else "")
    yield Mistake(
        field="memory_mib",
        message=f"Fargate has no task with cpu {cpu} and {memory_mib} MiB of memory",
        allowed=f"with cpu {cpu}: {_in_words(allowed)}",
        fix=fix,
        because=("cpu",),
    )


def _in_words(sizes: tuple[int, ...]) -> str:
    if len(sizes) <= 4:
        return ", ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


def size_schema(default_cpu: CpuUnits) -> list[dict[str, Any]]:
    """Return the rule of CPU and memory as JSON Schema; a file that names no cpu gets the default."""
    return [
        {
            "if": {
                "properties": {"cpu": {"const": cpu}},
                **({} if cpu == default_cpu else {"required": ["cpu"]}),
            },
            "then": {
                "properties": {"memory_mib": {"enum": list(sizes)}},
                # The default memory goes with the default cpu only.
                **({} if cpu == default_cpu else {"required": ["memory_mib"]}),
            },
        }
        for cpu, sizes in FARGATE_MEMORY_MIB.items()
    ]
