"""ECR with a registry behind it: tokens lead there, and what was pushed shows."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from local_aws.endpoint import Endpoint
from local_aws.registry import tell
from tests.local_aws.supplement.conftest import Aws

MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE, "layers": []}).encode()
DIGEST = f"sha256:{sha256(MANIFEST).hexdigest()}"


class PlayedRegistry(BaseHTTPRequestHandler):
    """A registry that holds one image, v1, in every repository."""

    def do_GET(self) -> None:
        token = base64.b64encode(b"AWS:123456789012-auth-token").decode()
        if self.headers["Authorization"] != f"Basic {token}":
            self.send_error(401)
            return
        body = MANIFEST if "/manifests/" in self.path else json.dumps({"tags": ["v1"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", MEDIA_TYPE)
        self.send_header("Docker-Content-Digest", DIGEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def registry(aws: Aws) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), PlayedRegistry)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    endpoint = Endpoint(port=aws.port, pid=0)
    tell(endpoint, address)
    try:
        yield address
    finally:
        tell(endpoint, None)
        server.shutdown()
        server.server_close()


def test_a_token_leads_to_the_registry(aws: Aws, registry: str) -> None:
    (data,) = aws("ecr").get_authorization_token()["authorizationData"]
    assert data["proxyEndpoint"] == f"http://{registry}"


def test_what_was_pushed_shows_under_the_registrys_own_digest(aws: Aws, registry: str) -> None:
    aws("ecr").create_repository(repositoryName=aws.name)
    (detail,) = aws("ecr").describe_images(repositoryName=aws.name)["imageDetails"]
    assert (detail["imageDigest"], detail["imageTags"]) == (DIGEST, ["v1"])
    (image,) = aws("ecr").batch_get_image(repositoryName=aws.name, imageIds=[{"imageTag": "v1"}])["images"]
    assert image["imageManifest"].encode() == MANIFEST


def test_without_a_registry_ecr_is_as_moto_has_it(aws: Aws) -> None:
    (data,) = aws("ecr").get_authorization_token()["authorizationData"]
    assert data["proxyEndpoint"] == "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    aws("ecr").create_repository(repositoryName=aws.name)
    assert aws("ecr").describe_images(repositoryName=aws.name)["imageDetails"] == []
