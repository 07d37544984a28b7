"""One mistake in an otherwise valid platform, and the whole message that a person gets for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.source.problem import ConfigError
from tests.config.platform_files import Content, write_platform

DEV = "environments/dev.yaml"
PROD = "environments/prod.yaml"
SHARED = "environments/shared.yaml"
API = "service_configs/api.yaml"
WEB = "service_configs/web.yaml"
JOB = "service_configs/nightly.yaml"
RELEASES = "service_configs/releases/dev.yaml"

# What a library says to a programmer, and must not reach a person.
JARGON = re.compile(
    r"pydantic|Input should|Value error|Traceback|Error\(|<class|NoneType|validat|mapping_|(?<!instance)_type\b", re.I
)


@dataclass(frozen=True)
class Bad:
    """The changed files, and what is printed; a line that ends in ... goes on."""

    name: str
    files: Mapping[str, Content]
    printed: str


def check(bad: Bad, root: Path) -> None:
    """The mistake is reported once, in these words, with nothing left out."""
    write_platform(root, bad.files)
    with pytest.raises(ConfigError) as raised:
        load_platform(root)
    printed = str(raised.value)
    expected = [re.escape(line).replace(r"\.\.\.", ".*") for line in bad.printed.strip().splitlines()]
    assert re.fullmatch("\n".join(expected), printed), printed
    [problem] = raised.value.problems
    assert problem.value
    assert problem.allowed
    assert not JARGON.search(printed)
    assert str(root) not in printed
