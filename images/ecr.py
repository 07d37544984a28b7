"""ECR's own API: the login, and what a repository holds."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from images.errors import ExitCode, ImageError

MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
CONNECTIONS = 32


@dataclass(frozen=True)
class Login:
    """The registry's address, and the token for it (12 hours). The token shows in no representation of this."""

    host: str
    secure: bool
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Manifest:
    """The manifest under a tag. `text` is exactly what the registry holds: its hash is the digest."""

    digest: str
    media_type: str
    text: str

    @property
    def content(self) -> dict[str, Any]:
        """Parsed."""
        content: dict[str, Any] = json.loads(self.text)
        return content


class Ecr:
    """The registry of one account and region."""

    def __init__(self, *, account_id: str, region: str) -> None:
        self._account_id = account_id
        with _explained("ask ECR"):
            self._client = boto3.client(
                "ecr",
                region_name=region,
                config=Config(max_pool_connections=CONNECTIONS, connect_timeout=10, retries={"mode": "standard"}),
            )

    def login(self) -> Login:
        """Return a token for `docker push`. On AWS the endpoint is the registry itself, wherever that is."""
        with _explained("log in to ECR"):
            (data,) = self._client.get_authorization_token(registryIds=[self._account_id])["authorizationData"]
        user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
        endpoint = urlsplit(data["proxyEndpoint"])
        return Login(endpoint.netloc, endpoint.scheme == "https", user, password)

    def find(self, repository: str, *, tag: str | None = None, digest: str | None = None) -> Manifest | None:
        """Return the manifest under the tag or the digest, or None."""
        with _explained(f"look into {repository}"):
            try:
                found = self._client.batch_get_image(
                    registryId=self._account_id,
                    repositoryName=repository,
                    imageIds=[{"imageTag": tag} if tag else {"imageDigest": str(digest)}],
                    acceptedMediaTypes=list(MANIFEST_TYPES),
                )
            except self._client.exceptions.RepositoryNotFoundException as error:
                raise no_repository(repository) from error
        for image in found["images"]:
            return Manifest(image["imageId"]["imageDigest"], image["imageManifestMediaType"], image["imageManifest"])
        return None


def no_repository(repository: str) -> ImageError:
    """Return the error for a missing repository, whether ECR's API or the registry reports it."""
    return ImageError(
        ExitCode.NO_REPOSITORY,
        f"the registry has no repository {repository}",
        fix="deploy the stack shared-registry first; it makes one for every service file and platform image",
    )


@contextmanager
def _explained(doing: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ImageError(
            ExitCode.NO_LOGIN,
            f"cannot {doing}: {error}",
            fix="sign in to the registry's account (aws sso login, or AWS_PROFILE=...), with rights on ECR",
        ) from error
