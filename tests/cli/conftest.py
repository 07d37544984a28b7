"""A local AWS for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_aws import launcher
from local_aws.endpoint import Endpoint


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Where it answers; it stops after the file's last test."""
    directory = tmp_path_factory.mktemp("aws")
    try:
        yield launcher.start(directory=directory)
    finally:
        launcher.stop(directory=directory)
