"""The design of an environment on one board: who comes in, what stands in which tier, who reaches whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cli.picture.beside_services import monitoring_notes, regional_boxes, scraping, shipping
from cli.picture.measures import (
    AWS_Y,
    GAP,
    LEFT,
    MONITORING_X,
    OUTSIDE_Y,
    PER_ROW,
    PRIVATE_Y,
    PUBLIC_HEIGHT,
    PUBLIC_Y,
    REGIONAL_X,
    ROW,
    STACKED,
    VPC_RIGHT,
    VPC_X,
    WIDTH,
)
from cli.picture.shapes import BOX_HEIGHT, BOX_WIDTH, HEAD, STYLE, Box, arrow, frame, label, line
from config.loader.platform import Deployment
from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.platform_service import ALERTMANAGER, GRAFANA
from config.models.nat import Nat
from config.models.service.kinds import Kind
from config.models.service.service import Service

NAT_WORDS = {
    Nat.PER_ZONE: "one in each zone",
    Nat.SINGLE: "one for all zones",
    Nat.INSTANCE_PER_ZONE: "an instance in each zone",
    Nat.INSTANCE: "an instance for all zones",
}


def draw(deployment: Deployment) -> str:
    """Return an SVG of the environment, byte-identical for equal YAML."""
    environment = deployment.environment
    rows, monitoring = list(_rows(deployment.services)), monitoring_notes(environment)
    private_height = 40 + max(ROW * len(rows), STACKED * len(monitoring)) + 10
    isolated_y = PRIVATE_Y + private_height + 18
    vpc_bottom = isolated_y + BOX_HEIGHT + 66
    height = vpc_bottom + 44

    services = _service_boxes(environment, rows)
    stores = {
        service.name: Box(
            services[service.name].x, isolated_y + 42, f"{service.name} database", ["PostgreSQL, encrypted"]
        )
        for service in deployment.services
        if service.own_database
    }
    parts = {
        name: Box(MONITORING_X, PRIVATE_Y + 40 + at * STACKED, name, notes, "monitoring")
        for at, (name, notes) in enumerate(monitoring.items())
    }
    balancer = Box(LEFT, PUBLIC_Y + 32, "load balancer", [f"*.{environment.domain}", "HTTPS, WAF"], "edge", 436)
    users = Box(balancer.middle - BOX_WIDTH / 2, OUTSIDE_Y, "users", ["browsers and other systems"], "outside")
    github = Box(
        REGIONAL_X, OUTSIDE_Y, "GitHub Actions", ["tests, builds, deploys:", "by a role, without a key"], "outside"
    )
    regional = regional_boxes(deployment, parts, bottom=PRIVATE_Y + private_height)
    ways_out = _ways_out(environment)
    solid = [*services.values(), *stores.values(), *parts.values()]
    named = {ALERTMANAGER: "alerts", "logs": "logs"}

    drawing = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<title>{escape(environment.name)}: what Groundwork deploys</title>",
        f"<style>{STYLE}</style>",
        HEAD,
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        label(VPC_X, 34, f"{environment.name} · {environment.region}", anchor="start", look="title"),
        frame(20, AWS_Y, WIDTH - 40, height - AWS_Y - 16, look="frame"),
        label(REGIONAL_X + BOX_WIDTH, height - 30, f"AWS account {environment.account_id}", anchor="end"),
        frame(VPC_X, AWS_Y + 16, VPC_RIGHT - VPC_X, vpc_bottom - AWS_Y - 16, look="frame"),
        _band("public", PUBLIC_Y, PUBLIC_HEIGHT, "public subnets"),
        _band("private", PRIVATE_Y, private_height, f"private subnets · ECS cluster · names under {NAMESPACE}"),
        _band("isolated", isolated_y, BOX_HEIGHT + 52, "isolated subnets · no route out"),
        *_zones(environment, vpc_bottom),
        line((users.middle, users.bottom), (users.middle, balancer.y)),
        line((github.middle, github.bottom), (github.middle, regional["ECR"].y)),
        *(line((nat.middle, nat.y), (nat.middle, out.bottom)) for nat, out in ways_out),
        *(
            arrow(balancer, services[service.name], solid, gutter=14)
            for service in deployment.services
            if service.route
        ),
        line(
            (balancer.x + balancer.width - 20, balancer.bottom),
            (balancer.x + balancer.width - 20, balancer.bottom + 8),
            (parts[GRAFANA].middle, balancer.bottom + 8),
            (parts[GRAFANA].middle, parts[GRAFANA].y),
        ),
        *(
            arrow(services[service.name], services[callee], solid, gutter=10)
            for service in deployment.services
            for callee in service.called
        ),
        *(arrow(services[name], store, solid, gutter=22) for name, store in stores.items()),
        *scraping(parts, bottom=PRIVATE_Y + private_height - 12),
        *(
            line((parts[part].x + BOX_WIDTH, regional[place].y + 31), (REGIONAL_X, regional[place].y + 31))
            for part, place in named.items()
            if part in parts and place in regional
        ),
        *(shipping(regional["logs"]) if "logs" in regional else []),
        *(box.svg for box in (users, github, balancer, *solid, *regional.values())),
        *(box.svg for pair in ways_out for box in pair),
        "</svg>",
    ]
    return "\n".join(drawing) + "\n"


def _rows(services: Sequence[Service]) -> Iterator[list[Service]]:
    """Yield rows of services: what the internet reaches, what else keeps running, what ends."""

    def tier(service: Service) -> int:
        return 0 if service.kind is Kind.PUBLIC_WEB else 1 if service.kind.keeps_running else 2

    for wanted in range(3):
        chosen = sorted((one for one in services if tier(one) == wanted), key=lambda one: (str(one.kind), one.name))
        for start in range(0, len(chosen), PER_ROW):
            yield chosen[start : start + PER_ROW]


def _service_boxes(environment: Environment, rows: Sequence[Sequence[Service]]) -> dict[str, Box]:
    return {
        service.name: Box(
            LEFT + column * (BOX_WIDTH + GAP),
            PRIVATE_Y + 40 + row * ROW,
            service.name,
            _notes(environment, service),
            str(service.kind),
        )
        for row, services in enumerate(rows)
        for column, service in enumerate(services)
    }


def _notes(environment: Environment, service: Service) -> list[str]:
    if service.schedule:
        return [str(service.kind), service.schedule.expression]
    if not service.kind.keeps_running:
        return [str(service.kind), f"before {', '.join(service.before)}" if service.before else "by hand"]
    scaling = service.scaling
    tasks = f"{scaling.min_tasks} to {scaling.max_tasks} tasks" if service.is_runnable else "no release yet"
    own_name = f"{service.name}.{NAMESPACE}" + (f":{service.port}" if service.port else "")
    names = environment.hostnames(service.route.host) if service.route else ()
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return [f"{service.kind} · {tasks}", f"{names[0]}{more}" if names else own_name]


def _ways_out(environment: Environment) -> list[tuple[Box, Box]]:
    """Return the NAT gateway with the internet above it; nothing where there is no way out."""
    nat = environment.network.nat
    if nat is Nat.NONE:
        return []
    x = LEFT + 2 * (BOX_WIDTH + GAP)
    out = Box(x, OUTSIDE_Y, "internet", ["what services call outside"], "outside")
    return [(Box(x, PUBLIC_Y + 32, "NAT", [NAT_WORDS[nat]], "edge"), out)]


def _zones(environment: Environment, bottom: float) -> Iterator[str]:
    """Yield the borders and the names of the availability zones, over which every tier is spread."""
    zones = environment.network.zones
    width = (VPC_RIGHT - VPC_X) / len(zones)
    for at, zone in enumerate(zones):
        left = VPC_X + at * width
        name = f"{environment.region}{zone}"
        cidr = f" · VPC {environment.network.cidr}" if at == 0 else ""
        yield label(left + 16, AWS_Y + 38, f"{name}{cidr}", anchor="start")
        if at:
            yield line((left, AWS_Y + 16), (left, bottom), look="zone")


def _band(name: str, top: float, height: float, text: str) -> str:
    x, width = VPC_X + 12, VPC_RIGHT - VPC_X - 24
    return "\n".join(
        [frame(x, top, width, height, look=f"band {name}"), label(MONITORING_X - 40, top + 22, text, anchor="end")]
    )
