"""What holds for whatever a company writes into environments/ and service_configs/.

They are free to change, so every other test reads tests/shop instead.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from tests.synthesis import ROOT, Platform


def test_the_yaml_is_valid_and_every_environment_and_service_has_its_stack(shipped: Platform) -> None:
    expected = {
        f"{of.environment.name}-{stack}"
        for of in load_platform(ROOT)
        for stack in ("network", "edge", "cluster", *(f"service-{service.name}" for service in of.services))
    }
    assert expected
    assert expected <= set(shipped.stacks)


def test_each_stack_keeps_to_the_account_and_region_of_its_environment(shipped: Platform) -> None:
    environments = {of.environment.name: of.environment for of in load_platform(ROOT)}
    for stack in shipped:
        (provider,) = stack.document["provider"]["aws"]
        (tags,) = [default["tags"] for default in provider["default_tags"]]
        if environment := environments.get(tags["groundwork:environment"]):
            assert provider["allowed_account_ids"] == [environment.account_id], stack.name
            assert provider["region"] == environment.region, stack.name


@pytest.mark.parametrize("folder", ["environments", "service_configs"])
def test_a_schema_that_a_file_names_for_the_editor_is_there(folder: str) -> None:
    mark = "# yaml-language-server: $schema="
    for file in (ROOT / folder).rglob("*.yaml"):
        for line in file.read_text().splitlines():
            if line.startswith(mark) and "://" not in line:
                assert (file.parent / Path(line.removeprefix(mark))).is_file(), file
