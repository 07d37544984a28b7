"""`groundwork logs` of a service whose log is in CloudWatch, on the embedded AWS."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from cli.errors import CommandError
from cli.logs.cloudwatch import CloudWatchLogs
from cli.logs.level import Level
from cli.logs.query import LogQuery
from config.loader.platform import read_platform
from tests.cli.commands import Groundwork
from tests.cli.logs.conftest import TASK, Aws
from tests.cli.terminal import CTRL_C, type_into
from tests.synthesis import Checkout

NOW = int(time.time() * 1000) - 60_000
HOUR = 3_600_000
GROUP = "/dev/services/parcels"


def messages(out: str) -> list[str]:
    """The lines without time, level and task."""
    return [line[40:] for line in out.splitlines()]


def test_lines_come_oldest_first_with_time_level_and_task(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", (NOW - 2000, '{"level": "info", "message": "sent", "parcel": 7}'), (NOW - 1000, "ERROR lost"))
    ended = groundwork("logs", "dev", "parcels")
    first, second = (
        datetime.fromtimestamp((NOW - ago) / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for ago in (2000, 1000)
    )
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{first} INFO  01234567 sent\n{second} ERROR 01234567 ERROR lost\n"


def test_json_lines_are_whole(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", (NOW, '{"level": "info", "message": "sent", "parcel": 7}'))
    record = json.loads(groundwork("logs", "dev", "parcels", "--json").out)
    assert (record["body"], record["task_id"], record["attributes"]["parcel"]) == ("sent", TASK, 7)


def test_only_what_is_young_enough_and_of_the_services_own_container_is_shown(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", (NOW - 3 * HOUR, "old"), (NOW, "young"))
    aws.write("parcels", (NOW, "scraped"), container="ecs-exporter")
    assert messages(groundwork("logs", "dev", "parcels").out) == ["young"]
    assert messages(groundwork("logs", "dev", "parcels", "--since", "4h").out) == ["old", "young"]
    all_of_it = messages(groundwork("logs", "dev", "parcels", "--cloudwatch").out)
    assert sorted(all_of_it) == ["[ecs-exporter] scraped", "young"]


def test_a_level_means_that_and_worse_and_keeps_the_trace_below(groundwork: Groundwork, aws: Aws) -> None:
    other = "f" * 32
    aws.write(
        "parcels",
        *((NOW, "INFO fine"), (NOW, "detail of it"), (NOW, "ERROR lost"), (NOW, "Traceback of it"), (NOW, "  File x")),
        *((NOW + 1, "CRITICAL gone"), (NOW + 2, "WARN slow"), (NOW + 3, "why slow")),
    )
    aws.write("parcels", (NOW, "INFO of another task"), (NOW + 1, "and its detail"), task=other)
    shown = messages(groundwork("logs", "dev", "parcels", "--level", "error").out)
    assert shown == ["ERROR lost", "Traceback of it", "  File x", "CRITICAL gone"]


def test_a_query_is_a_filter_pattern(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", (NOW, "parcel 7 lost"), (NOW, "parcel 8 sent"))
    assert messages(groundwork("logs", "dev", "parcels", "--query", "lost").out) == ["parcel 7 lost"]


def test_of_many_records_the_newest_are_shown_and_that_is_said(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", *((NOW + number, f"line {number}") for number in range(30)))
    ended = groundwork("logs", "dev", "parcels", "--limit", "3")
    assert messages(ended.out) == ["line 27", "line 28", "line 29"]
    assert ended.err == "Only the newest 3 records; --limit 30 or a later --since shows the rest.\n"
    assert groundwork("logs", "dev", "parcels", "--limit", "30").err == ""


def test_more_than_one_page_is_read(groundwork: Groundwork, aws: Aws) -> None:
    for start in range(0, 12_000, 4_000):
        aws.write("parcels", *((NOW + start + number, f"line {start + number}") for number in range(4_000)))
    shown = messages(groundwork("logs", "dev", "parcels", "--limit", "11000").out)
    assert shown == [f"line {number}" for number in range(1_000, 12_000)]


def test_nothing_found_says_what_was_searched(groundwork: Groundwork, aws: Aws) -> None:
    aws.write("parcels", (NOW, "INFO fine"))
    arguments = ("logs", "dev", "parcels", "--since", "2026-11-01T00:00", "--level", "error", "--query", "lost")
    ended = groundwork(*arguments)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == (
        "No record of parcels of level error or worse that matches lost since 2026-11-01T00:00:00.000Z "
        f"in the log group {GROUP} in CloudWatch.\n"
    )


def test_a_service_without_a_release_has_no_log_and_that_is_said(
    groundwork: Groundwork, aws: Aws, shop: Checkout
) -> None:
    shop.write("service_configs/draft.yaml", "kind: worker\nlogs: {destination: cloudwatch}\n")
    aws.client("logs").create_log_group(logGroupName="/dev/services/draft")
    ended = groundwork("logs", "dev", "draft")
    assert ended.code == 0
    assert ended.err.splitlines()[1:] == [
        "draft has no release in dev, so no task of it runs.",
        "  fix: groundwork release draft TAG --environment dev, then deploy",
    ]


def test_what_is_not_deployed_names_the_command(groundwork: Groundwork) -> None:
    ended = groundwork("logs", "dev", "parcels")
    assert ended.code == 1
    assert ended.err == (
        f"parcels is not deployed in dev: there is no log group {GROUP}\n  fix: groundwork deploy dev service-parcels\n"
    )


def test_the_platforms_own_services_have_logs_too(groundwork: Groundwork, aws: Aws) -> None:
    assert "fix: groundwork deploy dev monitoring\n" in groundwork("logs", "dev", "prometheus").err
    aws.write("prometheus", (NOW, 'level=error msg="disk full"'))
    assert messages(groundwork("logs", "dev", "prometheus", "--level", "error").out) == ['level=error msg="disk full"']


def test_an_exporter_in_grafanas_task_has_its_log_there(groundwork: Groundwork, aws: Aws, shop: Checkout) -> None:
    dev = shop.root / "environments/dev.yaml"
    dev.write_text(dev.read_text().replace("monitoring:\n", "monitoring:\n  single_task: true\n"))
    aws.write("grafana", (NOW, "starting"))
    aws.write("grafana", (NOW, "no tagged resources"), container="cloudwatch-exporter")
    assert messages(groundwork("logs", "dev", "cloudwatch-exporter").out) == ["no tagged resources"]
    assert messages(groundwork("logs", "dev", "grafana").out) == ["starting"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dev", "parcel"), "service_configs: there is no service of this name\n  value: parcel\n"),
        (("dve", "parcels"), "environments: there is no environment of this name\n  value: dve\n"),
        (("shared", "parcels"), "environments: there is no environment of this name\n  value: shared\n"),
        (("dev", "parcels", "--since", "1w"), "--since: no time in the last 3653 days\n  value: 1w\n"),
        (("dev", "parcels", "--level", "bad"), "--level: there is no level of this name\n  value: bad\n"),
        (("dev", "parcels", "--through", "here"), "--through: no address\n  value: here\n"),
    ],
)
def test_bad_input_ends_with_2_before_aws_is_asked(
    groundwork: Groundwork, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    ended = groundwork("logs", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(said)
    assert "  allowed: " in ended.err


def test_names_that_nearly_fit_are_suggested(groundwork: Groundwork) -> None:
    assert "fix: did you mean `parcels`?" in groundwork("logs", "dev", "parcel").err
    assert "fix: did you mean `dev`?" in groundwork("logs", "dve", "parcels").err


def test_what_comes_is_followed_until_ctrl_c_which_ends_it_quietly(aws: Aws, shop: Checkout) -> None:
    aws.write("parcels", (NOW, "ERROR lost"))
    code, screen = type_into(shop.root, ["logs", "dev", "parcels", "--follow"], [("lost", CTRL_C)])
    assert code == 130
    assert "\x1b[31mERROR\x1b[0m" in screen  # on a terminal levels have colours
    assert screen.replace("^C", "").count("\n") == 1
    assert "Abort" not in screen


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredTokenException", "  fix: sign in to account 123456789012 again (aws sso login, or AWS_PROFILE=...)"),
        ("ThrottlingException", "  fix: wait a minute, and repeat the command"),
        ("AccessDeniedException", f"logs:FilterLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}:*"),
        ("InternalFailure", f"could not read the log group {GROUP} in CloudWatch"),
    ],
)
def test_each_reason_of_aws_comes_with_what_to_do(shop: Checkout, code: str, said: str) -> None:
    with Stubber(client := a_client()) as stub:
        stub.add_client_error("filter_log_events", code, "so it is")
        message = refusal(shop, client)
    assert said in message
    assert "so it is" in message


def test_a_query_that_is_no_filter_pattern_is_bad_input(shop: Checkout) -> None:
    with Stubber(client := a_client()) as stub:
        stub.add_client_error("filter_log_events", "InvalidParameterException", "Invalid filter pattern")
        message = refusal(shop, client, query="{ $.a = ")
    assert message.startswith("--query: CloudWatch does not take this filter pattern: ")
    assert "\n  value: { $.a = \n  allowed: " in message


def test_aws_out_of_reach_is_said_so(shop: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_client()

    def unreachable(*_arguments: object, **_keywords: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://logs.eu-west-1.amazonaws.com")

    monkeypatch.setattr(client, "_make_api_call", unreachable)
    assert refusal(shop, client).startswith("AWS cannot be reached from here: ")


def a_client() -> Any:
    return boto3.client("logs", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")


def refusal(shop: Checkout, client: object, *, query: str | None = None) -> str:
    (dev,) = read_platform(shop.root, only="dev")
    reader = CloudWatchLogs(client, dev.environment.settings, "parcels", GROUP, "service-parcels")
    asked = LogQuery(datetime.now(UTC) - timedelta(hours=1), Level.ERROR, query)
    with pytest.raises(CommandError) as refused:
        list(reader.newest(asked))
    return str(refused.value)
