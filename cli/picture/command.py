"""`groundwork picture`."""

from __future__ import annotations

from cli.options import Environment
from cli.picture.board import draw
from cli.root import ROOT
from config.loader.platform import load_platform


def picture(environment: Environment) -> None:
    """Draw an environment from its YAML as an SVG on standard output: `groundwork picture dev > dev.svg`."""
    print(draw(load_platform(ROOT, only=environment)[0]), end="")
