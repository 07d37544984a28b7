"""What Terraform makes of a deployment that ECS rolls back: nothing, so that somebody else has to look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws import launcher
from tests.e2e.embedded import Root

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    try:
        yield Root.initialize("rollback", launcher.start(directory=tmp_path / "aws"), tmp_path / "root")
    finally:
        launcher.stop(directory=tmp_path / "aws")


def test_an_apply_that_ecs_rolled_back_ends_well_and_only_the_next_plan_tells(root: Root) -> None:
    root.apply()
    path = "/moto-api/groundwork/ecs/fail-next-deployment?cluster=main&service=orders"
    assert root.endpoint.request("POST", path)[0] == 200
    second = "-var=release=2"
    root.apply(second)

    ecs = root.client("ecs")
    (service,) = ecs.describe_services(cluster="main", services=["orders"])["services"]
    assert service["taskDefinition"].endswith("orders:1")
    (latest, *_) = ecs.list_service_deployments(cluster="main", service="orders")["serviceDeployments"]
    assert latest["status"] == "ROLLBACK_SUCCESSFUL"
    changes, plan = root.plan(second)
    assert changes == 2
    assert "aws_ecs_service.main will be updated in-place" in plan

    root.apply(second)
    assert root.plan(second)[0] == 0
