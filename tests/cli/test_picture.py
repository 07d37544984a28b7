"""The picture of an environment shows what its YAML says, and the one in the README is today's."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cli.picture import draw
from config.loader.platform import load_platform
from tests.synthesis import ROOT, SHOP, Checkout

SVG = "{http://www.w3.org/2000/svg}"
JOB = "kind: scheduled-job\nimage: example/job:1\nschedule: {expression: rate(1 day)}\n"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    found = ElementTree.fromstring(svg).iterfind(f".//{SVG}rect[@class='box']")
    return [
        (float(b.get("x", 0)), float(b.get("y", 0)), float(b.get("width", 0)), float(b.get("height", 0))) for b in found
    ]


def test_the_readme_shows_todays_dev() -> None:
    drawn = draw(load_platform(SHOP, only="dev")[0])
    assert (ROOT / "docs/dev.svg").read_text() == drawn, "in tests/shop: groundwork picture dev > ../../docs/dev.svg"


def test_every_service_database_and_part_of_the_platform_is_in_the_picture_once() -> None:
    shown = texts(draw(load_platform(SHOP, only="prod")[0]))
    platform = ("load balancer", "prometheus", "alertmanager", "grafana", "cloudwatch-exporter", "logs")
    for name in ("storefront", "orders", "mailer", "orders database", *platform):
        assert shown.count(name) == 1


def test_an_arrow_is_drawn_for_each_call_route_and_database(checkout: Checkout) -> None:
    before = draw(load_platform(checkout.root, only="dev")[0]).count('class="arrow"')
    checkout.write(
        "service_configs/billing.yaml", "kind: internal\nhealth_check: none\nport: 80\ncalls: [orders]\ndatabase: {}\n"
    )
    assert draw(load_platform(checkout.root, only="dev")[0]).count('class="arrow"') == before + 2


@pytest.mark.parametrize("services", [0, 5, 13])
def test_no_two_boxes_overlap_and_none_leaves_the_picture(checkout: Checkout, services: int) -> None:
    for i in range(services):
        checkout.write(f"service_configs/job-{i}.yaml", JOB)
    svg = draw(load_platform(checkout.root, only="dev")[0])
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    rectangles = boxes(svg)
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in rectangles)
    for i, (x1, y1, w1, h1) in enumerate(rectangles):
        for x2, y2, w2, h2 in rectangles[i + 1 :]:
            assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1
