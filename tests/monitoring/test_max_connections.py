"""How many connections a database allows, against AWS' own table of defaults."""

from __future__ import annotations

import pytest

from monitoring.max_connections import max_connections


@pytest.mark.parametrize(
    ("instance_class", "most"),
    [
        ("db.t4g.micro", 101),
        ("db.t4g.medium", 405),
        ("db.m7g.large", 811),
        ("db.r7g.xlarge", 3244),
        ("db.m7g.16xlarge", 5000),
    ],
)
def test_it_grows_with_the_memory_up_to_a_ceiling(instance_class: str, most: int) -> None:
    assert max_connections(instance_class) == most


def test_a_class_of_unknown_memory_has_no_alert() -> None:
    assert max_connections("db.x2g.large") is None
