"""The address of a local AWS, and the environment that leads every AWS client there."""

from __future__ import annotations

import http.client
import os
from collections.abc import Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
"""moto's own; any other is named by the access key, see local_aws/supplement/accounts.py."""
KEY_PREFIX = "AKIAACCT"
"""With the account's 12 digits it has the length of a real key; moto reads no other."""


@dataclass(frozen=True)
class Endpoint:
    """One running embedded AWS."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """The address of the endpoint."""
        return f"http://{HOST}:{self.port}"

    def request(self, method: str, path: str, timeout_seconds: float = 60) -> tuple[int, bytes]:
        """Its answer to a question that no AWS client asks: the status and the body."""
        # Not urllib: that would ask the proxy of the environment.
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout_seconds)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def environment(self, base: Mapping[str, str] | None = None, *, account_id: str = ACCOUNT) -> dict[str, str]:
        """Return a child process' whole environment: `base`, or ours, with all of AWS led here, to this account.

        Every other AWS variable and both configuration files are out of the picture: a profile, a service's
        own endpoint variable or `ignore_configured_endpoint_urls` would lead back to a real account.
        """
        outer = os.environ if base is None else base
        environment = {name: value for name, value in outer.items() if not name.startswith("AWS_")}
        past_proxies = ",".join(filter(None, [environment.get("NO_PROXY", environment.get("no_proxy")), HOST]))
        return environment | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test" if account_id == ACCOUNT else f"{KEY_PREFIX}{account_id}",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": past_proxies,
            "no_proxy": past_proxies,
        }
