"""Values that look right, and that AWS or Prometheus would refuse in the middle of a deploy."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from config.models.deploy_target import State
from config.models.environment.shared import shared_place
from config.models.schedule import Schedule
from config.models.service.monitoring.re2 import re2_error
from config.models.service.monitoring.slo import Slo
from config.models.service.scaling import Scaling
from tests.settings import an_environment


@pytest.mark.parametrize(
    "expression",
    ["5..", "5.*?", "error|timeout", "(?:4|5)..", "(?i:error)", "[*+?]+", "[[:digit:]]+", "[]*]+", "a??", "(?i-s:a)"],
)
def test_what_re2_knows_is_right(expression: str) -> None:
    assert re2_error(expression) is None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("5.*+", "*+ repeats a repetition"),
        ("a++", "++ repeats a repetition"),
        ("a?+", "?+ repeats a repetition"),
        ("a**", "** repeats a repetition"),
        ("a*??", "*?? repeats a repetition"),
        ("(?x:a)", "a group in brackets may begin"),
        ("(?a:a)", "a group in brackets may begin"),
        ("(a", "missing )"),
        ("*a", "nothing to repeat"),
    ],
)
def test_what_only_python_knows_is_refused(expression: str, reason: str) -> None:
    told = re2_error(expression)
    assert told is not None
    assert told.startswith(reason)
    (mistake,) = Slo.model_construct(availability_percent=99.9, failed={"code": expression}).mistakes()
    assert mistake.message == f"not a regular expression: {told}"


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Dublin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
def test_a_place_has_a_clock(timezone: str) -> None:
    assert not list(Schedule(expression="rate(1 day)", timezone=timezone).mistakes())


@pytest.mark.parametrize("timezone", ["EST", "HST", "Factory", "localtime", "posixrules", "Europe/Dublinn", ""])
def test_a_file_of_the_tz_database_is_no_clock_of_eventbridge(timezone: str) -> None:
    (mistake,) = Schedule.model_construct(expression="rate(1 day)", timezone=timezone).mistakes()
    assert mistake.message == f"there is no time zone {timezone}"


@pytest.mark.parametrize("name", ["acme-state", "acme.state", "a1b", "my-xn--bucket"])
def test_a_bucket_of_an_ordinary_name_is_right(name: str) -> None:
    assert not list(State(bucket=name).mistakes())


@pytest.mark.parametrize("name", ["192.168.5.4", "acme..state", "xn--acme", "sthree-acme", "acme-s3alias", "a--x-s3"])
def test_a_name_that_s3_keeps_for_itself_is_refused(name: str) -> None:
    (mistake,) = State.model_construct(bucket=name).mistakes()
    assert mistake.message == "S3 takes no bucket of this name"


@pytest.mark.parametrize("field", ["cpu_percent", "memory_percent"])
def test_no_target_of_nothing(field: str) -> None:
    values: dict[str, Any] = {field: 0}
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Scaling(**values)


def test_no_resource_has_more_than_fifty_tags() -> None:
    most = an_environment(tags={f"team-{at}": "x" for at in range(40)})
    assert len({**most.stack_tags("network"), "Name": "", "groundwork:tier": ""}) <= 50
    assert shared_place([most]).tags == most.tags
    with pytest.raises(ValidationError, match="at most 40"):
        an_environment(tags={f"team-{at}": "x" for at in range(41)})
