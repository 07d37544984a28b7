"""The picture of an environment shows what its YAML says, and the one in the README is today's."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from cli.picture.board import draw
from config.loader.platform import load_platform
from config.models.nat import Nat
from tests.synthesis import ROOT, SHOP, Checkout

SVG = "{http://www.w3.org/2000/svg}"
JOB = "kind: scheduled-job\nimage: example/job:1\nschedule: {expression: rate(1 day)}\n"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    found = ElementTree.fromstring(svg).iterfind(f".//{SVG}rect[@rx='8']")
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


def test_each_replica_of_the_monitoring_has_a_disk(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    (deployment,) = load_platform(checkout.root, only="prod")
    size = f"{deployment.environment.cluster.ec2.data_volume_gib} GiB"
    assert texts(draw(deployment)).count(f"EC2 · a disk of {size}") == 2  # of Prometheus and of Alertmanager
    prod.write_text(prod.read_text().replace("monitoring:\n", "monitoring:\n  replicas: 2\n"))
    assert texts(draw(load_platform(checkout.root, only="prod")[0])).count(f"EC2 · 2 disks of {size}") == 2


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


def test_there_is_a_way_out_to_the_internet_only_where_there_is_one(checkout: Checkout) -> None:
    (deployment,) = load_platform(checkout.root, only="dev")
    network = deployment.environment.network.model_copy(update={"nat": Nat.NONE})
    sealed = replace(deployment, environment=deployment.environment.model_copy(update={"network": network}))
    assert {"NAT", "internet"} <= set(texts(draw(deployment)))
    assert not {"NAT", "internet"} & set(texts(draw(sealed)))


@pytest.mark.parametrize("name", ["users", "GitHub Actions", "ECR", "Cloud Map", "Secrets Manager", "SNS"])
def test_who_comes_from_outside_and_what_lies_in_no_subnet_is_shown(name: str) -> None:
    assert name in texts(draw(load_platform(SHOP, only="dev")[0]))


def test_every_zone_is_named() -> None:
    (deployment,) = load_platform(SHOP, only="dev")
    shown = " ".join(texts(draw(deployment)))
    for zone in deployment.environment.network.zones:
        assert f"{deployment.environment.region}{zone}" in shown


def test_no_arrow_crosses_a_box(checkout: Checkout) -> None:
    for i in range(5):
        checkout.write(
            f"service_configs/web-{i}.yaml",
            f"kind: public-web\nport: 80\nhttp: {{host: web-{i}}}\ncalls: [orders]\ndatabase: {{}}\n",
        )
    svg = draw(load_platform(checkout.root, only="dev")[0])
    rectangles = boxes(svg)
    for path in ElementTree.fromstring(svg).iterfind(f".//{SVG}path[@class='arrow']"):
        points = [tuple(map(float, point.split())) for point in path.get("d", "").lstrip("M").split(" L")]
        for (x1, y1), (x2, y2) in pairwise(points):
            for x, y, width, height in rectangles:
                inside_x = min(x1, x2) < x + width and max(x1, x2) > x
                inside_y = min(y1, y2) < y + height and max(y1, y2) > y
                assert not (inside_x and inside_y), f"{path.get('d')} crosses the box at {x:g}, {y:g}"


def test_it_has_colours_for_a_dark_page() -> None:
    svg = draw(load_platform(SHOP, only="dev")[0])
    light, dark = re.findall(r"svg \{([^}]*)\}", svg)
    names = [re.findall(r"--([a-z-]+):", colours) for colours in (light, dark)]
    assert names[0] == names[1]
    assert set(re.findall(r"var\(--([a-z-]+)\)", svg)) == set(names[0])
