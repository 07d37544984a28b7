"""The stand-in for a collection takes what AWS takes, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.docker.fluent_bit.opensearch_serverless import (
    ACCESS_KEY,
    REGION,
    SECRET_KEY,
    Collection,
    collection_endpoint,
    why_not_authorized,
)

TIME = '"@timestamp":"2026-11-27T10:00:00Z"'


@pytest.fixture
def collection() -> Iterator[Collection]:
    with collection_endpoint("orders-") as serving:
        yield serving


def signed(
    collection: Collection, body: bytes, *, service: str = "aoss", secret: str = SECRET_KEY, **headers: str
) -> dict[str, str]:
    """The headers of a request that botocore signs."""
    given = {"x-amz-content-sha256": hashlib.sha256(body).hexdigest(), **headers}
    request = AWSRequest("POST", f"http://127.0.0.1:{collection.port}/_bulk", given, body)
    SigV4Auth(Credentials(ACCESS_KEY, secret), service, REGION).add_auth(request)
    return dict(request.headers.items())


def send(collection: Collection, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    given = signed(collection, body) if headers is None else headers
    request = urllib.request.Request(f"http://127.0.0.1:{collection.port}/_bulk", body, given)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def bulk(*documents: str, action: str = '{"create":{"_index":"orders-2026.48"}}') -> bytes:
    return "".join(f"{action}\n{document}\n" for document in documents).encode()


def test_a_signed_request_is_stored(collection: Collection) -> None:
    status, answer = send(collection, bulk(f'{{{TIME},"a":1}}'))
    assert (status, answer["errors"], [one["a"] for one in collection.documents]) == (200, False, [1])
    body = gzip.compress(bulk(f'{{{TIME},"a":2}}'))
    status, _ = send(collection, body, signed(collection, body, **{"Content-Encoding": "gzip"}))
    assert (status, [one["a"] for one in collection.documents]) == (200, [1, 2])


def test_an_unsigned_request_is_refused(collection: Collection) -> None:
    assert send(collection, bulk(f"{{{TIME}}}"), {})[0] == 403
    assert collection.documents == []


@pytest.mark.parametrize("wrong", [{"service": "es"}, {"secret": "another"}])
def test_a_wrongly_signed_request_is_refused(collection: Collection, wrong: dict[str, str]) -> None:
    body = bulk(f"{{{TIME}}}")
    assert send(collection, body, signed(collection, body, **wrong))[0] == 403


def test_a_body_that_is_not_the_signed_one_is_refused(collection: Collection) -> None:
    headers = signed(collection, bulk(f"{{{TIME}}}"))
    status, answer = send(collection, bulk(f'{{{TIME},"a":1}}'), headers)
    assert (status, "x-amz-content-sha256" in answer["message"]) == (403, True)


def test_a_request_without_a_hash_of_its_body_or_of_yesterday_is_refused(collection: Collection) -> None:
    body = bulk(f"{{{TIME}}}")
    headers = signed(collection, body)
    now = datetime.now(UTC)
    host = {"host": f"127.0.0.1:{collection.port}"}
    assert why_not_authorized("POST", "/_bulk", headers | host, body, now=now) is None
    late = why_not_authorized("POST", "/_bulk", headers | host, body, now=now + timedelta(days=1))
    assert late is not None
    assert "expired" in late
    without = {key: value.replace("x-amz-content-sha256;", "") for key, value in headers.items()}
    missing = why_not_authorized("POST", "/_bulk", without | host, body, now=now)
    assert missing == "'x-amz-content-sha256' must be a signed header"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (bulk(f"{{{TIME}}}", action='{"create":{"_index":"orders-1","_type":"_doc"}}'), "unknown parameter ['_type']"),
        (bulk(f"{{{TIME}}}")[:-1], "must be terminated by a newline"),
    ],
)
def test_a_whole_request_is_refused(collection: Collection, body: bytes, said: str) -> None:
    status, answer = send(collection, body)
    assert (status, said in answer["error"]["reason"]) == (400, True)


@pytest.mark.parametrize(
    ("action", "document", "status", "said"),
    [
        ('{"create":{"_index":"orders-1","_id":"1"}}', f"{{{TIME}}}", 400, "Document ID is not supported"),
        ('{"update":{"_index":"orders-1"}}', f"{{{TIME}}}", 400, "Document ID is not supported"),
        ('{"create":{"_index":"payments-1"}}', f"{{{TIME}}}", 403, "no permission for [payments-1]"),
        ('{"create":{"_index":"orders-X"}}', f"{{{TIME}}}", 403, "no permission for [orders-X]"),
        ('{"create":{"_index":"orders-1"}}', '{"a":1}', 400, "no @timestamp"),
        ('{"create":{"_index":"orders-1"}}', f'{{{TIME},"known":"x"}}', 400, "failed to parse field [known]"),
        ('{"create":{"_index":"orders-1"}}', f"{{{TIME},{TIME}}}", 400, "Duplicate field"),
    ],
)
def test_one_document_is_refused_and_the_others_are_stored(
    collection: Collection, action: str, document: str, status: int, said: str
) -> None:
    good = bulk(f'{{{TIME},"known":1}}', action='{"create":{"_index":"orders-1"}}')
    answered, answer = send(collection, good + bulk(document, action=action) + good)
    assert (answered, answer["errors"], len(collection.documents)) == (200, True, 2)
    ((bad),) = [done for item in answer["items"] for done in item.values() if done["status"] != 201]
    assert (bad["status"], said in bad["error"]["reason"]) == (status, True)
