"""`groundwork logs` of a service whose log is in its collection: what stands in for it wants what AWS wants."""

from __future__ import annotations

import json
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.logs import opensearch
from cli.logs.collection_access import CollectionAccess, role_of
from cli.logs.collection_client import Answer, CollectionClient, UnreachableError, parse_address
from cli.target import act_as
from config.loader.platform import read_platform
from config.models.environment.environment import Environment
from tests.cli.commands import Ended, Groundwork
from tests.cli.logs.collection_server import Collection, Document, collection_server
from tests.cli.logs.conftest import READER, TASK, Aws
from tests.synthesis import Checkout

NOW = int(time.time() * 1000) - 60_000
HOST = "abc123.eu-west-1.aoss.amazonaws.com"
ARN = "arn:aws:aoss:eu-west-1:123456789012:collection/abc123"


def document(number: int, body: str, *, at: int = NOW, severity: tuple[str, int] = ("INFO", 9)) -> Document:
    """A record as the router stores it."""
    return {
        "_id": f"id-{number}",
        "@timestamp": datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "body": body,
        "severity_text": severity[0],
        "severity_number": severity[1],
        "service_name": "invoices",
        "environment": "dev",
        "container": "invoices",
        "task_id": TASK,
    }


ERROR = ("ERROR", 17)


@pytest.fixture
def read(groundwork: Groundwork, aws: Aws, collection: Collection) -> Any:
    """A function that reads the log of `invoices`, which is deployed, through a tunnel."""
    host = aws.make_collection("invoices", READER)

    def logs(*arguments: str) -> Ended:
        ended = groundwork("logs", "dev", "invoices", "--through", f"127.0.0.1:{collection.port}", *arguments)
        assert set(collection.hosts) | set(collection.server_names) <= {host}
        return ended

    return logs


def messages(out: str) -> list[str]:
    return [line[40:] for line in out.splitlines()]


def test_records_come_oldest_first_from_the_services_indexes_by_signed_requests(
    read: Any, collection: Collection
) -> None:
    collection.documents = [
        document(1, "lost", at=NOW, severity=ERROR),
        document(2, "sent", at=NOW - 1000),
        document(3, "old", at=NOW - 7_200_000),
    ]
    ended = read()
    assert (ended.code, ended.err) == (0, "")
    assert messages(ended.out) == ["sent", "lost"]
    assert ended.out.splitlines()[1] == f"{collection.documents[0]['@timestamp']} ERROR 01234567 lost"
    assert collection.paths == ["/invoices-*/_search"]
    assert collection.hosts
    assert collection.server_names


def test_json_lines_are_the_documents(read: Any, collection: Collection) -> None:
    collection.documents = [document(1, "lost") | {"order": 7}]
    expected = {name: value for name, value in collection.documents[0].items() if name != "_id"}
    assert json.loads(read("--json").out) == expected


def test_a_level_and_a_query_are_asked_of_opensearch(read: Any, collection: Collection) -> None:
    collection.documents = [
        document(1, "parcel lost", severity=ERROR),
        document(2, "parcel gone", severity=("FATAL", 21)),
        document(3, "parcel sent"),
        document(4, "order lost", severity=ERROR),
    ]
    assert messages(read("--level", "error", "--query", "parcel").out) == ["parcel gone", "parcel lost"]
    query = {"query": "parcel", "default_field": "body", "default_operator": "AND"}
    assert collection.asked[0]["query"]["bool"]["filter"][1:] == [
        {"range": {"severity_number": {"gte": 17}}},
        {"query_string": query},
    ]


def test_page_after_page_nothing_is_lost_or_shown_twice_however_much_has_one_time(
    read: Any, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch, "PAGE", 10)
    collection.documents = [document(number, f"line {number}", at=NOW + number // 7) for number in range(95)]
    ended = read()
    assert sorted(messages(ended.out)) == sorted(f"line {number}" for number in range(95))
    times = [line[:24] for line in ended.out.splitlines()]
    assert times == sorted(times)


def test_records_of_one_millisecond_come_in_the_order_of_their_nanoseconds(read: Any, collection: Collection) -> None:
    second = datetime.fromtimestamp(NOW // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    collection.documents = [
        document(number, f"line {number}") | {"@timestamp": f"{second}.123000{number}00Z"} for number in (3, 1, 2)
    ]
    assert messages(read().out) == ["line 1", "line 2", "line 3"]


def test_more_in_one_moment_than_on_a_page_does_not_go_in_circles(
    read: Any, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch, "PAGE", 10)
    many = [document(number, f"line {number}", at=NOW) for number in range(30)]
    collection.documents = [*many, document(99, "before", at=NOW - 1)]
    assert messages(read().out)[0] == "before"


def test_of_many_records_the_newest_are_shown_and_no_more_pages_are_read(
    read: Any, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opensearch, "PAGE", 10)
    collection.documents = [document(number, f"line {number}", at=NOW + number) for number in range(95)]
    ended = read("--limit", "3")
    assert messages(ended.out) == ["line 92", "line 93", "line 94"]
    assert ended.err.startswith("Only the newest 3 records")
    assert len(collection.asked) == 1


def test_nothing_found_says_what_was_searched(read: Any) -> None:
    ended = read("--since", "2026-11-01T00:00")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == (
        "No record of invoices since 2026-11-01T00:00:00.000Z in the OpenSearch collection dev-invoices.\n"
    )


def test_before_the_first_record_there_is_no_index_and_that_is_no_error(read: Any, collection: Collection) -> None:
    collection.broken = [(404, {"error": {"type": "index_not_found_exception"}, "status": 404})]
    assert read().code == 0


def test_a_busy_collection_is_asked_again(read: Any, collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    collection.documents = [document(1, "sent")]
    collection.broken = [(429, {}), (503, {}), (429, {})]
    assert messages(read().out) == ["sent"]
    collection.broken = [(429, {})] * 4
    ended = read()
    assert ended.code == 1
    assert "dev-invoices is busy, 429: " in ended.err
    assert "logging.max_search_ocu" in ended.err


def test_a_query_that_is_none_is_bad_input(read: Any, collection: Collection) -> None:
    reason = {"type": "query_shard_exception", "reason": "Failed to parse query [a AND]"}
    collection.broken = [(400, {"error": {"root_cause": [reason]}, "status": 400})]
    ended = read("--query", "a AND")
    assert ended.code == 2
    assert ended.err.startswith(
        "--query: OpenSearch does not take this query: Failed to parse query [a AND]\n  value: a AND\n  allowed: Lucene"
    )


def test_whom_the_data_policy_does_not_name_is_told_which_field_names_them(read: Any, collection: Collection) -> None:
    collection.broken = [(403, {"status": 403, "error": {"reason": "403 Forbidden", "type": "Forbidden"}})]
    ended = read()
    assert ended.code == 1
    me = boto3.client("sts").get_caller_identity()["Arn"]
    (_, arn) = ended.err.splitlines()[2].split(" on ")
    assert ended.err.splitlines()[:2] == [
        f"dev-invoices refuses you (403): the data policy dev-invoices does not name {me}",
        f"  fix: add {me} to logging.reader_role_arns in environments/dev.yaml, "
        "then: groundwork deploy dev logs-invoices",
    ]
    assert arn.startswith("arn:aws:aoss:eu-west-1:123456789012:collection/")


def test_whom_the_data_policy_names_is_sent_to_iam(groundwork: Groundwork, aws: Aws, collection: Collection) -> None:
    aws.make_collection("invoices", boto3.client("sts").get_caller_identity()["Arn"])
    collection.broken = [(403, {"status": 403, "error": {"reason": "403 Forbidden", "type": "Forbidden"}})]
    ended = groundwork("logs", "dev", "invoices", "--through", f"127.0.0.1:{collection.port}")
    assert ended.code == 1
    assert ended.err.startswith(
        "dev-invoices refuses you (403): IAM does not allow your role aoss:APIAccessAll\n"
        "  fix: allow it in a policy of the role, on arn:aws:aoss:eu-west-1:123456789012:collection/"
    )
    assert "logging.reader_role_arns opens the other gate, the data policy, only" in ended.err


def test_an_answer_that_names_iam_is_taken_at_its_word(read: Any, collection: Collection) -> None:
    collection.broken = [(403, {"Message": "User: x is not authorized to perform: aoss:APIAccessAll"})]
    assert read().err.startswith("dev-invoices refuses you (403): IAM does not allow your role aoss:APIAccessAll\n")


def test_without_a_data_policy_nobody_is_let_in(groundwork: Groundwork, aws: Aws, collection: Collection) -> None:
    aws.make_collection("invoices")
    collection.broken = [(403, {})]
    ended = groundwork("logs", "dev", "invoices", "--through", f"127.0.0.1:{collection.port}")
    assert ended.err.startswith("dev-invoices refuses you (403): there is no data policy dev-invoices\n")


def test_credentials_that_have_expired_are_said_so(read: Any, collection: Collection) -> None:
    collection.broken = [(403, {"message": "The security token included in the request is expired"})]
    ended = read()
    assert ended.code == 1
    assert "sign in to account 123456789012 again" in ended.err


def test_the_log_of_a_removed_service_is_still_read(
    read: Any, collection: Collection, shop: Checkout, groundwork: Groundwork
) -> None:
    shop.remove("service_configs/invoices.yaml")
    collection.documents = [document(1, "sent")]
    ended = read()
    assert (ended.code, ended.out) == (2, "")
    assert "there is no service of this name" in ended.err
    assert messages(read("--removed").out) == ["sent"]


def test_a_file_of_certificates_that_is_not_there_is_said_so(
    read: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_CA_BUNDLE")
    assert "certificate verify failed" in read().err


def test_what_is_not_deployed_names_the_command(groundwork: Groundwork) -> None:
    ended = groundwork("logs", "dev", "invoices")
    assert ended.code == 1
    assert ended.err == (
        "invoices has no collection in dev yet: there is no dev-invoices in eu-west-1\n"
        "  fix: groundwork deploy dev service-invoices\n"
    )


def test_the_embedded_aws_has_no_data_and_nobody_elses_is_asked(groundwork: Groundwork, aws: Aws) -> None:
    aws.make_collection("invoices", READER)
    ended = groundwork("logs", "dev", "invoices")
    assert ended.code == 1
    assert "the OpenSearch collection dev-invoices has no data there\n  fix: --through HOST:PORT" in ended.err


def test_a_tunnel_that_leads_nowhere_is_said_so(groundwork: Groundwork, aws: Aws) -> None:
    host = aws.make_collection("invoices", READER)
    ended = groundwork("logs", "dev", "invoices", "--through", f"127.0.0.1:{free_port()}")
    assert ended.code == 1
    assert "Connection refused" in ended.err.splitlines()[0]
    assert host in ended.err


def test_a_tunnel_to_something_else_is_not_trusted(
    groundwork: Groundwork, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.make_collection("invoices", READER)
    with collection_server(tmp_path, names=("elsewhere.example.com",)) as server:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(server.certificate))
        ended = groundwork("logs", "dev", "invoices", "--through", f"127.0.0.1:{server.port}")
    assert ended.code == 1
    assert "certificate verify failed: Hostname mismatch" in ended.err
    assert server.hosts == []


def test_a_collection_out_of_reach_comes_with_every_way_to_it(aws: Aws, shop: Checkout) -> None:
    ec2, tags = aws.client("ec2"), [{"Key": "groundwork:environment", "Value": "dev"}]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    specification: Any = [{"ResourceType": "instance", "Tags": tags}]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=specification)
    id_ = instance["Instances"][0]["InstanceId"]
    assert str(access(shop).unreachable("timed out")).splitlines() == [
        "dev-invoices cannot be reached from here: timed out",
        "  The data of dev's collections is behind its VPC endpoint dev-logging, which only its own network reaches.",
        "  fix: read the log in Grafana, https://grafana.dev.example.com",
        "    or connect to a VPN into dev's network, if there is one, and repeat the command",
        "    or go through the environment's instance, with AWS' Session Manager plugin:",
        "      # first: cluster.ec2.session_manager: true in environments/dev.yaml, and",
        "      groundwork deploy dev cluster",
        f"      aws ssm start-session --region eu-west-1 --target {id_} "
        "--document-name AWS-StartPortForwardingSessionToRemoteHost "
        f"""--parameters '{{"host": ["{HOST}"], "portNumber": ["443"], "localPortNumber": ["9200"]}}'""",
        "      groundwork logs dev invoices --through 127.0.0.1:9200",
        "    or read the copy of its errors: groundwork logs dev invoices --cloudwatch",
    ]


def test_a_name_that_nobody_knows_is_out_of_reach(aws: Aws) -> None:
    with pytest.raises(UnreachableError):
        CollectionClient("collection.invalid", "eu-west-1").search("orders-*", {})


def test_a_no_from_the_public_address_means_that_the_way_in_is_another(aws: Aws, shop: Checkout) -> None:
    message = str(access(shop).refused(Answer(403, "{}", "52.17.0.1")))
    assert message.startswith(
        "dev-invoices cannot be reached from here: 403 from 52.17.0.1, its public address: "
        "the network policy lets nobody in there\n"
    )


def test_who_may_not_see_the_data_policy_is_told_of_both_gates(
    aws: Aws, shop: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_access_policy(**_asked: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetAccessPolicy")

    sessions, aoss = boto3.client("sts"), boto3.client("opensearchserverless")
    monkeypatch.setattr(aoss, "get_access_policy", get_access_policy)
    monkeypatch.setattr(boto3, "client", lambda name, **_region: sessions if name == "sts" else aoss)
    message = str(access(shop).refused(Answer(403, "{}", "10.10.0.9")))
    assert "which of its two gates is shut, IAM or the data policy" in message
    assert "logging.reader_role_arns in environments/dev.yaml" in message
    assert f"allow your role aoss:APIAccessAll on {ARN}" in message


def test_a_role_of_iam_identity_center_is_named_with_its_path(aws: Aws, shop: Checkout) -> None:
    iam, name = aws.client("iam"), "AWSReservedSSO_Developers_0123456789abcdef"
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    arn = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    try:
        aws.make_collection("invoices", READER)
        act_as(arn, region="eu-west-1")
        message = str(access(shop).refused(Answer(403, "{}", "10.10.0.9")))
    finally:
        iam.delete_role(RoleName=name)
    assert f"fix: add arn:aws:iam::123456789012:role{path}{name} to logging.reader_role_arns" in message


def test_a_session_is_of_its_role() -> None:
    assert role_of("arn:aws:sts::123456789012:assumed-role/developers/jane") == READER
    assert role_of("arn:aws:iam::123456789012:user/jane") == "arn:aws:iam::123456789012:user/jane"


@pytest.mark.parametrize(
    "text", ["", ":", "here", "127.0.0.1:", ":9200", "127.0.0.1:0", "127.0.0.1:65536", "a:٣", "http://a:1"]
)
def test_what_is_no_address_is_one_message(text: str) -> None:
    with pytest.raises(CommandError, match="allowed: HOST:PORT, such as") as refused:
        parse_address(text)
    assert refused.value.exit_code == 2


def test_an_address_may_be_ipv6() -> None:
    assert str(parse_address("[::1]:9200")) == "[::1]:9200"


def access(shop: Checkout) -> CollectionAccess:
    return CollectionAccess(dev(shop), "invoices", ARN, HOST, None)


def dev(shop: Checkout) -> Environment:
    (found,) = read_platform(shop.root, only="dev")
    return found.environment.settings


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
