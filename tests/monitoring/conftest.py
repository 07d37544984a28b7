"""What tests/images offers, for the configurations inside those images."""

from __future__ import annotations

from tests.images.conftest import checkout, service_file

__all__ = ["checkout", "service_file"]
