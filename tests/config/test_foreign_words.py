"""Words of other tools: the message names what the thing is called here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from config.diagnostics.foreign_words import FOREIGN_WORDS
from config.diagnostics.schema_words import schema_at, schema_of, writable
from config.diagnostics.service_words import ANY
from config.loader.platform import load_platform
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.problem import ConfigError
from tests.config.platform_files import VALID, Content, write_platform

# Words that every person with a file of another tool will write, and what the fix must name.
EXPECTED = [
    ("", "type", "kind"),
    ("", "count", "scaling"),
    ("", "replicas", "scaling"),
    ("", "memory", "memory_mib"),
    ("", "platform", "architecture"),
    ("", "healthcheck", "health_check"),
    ("", "environment", "variables"),
    ("", "env_file", "secrets"),
    ("", "depends_on", "calls"),
    ("", "networks", "calls"),
    ("", "restart", "ECS replaces"),
    ("", "build", "groundwork images publish"),
    ("", "build-args", None),
    ("", "alias", "host"),
    ("", "desiredCount", "scaling"),
    ("", "task-role-arn", "permissions"),
    ("health_check", "success_codes", "200"),
    ("health_check", "retries", "unhealthy_threshold"),
    ("health_check", "startPeriod", "grace_s"),
    ("health_check", "port", "port"),
    ("scaling", "range", "min_tasks"),
    ("scaling", "cpu_percentage", "cpu_percent"),
    ("database", "engine", "PostgreSQL"),
    ("schedule", "timeout", "timeout_minutes"),
]
CASES = [
    (model, section, word)
    for model, sections in FOREIGN_WORDS.items()
    for section, words in sections.items()
    for word in words
    if word not in writable(schema_at(schema_of(model), section.split(".") if section else []))
]


def fix_of(root: Path, file: str, section: str, word: str) -> str:
    """The fix that a person reads for the word in the section of a file."""
    section = section.replace(ANY, "some")
    line = f"{word}: 1"
    for name in reversed(section.split(".") if section else []):
        line = f"{name}: {{{line}}}"
    own = VALID.get(file, "kind: scheduled-job\n")
    kept = re.sub(rf"(?m)^{section}:\n(  .*\n)+", "", own) if section else own
    changes: dict[str, Content] = {file: f"{kept}{line}\n"}
    write_platform(root, changes)
    with pytest.raises(ConfigError) as raised:
        load_platform(root)
    where = f"{section}.{word}" if section else word
    (fix,) = [
        str(its.fix) for its in raised.value.problems if its.message.startswith(f"{where}: there is no such field")
    ]
    return fix


def file_of(model: type[Any]) -> str:
    return "environments/dev.yaml" if model is Environment else "service_configs/job.yaml"


def test_there_are_words_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("model", "section", "word"), CASES)
def test_each_word_is_answered_by_its_fix(model: type[Any], section: str, word: str, tmp_path: Path) -> None:
    assert fix_of(tmp_path, file_of(model), section, word) == FOREIGN_WORDS[model][section][word]


@pytest.mark.parametrize(("section", "word", "named"), EXPECTED)
def test_the_common_words_are_known(section: str, word: str, named: str | None, tmp_path: Path) -> None:
    fix = fix_of(tmp_path, "service_configs/job.yaml", section, word)
    assert named in fix if named else fix == "remove it"


@pytest.mark.parametrize("model", FOREIGN_WORDS)
def test_what_a_fix_names_exists(model: type[Any]) -> None:
    """A field that is renamed takes the advice along."""
    fields = {name for schema in (schema_of(Service), schema_of(Environment)) for name in names_in(schema)}
    for words in FOREIGN_WORDS[model].values():
        for word, fix in words.items():
            named = set(re.findall(r"`(?:[a-z_]+: \{)?([a-z_]+):", fix)) | set(re.findall(r"`([a-z_]+):", fix))
            assert named <= fields | {"files"}, word


def names_in(schema: Any) -> set[str]:
    """Every name of a field in a schema."""
    if isinstance(schema, list):
        return {name for part in schema for name in names_in(part)}
    if not isinstance(schema, dict):
        return set()
    properties = schema.get("properties", {})
    return set(properties) | {name for part in schema.values() for name in names_in(part)}


def test_a_kind_under_another_word_is_said_once(tmp_path: Path) -> None:
    write_platform(tmp_path, {"service_configs/job.yaml": "type: Worker Service\n"})
    with pytest.raises(ConfigError) as raised:
        load_platform(tmp_path)
    assert [problem.fix for problem in raised.value.problems] == [FOREIGN_WORDS[Service][""]["type"]]
