"""The image that a task definition names."""

from __future__ import annotations

from pathlib import Path

from config.platform import load_platform
from images.platform_work import wanted
from images.references import image_references


def test_a_task_definition_names_exactly_what_publish_pushes(checkout: Path) -> None:
    for deployment in load_platform(checkout):
        named = set(image_references(checkout, deployment).values())
        registry = deployment.environment.registry
        assert named == {
            f"{registry}/{image.repository}:{image.context.tag}" for image in wanted(checkout, [deployment])
        }


def test_one_changed_service_changes_exactly_the_reference_to_prometheus(checkout: Path) -> None:
    (before,) = load_platform(checkout, only="prod")
    old = image_references(checkout, before)
    (checkout / "service_configs/billing.yaml").write_text("kind: internal\nport: 8080\nmetrics: {}\n")
    (after,) = load_platform(checkout, only="prod")
    new = image_references(checkout, after)
    assert {name for name in old if old[name] != new[name]} == {"prometheus"}
