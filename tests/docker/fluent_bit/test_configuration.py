"""groundwork.conf by its grammar, and by what the platform promises."""

from __future__ import annotations

import re

import pytest

from config.loader.base_images import load_bases
from config.models.environment.platform_service import FLUENT_BIT, PORTS
from modules.ecs.sidecars import ROUTER_STOP_TIMEOUT_S
from tests.docker.fluent_bit.configuration import KEYS, Section, mistakes, outage_budget, sections, size
from tests.docker.fluent_bit.firelens import CONFIGURATION, ROOTFS
from tests.synthesis import ROOT

TEXT = CONFIGURATION.read_text()
PARSED = sections(TEXT)
EPHEMERAL_STORAGE = 20 * 1024**3
VARIABLES = {"AOSS_HOST", "AWS_REGION", "LOG_GROUP", "SERVICE"}


def named(kind: str, alias: str) -> Section:
    (found,) = [section for section in PARSED if section.kind == kind and section.get("alias") == alias]
    return found


SERVICE = next(section for section in PARSED if section.kind == "SERVICE")
OPENSEARCH, CLOUDWATCH = named("OUTPUT", "opensearch"), named("OUTPUT", "cloudwatch")


def test_every_key_is_known_to_the_plugin_that_owns_it() -> None:
    assert list(mistakes(PARSED)) == []
    assert list(mistakes(sections((ROOTFS / "groundwork/parsers.conf").read_text()))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    Retry_Limit               30", "    Retry_Limits 30", "[OUTPUT] opensearch knows no Retry_Limits"),
        ("    Grace                     30", "    Log_Group x", "[SERVICE]  knows no Log_Group"),
        ("    log_key                   copy", "    Host_Key copy", "[OUTPUT] cloudwatch_logs knows no Host_Key"),
        ("    Name                      lua", "    Name luna", "no [FILTER] luna is known"),
        ("[INPUT]", "[SERVICE]\n    Flush 1\n\n[INPUT]", "only one [SERVICE] counts"),
        ("    Suppress_Type_Name        On", "    compress gzip", "compress is there twice"),
        ("    Match                     */*", "    Alias x", "[OUTPUT] without Match gets nothing"),
    ],
)
def test_the_check_notices(old: str, new: str, said: str) -> None:
    assert TEXT.count(old) >= 1
    assert any(said in mistake for mistake in mistakes(sections(TEXT.replace(old, new, 1))))


@pytest.mark.parametrize("line", ["Flush 1", "  Flush 1", "    Flush", "[Service]", "\tFlush 1"])
def test_a_line_that_is_no_entry_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        sections(f"[SERVICE]\n{line}")


def test_the_keys_are_those_of_the_pinned_version() -> None:
    """A new line in docker/bases.yaml asks for a look at the keys: tests/docker/fluent_bit/keys.yaml says where."""
    base = load_bases(ROOT).fluent_bit
    assert "aws-for-fluent-bit:3.4." in base
    assert KEYS["version"].startswith("5.0.")


def test_only_variables_of_the_task_definition_are_used() -> None:
    assert set(re.findall(r"\$\{(\w+)\}", TEXT)) == VARIABLES


def test_lua_knows_no_other_variables_than_the_task_definition_gives() -> None:
    lua = "".join(path.read_text() for path in (ROOTFS / "groundwork").glob("*.lua"))
    given = {"ENVIRONMENT", "HEALTH_CHECK_PATH", "JOB", "MASK", "PARSER", "SERVICE"}
    assert set(re.findall(r'os\.getenv\("(\w+)"\)', lua)) == given


def test_a_time_series_collection_would_take_every_request() -> None:
    for forbidden in ("id_key", "generate_id", "write_operation", "pipeline"):
        assert OPENSEARCH.get(forbidden) is None
    asked = ("AWS_Auth", "AWS_Service_Name", "Suppress_Type_Name", "tls", "Port", "Host")
    assert [OPENSEARCH[key] for key in asked] == ["On", "aoss", "On", "On", "443", "${AOSS_HOST}"]
    assert (OPENSEARCH["Logstash_Prefix"], OPENSEARCH["Logstash_DateFormat"]) == ("${SERVICE}", "%G.%V")


def test_lines_are_joined_before_they_are_shaped_and_copied_before_the_copy_is_taken_out() -> None:
    order = [section["alias"] for section in PARSED if section.kind == "FILTER"]
    assert order == ["join", "shape", "fields", "copies", "without_copies"]


def test_every_script_is_in_the_image() -> None:
    named_in_it = re.findall(r"/fluent-bit/(groundwork/[\w.]+)", TEXT)
    assert named_in_it
    assert all((ROOTFS / name).is_file() for name in named_in_it)
    assert "/fluent-bit/groundwork/start.sh" in (ROOT / "docker/fluent-bit/Dockerfile").read_text()


def test_buffers_are_on_disk_and_leave_room_for_the_application() -> None:
    assert [SERVICE[f"storage.{key}"] for key in ("type", "inherit")] == ["filesystem", "On"]
    assert SERVICE["storage.path"].startswith("/")
    assert size(OPENSEARCH["storage.total_limit_size"]) < EPHEMERAL_STORAGE / 5


def test_the_router_has_sent_what_it_has_when_ecs_kills_it() -> None:
    waits = int(re.search(r"LAST_LINES_SECONDS:-(\d+)", (ROOTFS / "groundwork/start.sh").read_text())[1])  # type: ignore[index]
    assert waits + int(SERVICE["Grace"]) < ROUTER_STOP_TIMEOUT_S
    assert waits >= 3, "a line is held back for less than 3 seconds"
    assert int(SERVICE["Flush"]) == 1


def test_the_health_check_and_prometheus_find_it() -> None:
    assert (SERVICE["HTTP_Server"], SERVICE["HTTP_Port"]) == ("On", str(PORTS[FLUENT_BIT]))


def test_cloudwatch_gets_the_stream_that_awslogs_would_have_made() -> None:
    assert (CLOUDWATCH["log_stream_prefix"], CLOUDWATCH["auto_create_group"]) == ("task/", "Off")
    assert CLOUDWATCH["log_group_name"] == "${LOG_GROUP}"


def test_retries_end() -> None:
    for output in (OPENSEARCH, CLOUDWATCH):
        assert 0 < int(output["Retry_Limit"]) <= 30


def test_the_docs_say_how_long_an_outage_may_last() -> None:
    budget = outage_budget(PARSED, bytes_per_second=1_000_000)
    minutes = [int(seconds / 60) for seconds in (budget.certain, budget.by_retries_on_average, budget.by_disk)]
    text = " ".join((ROOT / "docs/logging.md").read_text().split())
    assert f"OpenSearch may be away for {minutes[0]} minutes, and nothing is lost" in text
    assert f"a record is tried for {minutes[1]} minutes" in text
    assert f"full after {minutes[2]} minutes" in text
