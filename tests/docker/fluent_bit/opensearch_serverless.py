"""A stand-in for the data endpoint of a time-series collection of OpenSearch Serverless, on 127.0.0.1.

It takes `_bulk`, and refuses what AWS refuses: document ids, types, updates, requests that are not signed or not for
`aoss`, other indexes than the data policy allows, and documents that do not fit an index's mapping.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from tests.docker.fluent_bit.dynamic_mapping import Index, RefusedError

ACCESS_KEY, SECRET_KEY, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"
MOST_BYTES = 10 * 1024 * 1024
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass
class Collection:
    """What was stored, by index, and what was refused. While `away`, every request is answered with 503."""

    prefix: str
    """Of the indexes that the data policy lets the writer make."""
    port: int = 0
    away: bool = False
    documents: list[dict[str, Any]] = field(default_factory=list)
    indexes: dict[str, Index] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    requests: int = 0

    def bulk(self, body: bytes) -> dict[str, Any]:
        """Store an index request a document; the answer names each."""
        lines = body.decode().split("\n")
        if lines.pop() != "":
            raise RefusedError("illegal_argument_exception", "The bulk request must be terminated by a newline [\\n]")
        items = []
        for at in range(0, len(lines), 2):
            (action, given), *_ = json.loads(lines[at]).items()
            if unknown := set(given) - {"_index", "_id"}:
                reason = f"Action/metadata line [{at + 1}] contains an unknown parameter {sorted(unknown)}"
                raise RefusedError("illegal_argument_exception", reason)
            items.append({action: self._store(action, given, lines[at + 1])})
        failed = any(done["status"] != 201 for item in items for done in item.values())
        return {"took": 1, "errors": failed, "items": items}

    def _store(self, action: str, given: dict[str, str], text: str) -> dict[str, Any]:
        index = given["_index"]
        try:
            if action not in ("create", "index") or "_id" in given:
                reason = "Document ID is not supported in create/index operation request"
                raise RefusedError("illegal_argument_exception", reason)
            if not index.startswith(self.prefix) or not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", index):
                raise RefusedError("security_exception", f"no permission for [{index}]")
            document = json.loads(text)
            if "@timestamp" not in document:
                raise RefusedError("mapper_parsing_exception", "no @timestamp")
            new = self.indexes.get(index, Index())
            new.put(text)
        except RefusedError as error:
            self.refused.append(f"{error}: {text[:300]}")
            status = 403 if error.kind == "security_exception" else 400
            return {"_index": index, "status": status, "error": {"type": error.kind, "reason": error.reason}}
        self.indexes[index] = new
        self.documents.append(document)
        return {"_index": index, "_id": f"1%3A{len(self.documents)}", "result": "created", "status": 201}


def why_not_authorized(method: str, path: str, headers: dict[str, str], body: bytes, *, now: datetime) -> str | None:
    """Why AWS would answer 403, from Signature Version 4 as botocore computes it; None when it is right."""
    given = {name.lower(): value for name, value in headers.items()}
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
        r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
        given.get("authorization", ""),
    )
    if found is None:
        return "Missing Authentication Token"
    key, _, region, service, signed, signature = found.groups()
    if (key, region, service) != (ACCESS_KEY, REGION, "aoss"):
        return f"Credential should be scoped to {ACCESS_KEY}, {REGION} and aoss, not {key}, {region} and {service}"
    names = signed.split(";")
    if missing := {"host", "x-amz-date", "x-amz-content-sha256"} - set(names):
        return f"'{sorted(missing)[0]}' must be a signed header"
    if given["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return "The provided 'x-amz-content-sha256' header does not match what was computed."
    at = datetime.strptime(given["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(now - at) > CLOCKS_DIFFER:
        return f"Signature not yet current or expired: {given['x-amz-date']}"
    request = AWSRequest(method, f"https://{given['host']}{path}", {name: given[name] for name in names}, body)
    request.context["timestamp"] = given["x-amz-date"]
    signer = _Signer(Credentials(ACCESS_KEY, SECRET_KEY), "aoss", REGION)
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return None if expected == signature else "The request signature we calculated does not match"


class _Signer(SigV4Auth):
    """Signs every header of a request, also those that botocore would leave out, as a client may sign them."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        headers = HTTPHeaders()
        for name, value in request.headers.items():
            headers[name] = value
        return headers


@contextmanager
def collection_endpoint(prefix: str) -> Iterator[Collection]:
    """Serve a collection until the block ends."""
    collection = Collection(prefix)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # Fluent Bit keeps its connections

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collection.requests += 1
            if collection.away:
                self.answer(503, {"message": "Service Unavailable"})
            elif len(body) > MOST_BYTES:
                self.answer(413, {"message": "Request Entity Too Large"})
            elif why := why_not_authorized("POST", self.path, dict(self.headers), body, now=datetime.now(UTC)):
                self.answer(403, {"message": why})
            elif self.path != "/_bulk":
                self.answer(404, {"message": "not found"})
            else:
                text = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                try:
                    self.answer(200, collection.bulk(text))
                except RefusedError as error:
                    collection.refused.append(str(error))
                    self.answer(400, {"error": {"type": error.kind, "reason": error.reason}, "status": 400})

        def answer(self, status: int, content: dict[str, Any]) -> None:
            if status != 200:
                collection.refused.append(f"{status}: {content}")
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """A test says what it has to say by itself."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # a router sends many chunks at once

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collection.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collection
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
