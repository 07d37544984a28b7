"""Instances that cannot hold Prometheus and Alertmanager are refused, by what their names say."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.loaders import Loader
from pydantic import TypeAdapter, ValidationError

from config.models.instance_size import InstanceSize, is_xen, size_of
from config.models.instance_type import InstanceType
from tests.config.bad_yaml import DEV, Bad, check
from tests.config.platform_files import added

EC2 = "cluster:\n  ec2:\n    instance_type: "


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("t4g.nano", InstanceSize(2, 512, 2)),
        ("t3a.small", InstanceSize(2, 2048, 2)),
        ("t3.small", InstanceSize(2, 2048, 3)),
        ("t4g.medium", InstanceSize(2, 4096, 3)),
        ("t3.2xlarge", InstanceSize(8, 32_768, 3)),
        ("m7g.medium", InstanceSize(1, 4096, 2)),
        ("c7gn.large", InstanceSize(2, 4096, 3)),
        ("r6i.4xlarge", InstanceSize(16, 131_072, 3)),
        ("m6id.metal", None),
        ("g5.xlarge", None),
    ],
)
def test_the_size_is_read_from_the_name(name: str, size: InstanceSize | None) -> None:
    assert size_of(name) == size


def test_every_type_that_aws_has_may_be_written_and_a_size_that_no_type_has_may_not() -> None:
    allowed: TypeAdapter[str] = TypeAdapter(InstanceType)
    for name in Loader().load_service_model("ec2", "service-2")["shapes"]["InstanceType"]["enum"]:
        assert allowed.validate_python(name) == name
    for wrong in ("t4g.huge", "t4g", "medium", "t4g.0xlarge", "T4g.medium", "t4g.medium ", "m7g.metal-xl"):
        with pytest.raises(ValidationError):
            allowed.validate_python(wrong)


def test_every_type_of_the_usual_families_that_aws_has_is_known() -> None:
    """Their names are those of AWS' own API model."""
    shapes = Loader().load_service_model("ec2", "service-2")["shapes"]
    usual = [
        name
        for name in shapes["InstanceType"]["enum"]
        if name[0] in "cmrt" and name[1].isdigit() and "metal" not in name and not is_xen(name)
    ]
    assert len(usual) > 400
    assert [name for name in usual if size_of(name) is None] == []


@pytest.mark.parametrize(
    "bad",
    [
        Bad(
            "before Nitro",
            added(DEV, EC2 + "t2.medium\n"),
            """
environments/dev.yaml:8: cluster.ec2.instance_type: its disk is found as an NVMe device, which instances before ...
  value: t2.medium
  allowed: a Nitro type with 2 vCPUs, 3 GiB and 3 interfaces
  fix: write t3.medium
""",
        ),
        Bad(
            "two interfaces",
            added(DEV, EC2 + "m7g.medium\n"),
            """
environments/dev.yaml:8: cluster.ec2.instance_type: it has two network interfaces: one is its own, and Prometheus ...
  value: m7g.medium
  allowed: a Nitro type with 2 vCPUs, 3 GiB and 3 interfaces
  fix: write t4g.medium
""",
        ),
        Bad(
            "too little memory",
            added(DEV, EC2 + "t4g.small\n"),
            """
environments/dev.yaml:8: cluster.ec2.instance_type: it has 2048 MiB, and 3072 are taken, 2048 of them by Prometheus
  value: t4g.small
  allowed: a Nitro type with 2 vCPUs, 3 GiB and 3 interfaces
  fix: write t4g.medium
""",
        ),
        Bad(
            "too little memory for a larger Prometheus",
            added(DEV, "monitoring:\n  memory_mib: 8192\n" + EC2 + "m6i.large\n"),
            """
environments/dev.yaml:10: cluster.ec2.instance_type: it has 8192 MiB, and 9216 are taken, 8192 of them by Prometheus
  value: m6i.large
  allowed: a Nitro type with 2 vCPUs, 9 GiB and 3 interfaces
  fix: write t3.xlarge
""",
        ),
    ],
    ids=lambda bad: bad.name,
)
def test_what_cannot_hold_the_two_tasks_is_refused(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
