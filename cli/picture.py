"""The picture of an environment, drawn from its YAML: what stands in which tier, and who reaches whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from config.loader.platform import Deployment
from config.models.environment.environment import NAMESPACE, Environment
from config.models.environment.network import Nat
from config.models.environment.platform_service import ALERTMANAGER, CLOUDWATCH_EXPORTER, GRAFANA, PROMETHEUS
from config.models.service.kinds import Kind
from config.models.service.logs import LogDestination
from config.models.service.service import Service

WIDTH, MARGIN = 1316, 40
BOX_WIDTH, BOX_HEIGHT, GAP = 200, 62, 36
PER_ROW = 4
ROW_HEIGHT, STACKED = BOX_HEIGHT + 46, BOX_HEIGHT + 16

STYLE = """
  text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2933; }
  .title { font-size: 20px; font-weight: 600; }
  .name { font-size: 15px; font-weight: 600; }
  .note { font-size: 12px; fill: #52606d; }
  .band { stroke: #cbd2d9; stroke-width: 1; }
  .box { stroke-width: 1.5; }
  .arrow { stroke: #52606d; stroke-width: 1.5; fill: none; marker-end: url(#head); }
"""
BANDS = {"public": "#fef6e7", "private": "#e9f5f1", "isolated": "#ecebfa"}
FILLS = {
    Kind.PUBLIC_WEB: ("#ffffff", "#2b8a6e"),
    Kind.INTERNAL: ("#ffffff", "#3e6fb0"),
    Kind.WORKER: ("#ffffff", "#8a6d2b"),
    Kind.SCHEDULED_JOB: ("#f7f7f7", "#7b8794"),
    Kind.ONE_OFF: ("#f7f7f7", "#7b8794"),
}
MONITORING = ("#fafafa", "#a0728f")


@dataclass(frozen=True)
class Box:
    """A rectangle with a name and notes below it; x and y are its upper left corner."""

    x: float
    y: float
    name: str
    notes: Sequence[str]
    fill: str = "#ffffff"
    line: str = "#7b8794"
    width: float = BOX_WIDTH

    @property
    def svg(self) -> str:
        """The rectangle and its text."""
        middle = self.x + self.width / 2
        lines = [
            f'<text class="name" x="{middle:g}" y="{self.y + 22:g}" text-anchor="middle">{escape(self.name)}</text>'
        ]
        lines += [
            f'<text class="note" x="{middle:g}" y="{self.y + 38 + 15 * i:g}" text-anchor="middle">{escape(note)}</text>'
            for i, note in enumerate(self.notes)
        ]
        size = f'width="{self.width:g}" height="{BOX_HEIGHT}"'
        rectangle = f'<rect class="box" x="{self.x:g}" y="{self.y:g}" {size} rx="8" fill="{self.fill}"'
        return "\n".join([f'{rectangle} stroke="{self.line}"/>', *lines])


def draw(deployment: Deployment) -> str:
    """Return an SVG of the environment, the same for the same YAML."""
    environment = deployment.environment
    rows, monitored = list(_rows(deployment.services)), _monitoring(deployment)
    private_top, private_height = 210, 56 + max(ROW_HEIGHT * len(rows) - 10, STACKED * len(monitored))
    isolated_top = private_top + private_height + 20
    databases = [service for service in deployment.services if service.own_database]
    isolated_height = BOX_HEIGHT + 56
    height = isolated_top + isolated_height + 20

    boxes: dict[str, Box] = {}
    for row, services in enumerate(rows):
        for column, service in enumerate(services):
            fill, line = FILLS[service.kind]
            x = MARGIN + 24 + column * (BOX_WIDTH + GAP)
            boxes[service.name] = Box(
                x, private_top + 44 + row * ROW_HEIGHT, service.name, _notes(environment, service), fill, line
            )
    # A column of its own: no arrow between the services crosses it.
    column = MARGIN + 24 + PER_ROW * (BOX_WIDTH + GAP)
    monitoring = [
        Box(column, private_top + 44 + row * STACKED, name, notes, *MONITORING)
        for row, (name, notes) in enumerate(monitored.items())
    ]
    balancer = Box(
        MARGIN + 24, 116, "load balancer", [f"*.{environment.domain}", "HTTPS, WAF"], "#ffffff", "#c4681c", 436
    )
    nat = Box(MARGIN + 24 + 2 * (BOX_WIDTH + GAP), 116, "NAT", [_nat(environment.network.nat)], "#ffffff", "#c4681c")
    stores = {
        service.name: Box(
            boxes[service.name].x, isolated_top + 38, f"{service.name} database", ["PostgreSQL, encrypted"]
        )
        for service in databases
    }
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f"<title>{escape(environment.name)}: what Groundwork deploys</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="#52606d"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text class="title" x="{MARGIN}" y="36">{escape(environment.name)} · {escape(environment.region)} · '
        f"{escape(str(environment.network.cidr))} over three zones</text>",
        '<text class="note" x="282" y="62" text-anchor="middle">the internet</text>',
        _band("public", 78, 118, "public subnets"),
        _band("private", private_top, private_height, f"private subnets · ECS cluster · names under {NAMESPACE}"),
        _band("isolated", isolated_top, isolated_height, "isolated subnets · no route out"),
        '<path class="arrow" d="M282 66 L282 112"/>',
        *(['<path class="arrow" d="M636 116 L636 66"/>'] if environment.network.nat is not Nat.NONE else []),
        '<text class="note" x="636" y="62" text-anchor="middle">out to the internet</text>',
        *(_arrow(balancer, boxes[s.name]) for s in deployment.services if s.route),
        *(_arrow(boxes[s.name], boxes[callee]) for s in deployment.services for callee in s.calls),
        *(_arrow(boxes[name], store) for name, store in stores.items()),
        *(box.svg for box in (balancer, nat, *boxes.values(), *monitoring, *stores.values())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(services: Sequence[Service]) -> Iterator[list[Service]]:
    for kinds in ({Kind.PUBLIC_WEB}, {Kind.INTERNAL, Kind.WORKER}, {Kind.SCHEDULED_JOB, Kind.ONE_OFF}):
        chosen = sorted((s for s in services if s.kind in kinds), key=lambda s: (list(Kind).index(s.kind), s.name))
        for start in range(0, len(chosen), PER_ROW):
            yield chosen[start : start + PER_ROW]


def _notes(environment: Environment, service: Service) -> list[str]:
    if service.schedule:
        return [str(service.kind), service.schedule.expression]
    if not service.kind.keeps_running:
        return [str(service.kind), f"before {', '.join(service.before)}" if service.before else "by hand"]
    scaling = service.scaling
    tasks = f"{scaling.min_tasks} to {scaling.max_tasks} tasks" if service.is_runnable else "no release yet"
    own_name = f"{service.name}.{NAMESPACE}" + (f":{service.port}" if service.port else "")
    public_name = environment.hostname(service.route) if service.route else None
    return [f"{service.kind} · {tasks}", public_name or own_name]


def _monitoring(deployment: Deployment) -> dict[str, list[str]]:
    environment = deployment.environment
    searched = [one for one in deployment.services if environment.log_destination(one) is LogDestination.OPENSEARCH]
    logs = {"logs": ["OpenSearch Serverless,", "a collection for each service"]} if searched else {}
    disk = f"EC2 · a disk of {environment.cluster.ec2.data_volume_gib} GiB"
    return {
        PROMETHEUS: ["reads every task's metrics", disk],
        ALERTMANAGER: ["alerts, to SNS and mail", disk],
        CLOUDWATCH_EXPORTER: ["load balancer, databases, NAT", f"{CLOUDWATCH_EXPORTER}.{NAMESPACE}"],
        GRAFANA: ["dashboards", f"{GRAFANA}.{environment.domain}"],
        **logs,
    }


def _nat(nat: Nat) -> str:
    return {Nat.PER_ZONE: "one in each zone", Nat.SINGLE: "one for all zones", Nat.NONE: "none: endpoints only"}[nat]


def _band(name: str, top: float, height: float, label: str) -> str:
    return (
        f'<rect class="band" x="{MARGIN}" y="{top:g}" width="{WIDTH - 2 * MARGIN}" height="{height:g}" rx="10" '
        f'fill="{BANDS[name]}"/>\n<text class="note" x="{WIDTH - MARGIN - 20}" y="{top + 24:g}" '
        f'text-anchor="end">{escape(label)}</text>'
    )


def _arrow(start: Box, end: Box) -> str:
    """Draw an arrow from the bottom of one box to the top of a lower one, or around to one of its row."""
    to_x = end.x + end.width / 2
    from_x = min(max(to_x, start.x + 20), start.x + start.width - 20)
    from_y = start.y + BOX_HEIGHT
    if end.y > start.y:
        bend = from_y + 22
        return f'<path class="arrow" d="M{from_x:g} {from_y:g} V{bend:g} H{to_x:g} V{end.y:g}"/>'
    below = from_y + 16
    return f'<path class="arrow" d="M{from_x:g} {from_y:g} V{below:g} H{to_x:g} V{end.y + BOX_HEIGHT:g}"/>'
