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
import typing
from modules.argument_types import leave_unchecked
from cdktf_cdktf_provider_aws.sns_topic import SnsTopicConfig
leave_unchecked()
print(SnsTopicConfig(name=5).name, typing.get_type_hints(leave_unchecked))
"""


def test_a_test_that_builds_a_construct_checks_its_arguments() -> None:
    with pytest.raises(TypeError, match="type of argument name must be one of \\(str, NoneType\\); got int instead"):
        SnsTopic(TerraformStack(Testing.app(), "stack"), "topic", name=WRONG)


def test_a_synthesis_does_not_and_leaves_the_hints_of_all_else_as_they_are() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "5 {'return': <class 'NoneType'>}\n"
