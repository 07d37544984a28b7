"""The container of a service's task."""

from __future__ import annotations

import botocore.session
from botocore.model import StructureShape

from config.models.service.service import Service
from modules.ecs.container import container_definition
from tests.settings import a_service, an_environment


def stop_timeout(**fields: int) -> int:
    definition = container_definition(
        an_environment(), a_service("orders", **fields), log_group="/test/services/orders", secret_arns={}, variables={}
    )
    seconds: int = definition["stopTimeout"]
    return seconds


def test_a_task_has_a_minute_after_sigterm_unless_its_service_says_another_time() -> None:
    assert stop_timeout() == 60
    assert stop_timeout(stop_timeout_s=120) == 120


def test_no_service_asks_for_more_time_than_fargate_gives() -> None:
    model = botocore.session.get_session().get_service_model("ecs")
    shape = model.shape_for("ContainerDefinition")
    assert isinstance(shape, StructureShape)
    described = shape.members["stopTimeout"].documentation
    (most,) = [its.le for its in Service.model_fields["stop_timeout_s"].metadata if hasattr(its, "le")]
    assert f"max stop timeout value is {most} seconds" in described
