"""The registry's own HTTP API, for the little that neither Docker's CLI nor ECR's API does.

https://distribution.github.io/distribution/spec/api/; ECR serves it too:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry_auth_http
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from images.ecr import Login
from images.errors import ExitCode, ImageError

TIMEOUT_S = 30
REDIRECTS = (301, 302, 303, 307, 308)


class RegistryApi:
    """Reads configurations and writes manifests in one registry."""

    def __init__(self, login: Login) -> None:
        self._login = login
        token = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        self._authorization = {"Authorization": f"Basic {token}"}

    def configuration(self, repository: str, digest: str) -> dict[str, Any]:
        """Return an image's configuration: its labels and its architecture."""
        path = f"/v2/{repository}/blobs/{digest}"
        status, headers, body = self._ask("GET", path, self._authorization)
        if status in REDIRECTS:  # to S3, which must not see the registry's token
            status, _, body = request(headers["Location"], "GET", {})
        if status != http.HTTPStatus.OK:
            raise ImageError(ExitCode.PUSH_FAILED, f"the registry answered {status} for {path}")
        configuration: dict[str, Any] = json.loads(body)
        return configuration

    def put_manifest(self, repository: str, tag: str, *, media_type: str, text: str) -> None:
        """Write a manifest whose parts are all there."""
        headers = {**self._authorization, "Content-Type": media_type}
        status, _, body = self._ask("PUT", f"/v2/{repository}/manifests/{tag}", headers, text.encode())
        if status not in (http.HTTPStatus.CREATED, http.HTTPStatus.OK):
            answer = body.decode(errors="replace").strip()
            raise ImageError(ExitCode.PUSH_FAILED, f"the registry refused {repository}:{tag} ({status}): {answer}")

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        scheme = "https" if self._login.secure else "http"
        return request(f"{scheme}://{self._login.host}{path}", method, headers, body)


def request(
    url: str, method: str, headers: Mapping[str, str], body: bytes | None = None, *, timeout_s: float = TIMEOUT_S
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send one request to a registry; an answer of whatever status, or ImageError."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout_s)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise ImageError(ExitCode.PUSH_FAILED, f"the registry {parts.netloc} does not answer: {error}") from error
    finally:
        connection.close()
