"""What the images' configurations need to be tested: theirs from tests/images, and somebody whom Prometheus asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.images.conftest import checkout, service_file
from tests.monitoring.exposition_server import TEXT, serving

__all__ = ["checkout", "service_file"]

Expose = Callable[..., str]


@pytest.fixture
def expose() -> Iterator[Expose]:
    """Serve a text to Prometheus until the test has ended; return the address."""
    with ExitStack() as stack:

        def exposed(text: str, *, content_type: str = TEXT) -> str:
            return stack.enter_context(serving(lambda: text, content_type=content_type))

        yield exposed
