"""Shapes of the picture as SVG: boxes, frames and arrows, in colours for a light and a dark page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

BOX_WIDTH, BOX_HEIGHT = 200, 62
_NOSE = 4
# An SVG in an <img> follows the reader's own setting of the system.
STYLE = """
  svg { --page: #ffffff; --text: #1f2933; --faint: #52606d; --line: #9aa5b1; --box: #ffffff;
    --public: #fef6e7; --private: #e9f5f1; --isolated: #ecebfa; --edge: #c4681c; --public-web: #2b8a6e;
    --internal: #3e6fb0; --worker: #8a6d2b; --monitoring: #a0728f; --outside: #f1f4f7; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --text: #e6edf3; --faint: #9da7b3; --line: #57606a; --box: #161b22;
      --public: #241d10; --private: #10211c; --isolated: #1b1a2b; --edge: #e08e4b; --public-web: #56b794;
      --internal: #79a7e3; --worker: #c9a95c; --monitoring: #cf9bbb; --outside: #1c2128; }
  }
  text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--text); }
  .page { fill: var(--page); }
  .title { font-size: 20px; font-weight: 600; }
  .name { font-size: 15px; font-weight: 600; }
  .note { font-size: 12px; fill: var(--faint); }
  .frame { fill: none; stroke: var(--line); stroke-width: 1.5; }
  .zone { fill: none; stroke: var(--line); stroke-width: 1; stroke-dasharray: 3 5; }
  .band { stroke: var(--line); stroke-width: 1; }
  .band.public { fill: var(--public); } .band.private { fill: var(--private); }
  .band.isolated { fill: var(--isolated); }
  .box { fill: var(--box); stroke: var(--line); stroke-width: 1.5; }
  .box.outside { fill: var(--outside); }
  .box.edge { stroke: var(--edge); } .box.public-web { stroke: var(--public-web); }
  .box.internal { stroke: var(--internal); } .box.worker { stroke: var(--worker); }
  .box.monitoring { stroke: var(--monitoring); }
  .arrow { stroke: var(--faint); stroke-width: 1.5; fill: none; marker-end: url(#head); }
  .all { stroke: var(--faint); stroke-width: 1.5; fill: none; stroke-dasharray: 2 4; }
  .head { fill: var(--faint); }
"""
HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path class="head" d="M0 0 L10 5 L0 10 z"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """A rectangle with a name and notes below it; x and y are its upper left corner, `look` its class in the style."""

    x: float
    y: float
    name: str
    notes: Sequence[str]
    look: str = ""
    width: float = BOX_WIDTH

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + BOX_HEIGHT

    @property
    def svg(self) -> str:
        """The rectangle and its text."""
        look = f"box {self.look}".strip()
        return "\n".join(
            [
                f'<rect class="{look}" x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" height="{BOX_HEIGHT}" '
                'rx="8"/>',
                label(self.middle, self.y + 22, self.name, look="name"),
                *(label(self.middle, self.y + 38 + 15 * i, note) for i, note in enumerate(self.notes)),
            ]
        )


def label(x: float, y: float, text: str, *, anchor: str = "middle", look: str = "note") -> str:
    """Return a line of text."""
    return f'<text class="{look}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def frame(x: float, y: float, width: float, height: float, *, look: str) -> str:
    """Return a rectangle that stands for a place; `look` is its class in the style."""
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="{look}" {size} rx="10"/>'


def line(*points: tuple[float, float], look: str = "arrow") -> str:
    """Return a line through these points; an arrow unless `look` says otherwise."""
    path = " L".join(f"{x:g} {y:g}" for x, y in points)
    return f'<path class="{look}" d="M{path}"/>'


def arrow(start: Box, end: Box, boxes: Iterable[Box], *, gutter: float) -> str:
    """Return an arrow from one box down to a lower one, or below both of one row; never across another box.

    Where a box stands in the way it goes down beside the column of the lower one, `gutter` to its left.
    """
    to_x = end.middle
    from_x = min(max(to_x, start.x + 20), start.x + start.width - 20)
    if end.y <= start.y:
        below = max(start.bottom, end.bottom) + 16
        return line((from_x, start.bottom), (from_x, below), (to_x, below), (to_x, end.bottom))
    bend = start.bottom + 14
    in_the_way = [
        box
        for box in boxes
        if box not in (start, end) and box.x < to_x < box.x + box.width and bend < box.bottom and box.y < end.y
    ]
    if not in_the_way:
        return line((from_x, start.bottom), (from_x, bend), (to_x, bend), (to_x, end.y))
    beside, above = end.x - gutter, end.y - 3 * _NOSE
    return line((from_x, start.bottom), (from_x, bend), (beside, bend), (beside, above), (to_x, above), (to_x, end.y))
