"""psql and pg_dump through a task: real processes stand in for them and for Session Manager's plugin."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from cli.database.clients import dump, shell
from cli.database.instances import ServiceDatabase
from cli.database.tunnel import DOCUMENT, open_tunnel
from cli.errors import CommandError
from config.models.data.database import Database
from local_aws.endpoint import Endpoint
from tests.settings import a_service, an_environment

LOGIN = {"username": "app", "password": "s3cret/of:it"}
TOKEN = "token-of-the-session"
PLUGIN = """
import json, os, socket, sys
if sys.argv[1:] == ["--version"]:
    print(os.environ.get("PLUGIN_VERSION", "1.2.707.0"))
    sys.exit()
told = {"arguments": sys.argv[1:], "session": json.loads(os.environ[sys.argv[1]])}
open(os.environ["TOLD"] + ".plugin", "w").write(json.dumps(told))
port = int(json.loads(sys.argv[5])["Parameters"]["localPortNumber"][0])
with socket.create_server(("127.0.0.1", port)) as server:
    while True:
        server.accept()[0].close()
"""
PSQL = """
import json, os, socket, sys
if sys.argv[1:] == ["--version"]:
    print("pg_dump (PostgreSQL) " + os.environ.get("PG_VERSION", "17.2"))
    sys.exit()
with socket.create_connection((os.environ["PGHOST"], int(os.environ["PGPORT"]))):
    pass
told = {"arguments": sys.argv[1:], "variables": {k: v for k, v in os.environ.items() if k.startswith("PG")}}
open(os.environ["TOLD"], "w").write(json.dumps(told))
for argument in sys.argv:
    if argument.startswith("--file="):
        open(argument.removeprefix("--file="), "w").write("a dump")
sys.exit(int(os.environ.get("ENDS_WITH", "0")))
"""


class Place:
    """A machine with the programs, and a service whose task runs."""

    def __init__(self, folder: Path, database: ServiceDatabase, instance: dict[str, Any]) -> None:
        self.folder, self.database, self.instance = folder, database, instance
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name, text in (("session-manager-plugin", PLUGIN), ("psql", PSQL), ("pg_dump", PSQL)):
            (self.bin / name).write_text(f"#!{sys.executable}\n{text}")
            (self.bin / name).chmod(0o755)

    def told(self, by: str = "") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / f"told{by}").read_text())
        return found


def a_task(**container: Any) -> dict[str, Any]:
    agent = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}
    its = {"name": "orders", "runtimeId": "abc-123", "managedAgents": [agent]} | container
    return {"taskArn": "arn:aws:ecs:eu-west-1:123456789012:task/test/0123", "containers": [{"name": "router"}, its]}


@pytest.fixture
def place(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in endpoint.environment().items():
        monkeypatch.setenv(name, value)
    session = SimpleNamespace(
        name="test",
        environment=an_environment(),
        deployment=SimpleNamespace(services=[a_service(database={}, exec=True)]),
    )
    arn = boto3.client("secretsmanager").create_secret(Name=tmp_path.name, SecretString=json.dumps(LOGIN))["ARN"]
    instance = {
        "DBInstanceIdentifier": "test-orders",
        "DBName": "app",
        "EngineVersion": "17.2",
        "Endpoint": {"Address": "test-orders.example.com", "Port": 5432},
        "MasterUserSecret": {"SecretArn": arn, "SecretStatus": "active"},
    }
    answer_for_a_task(monkeypatch)
    made = Place(tmp_path, ServiceDatabase(session, "orders", Database()), instance)  # type: ignore[arg-type]
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    return made


def answer_for_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are what the local AWS has not: botocore's stub compares each call and answer with AWS' model."""
    session_of_aws = boto3.Session()
    ecs, ssm = session_of_aws.client("ecs"), session_of_aws.client("ssm")
    for_ecs, for_ssm = Stubber(ecs), Stubber(ssm)
    arn = a_task()["taskArn"]
    listed = {"cluster": "test", "serviceName": "orders", "desiredStatus": "RUNNING"}
    for_ecs.add_response("list_tasks", {"taskArns": [arn]}, listed)
    for_ecs.add_response("describe_tasks", {"tasks": [a_task()]}, {"cluster": "test", "tasks": [arn]})
    asked = {"Target": "ecs:test_0123_abc-123", "DocumentName": DOCUMENT, "Parameters": ANY}
    session = {"SessionId": "me-1", "TokenValue": TOKEN, "StreamUrl": "wss://example.com"}
    for_ssm.add_response("start_session", session, asked)
    for_ssm.add_response("terminate_session", {"SessionId": "me-1"}, {"SessionId": "me-1"})
    for_ecs.activate()
    for_ssm.activate()
    stubbed: dict[str, Any] = {"ecs": ecs, "ssm": ssm}
    monkeypatch.setattr(boto3, "client", lambda name, **more: stubbed.get(name) or session_of_aws.client(name, **more))


def test_psql_gets_the_login_by_variables_and_its_exit_code_is_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENDS_WITH", "3")
    assert shell(place.database, place.instance, ["-c", "SELECT 1"]) == 3
    psql, plugin = place.told(), place.told(".plugin")
    port = psql["variables"].pop("PGPORT")
    assert psql["arguments"] == ["--no-password", "-c", "SELECT 1"]
    assert psql["variables"] == {
        "PGHOST": "127.0.0.1",
        "PGDATABASE": "app",
        "PGUSER": LOGIN["username"],
        "PGPASSWORD": LOGIN["password"],
        "PGSSLMODE": "require",
    }
    name, region, operation, profile, request, _ = plugin["arguments"]
    assert (name, region, operation, profile) == ("AWS_SSM_START_SESSION_RESPONSE", "eu-west-1", "StartSession", "")
    assert json.loads(request)["Parameters"] == {
        "host": ["test-orders.example.com"],
        "portNumber": ["5432"],
        "localPortNumber": [port],
    }
    assert plugin["session"]["TokenValue"] == TOKEN
    said = capfd.readouterr()
    for text in (*psql["arguments"], *plugin["arguments"], said.out, said.err):
        assert LOGIN["password"] not in text
        assert TOKEN not in text
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0, "the plugin has ended"


def test_a_dump_is_whole_or_not_there_and_for_nobody_else(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    file = place.folder / "orders.dump"
    dump(place.database, place.instance, file)
    assert file.read_text() == "a dump"
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match=r"orders\.dump exists"):
        dump(place.database, place.instance, file)
    answer_for_a_task(monkeypatch)
    monkeypatch.setenv("ENDS_WITH", "1")
    with pytest.raises(CommandError, match="pg_dump has ended with 1; nothing is kept"):
        dump(place.database, place.instance, place.folder / "second.dump")
    assert not list(place.folder.glob("second*"))


def without(name: str) -> Callable[[Place, pytest.MonkeyPatch], None]:
    return lambda place, _: (place.bin / name).unlink()


def version(variable: str, value: str) -> Callable[[Place, pytest.MonkeyPatch], None]:
    return lambda _, monkeypatch: monkeypatch.setenv(variable, value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("session-manager-plugin"), "there is no session-manager-plugin on this machine\n  fix: install it: h"),
        (without("pg_dump"), "there is no pg_dump on this machine\n  fix: install PostgreSQL's programs: https://"),
        (version("PLUGIN_VERSION", "1.2.463.0"), "this session-manager-plugin .1.2.463.0. would have the session's "),
        (version("PG_VERSION", "16.9"), "pg_dump 16 refuses a newer server: test-orders runs PostgreSQL 17"),
    ],
)
def test_what_is_missing_on_the_machine_is_said_with_the_fix(
    place: Place, monkeypatch: pytest.MonkeyPatch, change: Callable[[Place, pytest.MonkeyPatch], None], told: str
) -> None:
    change(place, monkeypatch)
    with pytest.raises(CommandError, match=told):
        dump(place.database, place.instance, place.folder / "orders.dump")
    assert not list(place.folder.glob("orders*"))


def test_a_service_that_may_not_be_entered_is_told_which_line_to_write(place: Place) -> None:
    place.database.session.deployment.services[0] = a_service(database={})  # type: ignore[index]
    with pytest.raises(CommandError, match=r"fix: write `exec: true` in service_configs/orders\.yaml, and deploy it"):
        shell(place.database, place.instance, [])


def test_a_tunnel_whose_session_has_ended_says_so(place: Place) -> None:
    with open_tunnel(place.database, place.instance) as tunnel:
        tunnel.process.terminate()
        with pytest.raises(CommandError, match=r"has ended the session .*\n  fix: open it again"):
            tunnel.last()


def test_a_port_that_is_taken_is_refused(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(CommandError, match=f"port {port} of this machine is in use"),
            open_tunnel(place.database, place.instance, port),
        ):
            pass
