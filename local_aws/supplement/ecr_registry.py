"""A registry for moto 5.2.5's ECR, which has none.

With one running (local_aws/registry.py), ECR's tokens lead there, and what has been pushed there shows in its answers.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecr.responses import ECRResponse

from local_aws.supplement import control
from local_aws.supplement.patch import wrap

ACCEPT = ", ".join(
    (
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    )
)

# The same for every account, and known to the registry (local_aws/registry.py) as a hash.
TOKEN = base64.b64encode(f"AWS:{DEFAULT_ACCOUNT_ID}-auth-token".encode()).decode()

_registry: dict[str, str | None] = {"address": None}


def apply() -> None:
    """Apply the patches of this file to moto."""
    control.add("registry", _told)
    wrap(ECRResponse, "get_authorization_token", _lead_to_the_registry)
    for operation in ("batch_get_image", "describe_images", "list_images"):
        wrap(ECRResponse, operation, _with_what_was_pushed)


def _told(request: Any, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    _registry["address"] = json.loads(request.get_data())["address"]
    return 200, {}, json.dumps(_registry)


def _lead_to_the_registry(original: Callable[..., Any], response: Any) -> Any:
    answer = original(response)
    if _registry["address"]:
        for data in answer.result["authorizationData"]:
            data["proxyEndpoint"] = f"http://{_registry['address']}"
            data["authorizationToken"] = TOKEN
    return answer


def _with_what_was_pushed(original: Callable[..., Any], response: Any) -> Any:
    name = response._get_param("repositoryName")
    repository = response.ecr_backend.repositories.get(name)
    if _registry["address"] and repository is not None:
        known = {tag for image in repository.images for tag in image.image_tags}
        _, _, listed = _ask(f"/v2/{name}/tags/list")
        for tag in set(json.loads(listed).get("tags") or []) - known:
            _, headers, manifest = _ask(f"/v2/{name}/manifests/{tag}")
            response.ecr_backend.put_image(
                name, manifest.decode(), tag, headers["Content-Type"], headers["Docker-Content-Digest"]
            )
    return original(response)


def _ask(path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(str(_registry["address"]), timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Basic {TOKEN}", "Accept": ACCEPT})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
