"""The processors that an image is built for, asked of its registry: ECR, or a public one by the registry's HTTP API.

https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import http
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from config.loopback import is_loopback
from images.ecr import MANIFEST_TYPES, Ecr
from images.errors import ImageError
from images.registry_api import REDIRECTS, RegistryApi, request

DOCKER_HUB = "registry-1.docker.io"
_TIMEOUT_S = 5
_UNKNOWN = "unknown"  # of attestations, which stand among the images of an index

Configuration = Callable[[str], Mapping[str, Any]]


def in_ecr(ecr: Ecr, repository: str, tag: str) -> frozenset[str] | None:
    """Return the processors of an image in ECR, by Go's names; None where there is none, or no answer."""
    manifest = ecr.find(repository, tag=tag)
    if manifest is None:
        return None
    try:
        return _processors(manifest.content, lambda digest: RegistryApi(ecr.login()).configuration(repository, digest))
    except ImageError:
        return None


def in_public(reference: str) -> frozenset[str] | None:
    """Return the processors of a public image; None where its registry cannot be reached, or wants a login."""
    host, name, version = _parts(reference)
    base = f"{'http' if is_loopback(f'http://{host}') else 'https'}://{host}"
    try:
        registry = _Public(base, name)
        manifest = json.loads(registry.ask(f"/v2/{name}/manifests/{version}"))
        return _processors(manifest, lambda digest: json.loads(registry.ask(f"/v2/{name}/blobs/{digest}")))
    except (ImageError, ValueError, KeyError, TypeError, AttributeError):
        return None  # whatever answers there is no registry that we know


class _Public:
    """A registry that gives a token for a repository to anybody."""

    def __init__(self, base: str, name: str) -> None:
        self._base = base
        self._name = name
        self._headers = {"Accept": ", ".join(MANIFEST_TYPES)}

    def ask(self, path: str) -> bytes:
        """Return what stands at the path; a ValueError where nobody may read it."""
        status, headers, body = request(f"{self._base}{path}", "GET", self._headers, timeout_s=_TIMEOUT_S)
        if status == http.HTTPStatus.UNAUTHORIZED and "Authorization" not in self._headers:
            self._headers["Authorization"] = f"Bearer {self._token(headers.get('WWW-Authenticate', ''))}"
            return self.ask(path)
        if status in REDIRECTS:  # to storage, which must not see the token
            target = urljoin(f"{self._base}{path}", headers["Location"])
            status, _, body = request(target, "GET", {}, timeout_s=_TIMEOUT_S)
        if status != http.HTTPStatus.OK:
            raise ValueError(f"{status} for {path}")
        return body

    def _token(self, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        if urlsplit(asked["realm"]).scheme != "https" and not is_loopback(asked["realm"]):
            raise ValueError("a token by plain HTTP")
        query = urlencode({"service": asked.get("service", ""), "scope": f"repository:{self._name}:pull"})
        status, _, body = request(f"{asked['realm']}?{query}", "GET", {}, timeout_s=_TIMEOUT_S)
        if status != http.HTTPStatus.OK:
            raise ValueError("no token")
        answer = json.loads(body)
        return str(answer.get("token") or answer["access_token"])


def _parts(reference: str) -> tuple[str, str, str]:
    """Return registry, repository and tag or digest, as Docker reads them."""
    host, slash, rest = reference.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, rest = DOCKER_HUB, reference if slash else f"library/{reference}"
    name, _, digest = rest.partition("@")
    name, _, tag = name.partition(":")
    return DOCKER_HUB if host == "docker.io" else host, name, digest or tag or "latest"


def _processors(manifest: Mapping[str, Any], configuration: Configuration) -> frozenset[str]:
    if "manifests" in manifest:
        platforms = [entry.get("platform", {}) for entry in manifest["manifests"]]
        return frozenset(str(its["architecture"]) for its in platforms if its.get("os", _UNKNOWN) != _UNKNOWN)
    return frozenset({str(configuration(manifest["config"]["digest"])["architecture"])})
