"""What publishing looks like, on a terminal and in a log."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from cli.images.display import display
from images.image_build import ImageBuild


def work(name: str) -> ImageBuild:
    return ImageBuild(
        name=name, repository=name, tag="v1", fingerprint="f", platforms=("linux/arm64",), context=lambda: Path("/none")
    )


def test_a_log_has_a_line_for_each_phase_and_no_more() -> None:
    out = StringIO()
    with display(Console(file=out), quiet=("asking the registry",)) as on_progress:
        on_progress(work("orders"), "asking the registry", 0, 0)
        on_progress(work("orders"), "building", 0, 0)
        on_progress(work("orders"), "building", 3, 4)
        on_progress(work("billing"), "building", 1, 4)
        on_progress(work("orders"), "published", 1, 1)
    assert out.getvalue().splitlines() == ["orders:v1: building", "billing:v1: building", "orders:v1: published"]


def test_a_terminal_has_a_bar_for_each_image() -> None:
    out = StringIO()
    with display(Console(file=out, force_terminal=True, width=100)) as on_progress:
        on_progress(work("orders"), "pushing", 1, 2)
        on_progress(work("billing"), "building", 3, 4)
    drawn = out.getvalue()
    assert all(text in drawn for text in ("orders", "billing", "pushing", "building", "━"))
