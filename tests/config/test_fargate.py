"""The sizes that Fargate sells."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config.models.fargate import FARGATE_MEMORY_MIB, CpuUnits, size_mistakes
from config.models.service.service import Service

# The corners of AWS's table: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
SOLD = [
    (256, 512),
    (256, 2048),
    (512, 1024),
    (512, 4096),
    (1024, 2048),
    (1024, 8192),
    (2048, 4096),
    (2048, 16384),
    (4096, 8192),
    (4096, 30720),
    (8192, 16384),
    (8192, 61440),
    (16384, 32768),
    (16384, 122880),
]
NOT_SOLD = [(256, 4096), (256, 1536), (512, 512), (1024, 1024), (2048, 3072), (8192, 17408), (16384, 36864)]


@pytest.mark.parametrize(("cpu", "memory_mib"), SOLD)
def test_a_service_may_have_any_size_that_is_sold(cpu: CpuUnits, memory_mib: int) -> None:
    service = Service(name="mailer", kind="worker", cpu=cpu, memory_mib=memory_mib)
    assert (service.cpu, service.memory_mib) == (cpu, memory_mib)


@pytest.mark.parametrize(("cpu", "memory_mib"), NOT_SOLD)
def test_a_service_may_have_no_other_size(cpu: CpuUnits, memory_mib: int) -> None:
    with pytest.raises(ValidationError, match=f"no task with cpu {cpu} and {memory_mib} MiB"):
        Service(name="mailer", kind="worker", cpu=cpu, memory_mib=memory_mib)


@pytest.mark.parametrize("cpu", FARGATE_MEMORY_MIB)
def test_the_suggested_size_is_sold_and_no_smaller_where_there_is_a_larger_one(cpu: CpuUnits) -> None:
    for memory_mib in range(512, 130_000, 500):
        for mistake in size_mistakes(cpu, memory_mib):
            suggested = int((mistake.fix or "").split()[2].rstrip(","))
            assert suggested in FARGATE_MEMORY_MIB[cpu]
            assert suggested >= min(memory_mib, max(FARGATE_MEMORY_MIB[cpu]))
