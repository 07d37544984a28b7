"""The types of arguments are checked in the tests, and not again in each synthesis."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from cdktf import TerraformStack, Testing
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from tests.synthesis import ROOT

WRONG: Any = 5
PROGRAM = """
import sys, typing
from modules.argument_types import leave_unchecked
{first}
from cdktf_cdktf_provider_aws.sns_topic import SnsTopicConfig
{then}
print(SnsTopicConfig(name=5).name, typing.get_type_hints(leave_unchecked), "unittest.mock" in sys.modules)
"""
CALLED = "leave_unchecked()"


def test_a_test_that_builds_a_construct_checks_its_arguments() -> None:
    with pytest.raises(TypeError, match="type of argument name must be one of \\(str, NoneType\\); got int instead"):
        SnsTopic(TerraformStack(Testing.app(), "stack"), "topic", name=WRONG)


@pytest.mark.parametrize(("first", "then", "imported"), [(CALLED, "", False), ("", CALLED, True)])
def test_a_synthesis_does_not_and_leaves_the_hints_of_all_else_as_they_are(
    first: str, then: str, imported: bool
) -> None:
    """What would check, and imports unittest.mock, is not even imported where nothing has imported it before."""
    program = [sys.executable, "-c", PROGRAM.format(first=first, then=then)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"5 {{'return': <class 'NoneType'>}} {imported}\n"
