"""An HTTPS server on 127.0.0.1 that stands in for a collection's data: `_search`, for who signs as AWS wants it."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SECRET_KEY = "test"  # of every account of the embedded AWS
DOMAIN = "eu-west-1.aoss.amazonaws.com"

Document = dict[str, Any]


@dataclass
class Collection:
    """The documents, and what was asked. `broken` answers instead, once for each, with a status and a body."""

    port: int
    certificate: Path
    documents: list[Document] = field(default_factory=list)
    broken: list[tuple[int, Document]] = field(default_factory=list)
    asked: list[Document] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    server_names: list[str] = field(default_factory=list)

    def search(self, asked: Document) -> Document:
        """The page that OpenSearch would answer with. Of query strings it knows single words."""
        found = [hit for document in self.documents if matches(hit := as_hit(document), asked["query"])]
        found.sort(key=lambda hit: int(hit["sort"][0]), reverse=True)
        if after := asked.get("search_after"):
            found = [hit for hit in found if hit["sort"][0] < after[0]]
        return {"hits": {"hits": found[: asked["size"]]}}


def as_hit(document: Document) -> Document:
    time = datetime.datetime.fromisoformat(document["@timestamp"])
    source = {name: value for name, value in document.items() if name != "_id"}
    return {
        "_index": "orders-2026.48",
        "_id": document["_id"],
        "_source": source,
        "sort": [round(time.timestamp() * 1000)],
    }


def matches(hit: Document, query: Document) -> bool:
    for clause in query["bool"]["filter"]:
        if words := clause.get("query_string"):
            if not all(word in hit["_source"][words["default_field"]] for word in words["query"].split()):
                return False
            continue
        (name, bounds), *_ = clause["range"].items()
        value = hit["sort"][0] if name == "@timestamp" else hit["_source"].get(name)
        if value is None or value < bounds["gte"]:
            return False
    return True


@contextmanager
def collection_server(directory: Path, *, names: tuple[str, ...] = (f"*.{DOMAIN}",)) -> Iterator[Collection]:
    """Serve until the block ends. Its certificate is for any collection of the region, and vouches for itself."""
    certificate, key = self_signed(directory, names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    collection = Collection(0, certificate)

    def remember_name(_socket: object, name: str | None, _context: object) -> None:
        collection.server_names.append(name or "")

    context.sni_callback = remember_name
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(collection))
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    collection.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collection
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def handler(collection: Collection) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if why := why_wrongly_signed(self.path, dict(self.headers.items()), body):
                self.answer(403, {"message": why})
            elif collection.broken:
                self.answer(*collection.broken.pop(0))
            else:
                collection.asked.append(json.loads(body))
                collection.hosts.append(self.headers["Host"])
                collection.paths.append(self.path)
                self.answer(200, collection.search(collection.asked[-1]))

        def answer(self, status: int, content: Document) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """A test says what it has to say by itself."""

    return Handler


def why_wrongly_signed(path: str, headers: dict[str, str], body: bytes) -> str:
    """Nothing, or what AWS would object to.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    given = {name.lower(): value for name, value in headers.items()}
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=[^/]+/(\d{8})/([\w-]+)/(\w+)/aws4_request, "
        r"SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})",
        given.get("authorization", ""),
    )
    if not found:
        return "Missing Authentication Token"
    date, region, service, signed, signature = found.groups()
    if (region, service) != ("eu-west-1", "aoss"):
        return f"Credential should be scoped to correct service: aoss, not {service} in {region}"
    if missing := {"host", "x-amz-content-sha256", "x-amz-date"} - set(signed.split(";")):
        return f"not signed: {', '.join(sorted(missing))}"
    if given["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return "The provided 'x-amz-content-sha256' header does not match what was computed"
    canonical = "\n".join(
        [
            "POST",
            quote(path, safe="/~"),
            "",
            *(f"{name}:{given[name].strip()}" for name in signed.split(";")),
            "",
            signed,
            given["x-amz-content-sha256"],
        ]
    )
    scope = f"{date}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", given["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (date, region, service, "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return "" if key.hex() == signature else "The request signature we calculated does not match"


def self_signed(directory: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """A certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stand-in")])
    now = datetime.datetime.now(datetime.UTC)
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = directory / "certificate.pem", directory / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
