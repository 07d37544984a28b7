"""A function's own zip runs, may ask the AWS that it runs in, and is ended when its time is up."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint
from tests.local_aws.supplement.conftest import Aws, Promise

CODE = """
import os, time
import boto3

def handle(event, context):
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("fail"):
        raise LookupError("first line\\nsecond line")
    topics = boto3.client("sns").list_topics()["Topics"]
    return {"topics": len(topics), "file": __file__, "mode": os.environ["MODE"],
            "left": context.get_remaining_time_in_millis()}
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    directory = tmp_path_factory.mktemp("aws") / "state"
    try:
        yield launcher.start(directory=directory)
    finally:
        launcher.stop(directory=directory)


def client(endpoint: Endpoint, service: Any) -> Any:
    session = boto3.Session("test", "test", region_name="eu-west-1")
    return session.client(service, endpoint_url=endpoint.url)


def packed() -> bytes:
    """The code of a function, as Lambda takes it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mine.py", CODE)
    return content.getvalue()


@pytest.fixture(scope="module")
def function(endpoint: Endpoint) -> str:
    iam = client(endpoint, "iam")
    role = iam.create_role(RoleName="f", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client(endpoint, "lambda").create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="mine.handle",
        Timeout=60,
        Code={"ZipFile": packed()},
        Environment={"Variables": {"MODE": "test"}},
    )
    return "f"


def invoke(endpoint: Endpoint, function: str, **event: Any) -> tuple[str | None, Any]:
    answer = client(endpoint, "lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_its_own_code_runs_and_asks_the_aws_that_waits_for_it(endpoint: Endpoint, function: str) -> None:
    client(endpoint, "sns").create_topic(Name="one")
    failed, answer = invoke(endpoint, function)
    assert failed is None
    assert answer["topics"] == 1
    assert Path(answer["file"]).name == "mine.py"
    assert answer["mode"] == "test"
    assert 0 < answer["left"] <= 60_000


def test_others_are_answered_and_other_functions_run_meanwhile(endpoint: Endpoint, function: str) -> None:
    with ThreadPoolExecutor() as pool:
        slow = [pool.submit(invoke, endpoint, function, sleep=2) for _ in range(2)]
        assert client(endpoint, "sns").list_topics()["Topics"]
        assert not any(one.done() for one in slow)
        assert [one.result()[0] for one in slow] == [None, None]


def test_what_it_raises_is_told_as_lambda_tells_it(endpoint: Endpoint, function: str) -> None:
    failed, answer = invoke(endpoint, function, fail=True)
    assert failed == "Unhandled"
    assert answer["errorMessage"] == "first line\nsecond line"
    assert answer["errorType"] == "LookupError"
    assert "mine.py" in answer["stackTrace"][0]


def test_it_is_ended_when_its_time_is_up_which_a_test_may_shorten(endpoint: Endpoint, function: str) -> None:
    assert endpoint.request("POST", "/moto-api/groundwork/lambda/limit?seconds=1")[0] == 200
    failed, answer = invoke(endpoint, function, sleep=20)
    assert failed == "Unhandled"
    assert answer["errorType"] == "Sandbox.Timedout"
    assert "1.00 seconds" in answer["errorMessage"]
    assert endpoint.request("POST", "/moto-api/groundwork/lambda/limit?seconds=0")[0] == 200
    assert invoke(endpoint, function, sleep=1)[0] is None


def test_it_says_which_log_group_it_writes_to(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        lambda_, role = aws("lambda"), aws("iam").create_role(RoleName=aws.name, AssumeRolePolicyDocument="{}")
        chosen = {"LogFormat": "Text", "LogGroup": "/mine"}
        lambda_.create_function(
            FunctionName=aws.name,
            Role=role["Role"]["Arn"],
            Runtime="python3.13",
            Handler="mine.handle",
            Code={"ZipFile": packed()},
        )
        told = lambda_.get_function_configuration(FunctionName=aws.name)["LoggingConfig"]
        assert told == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{aws.name}"}
        lambda_.update_function_configuration(FunctionName=aws.name, LoggingConfig=chosen)
        assert lambda_.get_function(FunctionName=aws.name)["Configuration"]["LoggingConfig"] == chosen
