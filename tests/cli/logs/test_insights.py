"""`groundwork logs` of a service whose log group is of the class infrequent-access, on the embedded AWS."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.errors import CommandError
from cli.logs.insights import InsightsLogs
from cli.logs.query import LogQuery
from cli.logs.since import parse_since
from config.loader.platform import read_platform
from tests.cli.commands import Groundwork
from tests.cli.logs.conftest import TASK, Aws
from tests.cli.logs.test_cloudwatch import HOUR, NOW, messages
from tests.synthesis import Checkout

GROUP = "/dev/services/letters/infrequent"
NOT_AS_IT_COMES = "--follow: letters writes to a log group of the class infrequent-access"


def write(aws: Aws, *lines: tuple[int, str], **where: str) -> None:
    aws.write("letters", *lines, infrequent=True, **where)


def test_lines_come_oldest_first_with_time_level_and_task(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW - 2000, '{"level": "info", "message": "sent", "letter": 7}'), (NOW - 1000, "ERROR lost"))
    ended = groundwork("logs", "dev", "letters")
    assert (ended.code, ended.err) == (0, "")
    assert [line.split(maxsplit=1)[1] for line in ended.out.splitlines()] == [
        "INFO  01234567 sent",
        "ERROR 01234567 ERROR lost",
    ]
    record = json.loads(groundwork("logs", "dev", "letters", "--json", "--limit", "1").out)
    assert (record["body"], record["task_id"], record["container"]) == ("ERROR lost", TASK, "letters")


def test_what_this_reads_cannot_be_read_otherwise(aws: Aws) -> None:
    write(aws, (NOW, "sent"))
    with pytest.raises(ClientError, match="FilterLogEvents is not supported for this log class"):
        aws.client("logs").filter_log_events(logGroupName=GROUP)


def test_only_what_is_young_enough_and_of_the_services_own_container_is_shown(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW - 3 * HOUR, "old"), (NOW, "young"))
    write(aws, (NOW, "scraped"), container="ecs-exporter")
    assert messages(groundwork("logs", "dev", "letters").out) == ["young"]
    assert messages(groundwork("logs", "dev", "letters", "--since", "4h").out) == ["old", "young"]
    all_of_it = messages(groundwork("logs", "dev", "letters", "--cloudwatch").out)
    assert sorted(all_of_it) == ["[ecs-exporter] scraped", "young"]


def test_a_level_means_that_and_worse_and_keeps_the_trace_below(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW, "INFO fine"), (NOW + 1, "ERROR lost"), (NOW + 2, "Traceback of it"), (NOW + 3, "WARN slow"))
    shown = messages(groundwork("logs", "dev", "letters", "--level", "error").out)
    assert shown == ["ERROR lost", "Traceback of it"]


def test_a_query_is_a_filter_of_logs_insights(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW, "letter 7 lost"), (NOW, '{"message": "letter 8 | sent", "status": "late"}'))
    for query, found in (
        ('@message like "lost"', "letter 7 lost"),
        ("@message like /8 . sen?t/", "letter 8 | sent"),
        ('status = "late" and @message like "|"', "letter 8 | sent"),
    ):
        assert messages(groundwork("logs", "dev", "letters", "--query", query).out) == [found]


def test_a_filter_pattern_of_the_other_class_is_no_query_here(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW, "letter 7 lost"))
    ended = groundwork("logs", "dev", "letters", "--query", "lost -sent")
    assert ended.code == 2
    assert "--query: CloudWatch Logs Insights does not take this filter: " in ended.err
    assert "\n  value: lost -sent\n  allowed: @message like " in ended.err


def test_more_than_one_page_is_read(groundwork: Groundwork, aws: Aws) -> None:
    for start in range(0, 12_000, 4_000):
        write(aws, *((NOW - 12_000 + start + number, f"line {start + number}") for number in range(4_000)))
    shown = messages(groundwork("logs", "dev", "letters", "--limit", "11000").out)
    assert shown == [f"line {number}" for number in range(1_000, 12_000)]


def test_it_is_not_followed_and_that_is_said_before_anything_is_asked(groundwork: Groundwork) -> None:
    ended = groundwork("logs", "dev", "letters", "--follow")
    assert (ended.code, ended.out) == (2, "")
    assert NOT_AS_IT_COMES in ended.err
    assert "\n  fix: repeat the command, or write `log_class: standard` under `logs:` and deploy\n" in ended.err


def test_what_was_written_before_the_class_changed_is_shown_on_request(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("letters", (NOW, "before"))
    write(aws, (NOW, "after"))
    assert messages(groundwork("logs", "dev", "letters").out) == ["after"]
    assert messages(groundwork("logs", "dev", "letters", "--log-class", "standard").out) == ["before"]
    aws.write("parcels", (NOW, "rare"), infrequent=True)
    assert messages(groundwork("logs", "dev", "parcels", "--log-class", "infrequent-access").out) == ["rare"]


def test_the_class_of_the_environment_counts_where_the_service_names_none(
    groundwork: Groundwork, aws: Aws, shop: Checkout
) -> None:
    dev = shop.root / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("logging:", "logging:\n  log_class: infrequent-access\n ", 1))
    aws.write("parcels", (NOW, "rare"), infrequent=True)
    assert messages(groundwork("logs", "dev", "parcels").out) == ["rare"]
    aws.write("prometheus", (NOW, "the platform's own"))
    assert messages(groundwork("logs", "dev", "prometheus").out) == ["the platform's own"]


def test_nothing_found_says_what_was_searched(groundwork: Groundwork, aws: Aws) -> None:
    write(aws, (NOW - 3 * HOUR, "INFO old"))
    ended = groundwork("logs", "dev", "letters")
    assert (ended.code, ended.out) == (0, "")
    assert f"in the log group {GROUP} in CloudWatch, of the class infrequent-access.\n" in ended.err


def test_what_is_not_deployed_names_the_command(groundwork: Groundwork) -> None:
    ended = groundwork("logs", "dev", "letters")
    assert ended.code == 1
    assert ended.err == (
        f"letters is not deployed in dev: there is no log group {GROUP}\n  fix: groundwork deploy dev service-letters\n"
    )


@pytest.fixture
def reader(aws: Aws, shop: Checkout, monkeypatch: pytest.MonkeyPatch) -> InsightsLogs:
    settings = next(
        one.environment.settings for one in read_platform(shop.root) if one.environment.settings.name == "dev"
    )
    monkeypatch.setattr("cli.logs.insights.POLL_S", 0)
    return InsightsLogs.of(settings, "letters", log_group=GROUP, stack="service-letters")


def asked() -> LogQuery:
    return LogQuery(parse_since("1h", datetime.now(UTC)))


def results(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "results": [], **more}


def test_a_query_is_waited_for(reader: InsightsLogs) -> None:
    with Stubber(reader.client) as stub:
        stub.add_response("start_query", {"queryId": "q"})
        for status in ("Scheduled", "Running", "Complete"):
            stub.add_response("get_query_results", results(status), {"queryId": "q"})
        assert list(reader.newest(asked())) == []
        stub.assert_no_pending_responses()


def test_a_query_that_aws_gives_up_is_no_empty_log(reader: InsightsLogs) -> None:
    with Stubber(reader.client) as stub:
        stub.add_response("start_query", {"queryId": "q"})
        stub.add_response("get_query_results", results("Timeout"))
        with pytest.raises(CommandError, match=r"ended as Timeout\n  fix: repeat it, or a later --since"):
            list(reader.newest(asked()))


def test_a_query_that_nobody_waits_for_any_more_is_stopped(
    reader: InsightsLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with Stubber(reader.client) as stub:
        stub.add_response("start_query", {"queryId": "q"})
        stub.add_response("get_query_results", results("Running"))
        stub.add_response("stop_query", {"success": True}, {"queryId": "q"})
        monkeypatch.setattr(time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            list(reader.newest(asked()))
        stub.assert_no_pending_responses()


def test_a_right_that_is_missing_is_named(reader: InsightsLogs) -> None:
    with Stubber(reader.client) as stub:
        stub.add_client_error("start_query", "AccessDeniedException", "no")
        with pytest.raises(CommandError) as raised:
            list(reader.newest(asked()))
    assert "logs:GetQueryResults and logs:StopQuery on *, and logs:StartQuery on arn:aws:logs:eu-west-1:" in str(
        raised.value
    )
