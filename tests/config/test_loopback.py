"""Which endpoints are the embedded AWS."""

from __future__ import annotations

import pytest

from config.loopback import is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://127.0.0.2:4566",
        "http://localhost:4566",
        "http://LOCALHOST",
        "http://[::1]:4566",
    ],
)
def test_an_endpoint_on_this_machine_is_the_embedded_aws(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://vpce-1.s3.eu-west-1.vpce.amazonaws.com",
        "http://localhost.example.com",
        "http://10.0.0.1:4566",
        "http://[::1",
        "127.0.0.1:4566",
        "not a url",
        "",
    ],
)
def test_any_other_is_not(url: str) -> None:
    assert not is_loopback(url)
