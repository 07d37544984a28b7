"""Signed requests to the data of an OpenSearch Serverless collection, at its own address or through a tunnel."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError

from cli.errors import UsageError

SERVICE = "aoss"
PORT = 443
CONNECT_S, ANSWER_S = 5.0, 60.0
ATTEMPTS = 4
"""In case it is busy: with a pause of 1, 2 and 4 seconds in between."""
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Address:
    """The start of a tunnel to a collection."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """A collection's answer, and the address that it came from."""

    status: int
    text: str
    peer: str

    @property
    def content(self) -> dict[str, Any]:
        """The document in it; empty where it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class UnreachableError(Exception):
    """Nothing answered that is the collection."""


def parse_address(text: str) -> Address:
    """Parse the value of --through."""
    host, _, port = text.strip().rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 1 <= int(port) <= 65_535 or "/" in host:
        raise UsageError(f"--through: no address\n  value: {text}", allowed="HOST:PORT, such as 127.0.0.1:9200")
    return Address(host.strip("[]"), int(port))


@dataclass(frozen=True)
class CollectionClient:
    """One collection. TLS, the Host header and the signature are those of its own name, wherever it is connected to."""

    host: str
    region: str
    through: Address | None = None
    first_pause_s: float = 1.0

    def search(self, index: str, body: dict[str, Any]) -> Answer:
        """Return the answer of `_search`, asked again while the collection is busy. Raises UnreachableError."""
        pause_s = self.first_pause_s
        for _ in range(ATTEMPTS - 1):
            answer = self._post(f"/{index}/_search", body)
            if answer.status not in BUSY:
                return answer
            time.sleep(pause_s)
            pause_s *= 2
        return self._post(f"/{index}/_search", body)

    def _post(self, path: str, body: dict[str, Any]) -> Answer:
        data = json.dumps(body).encode()
        headers = self._signed_headers(path, data)
        try:
            with closing(_Connection(self.host, self.through or Address(self.host, PORT))) as connection:
                connection.connect()
                peer = connection.sock.getpeername()[0]
                connection.sock.settimeout(ANSWER_S)
                connection.request("POST", path, data, headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.read().decode(errors="replace"), peer)
        except (OSError, HTTPException) as error:
            raise UnreachableError(str(error) or type(error).__name__) from error

    def _signed_headers(self, path: str, data: bytes) -> dict[str, str]:
        session = boto3.DEFAULT_SESSION or boto3.Session()  # after act_as, with the role's credentials
        credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        # OpenSearch Serverless asks for this header, which only S3's signature has by itself.
        # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-clients.html#serverless-signing
        headers = {"Content-Type": "application/json", "X-Amz-Content-SHA256": hashlib.sha256(data).hexdigest()}
        request = AWSRequest("POST", f"https://{self.host}{path}", headers=headers, data=data)
        SigV4Auth(credentials.get_frozen_credentials(), SERVICE, self.region).add_auth(request)
        return dict(request.headers)


class _Connection(HTTPSConnection):
    """HTTPS with a host that connects to another address."""

    def __init__(self, host: str, address: Address) -> None:
        # AWS_CA_BUNDLE as in all of AWS' tools, for companies that open TLS on the way.
        self._tls = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        super().__init__(host, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address.host, self._address.port), timeout=CONNECT_S)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
