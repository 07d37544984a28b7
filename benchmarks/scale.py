"""Benchmark of synthesis against the number of services: linear, if the cost of a resource stays constant.

    .venv/bin/python -m benchmarks.scale [SERVICES …]

Each size is one environment with that many public web services, some 20 resources each, in a process of its own.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ROOT, Cost, cost_of

SIZES = (75, 150, 300)
CALLS, DENSE = 5, (15, 60)
"""Each service calls the five before it; the number of paths from the last to the first doubles with each."""
AT_MOST = 1.5
"""What a resource may cost at the largest size, in units of what it costs at the smallest."""

ENVIRONMENT = """\
organization: acme
account_id: "123456789012"
domain: example.com
network:
  cidr: 10.0.0.0/16
edge:
  create_zone: true
"""
SERVICE = """\
kind: public-web
port: 8080
image: public.ecr.aws/nginx/nginx:1.29.1
http:
  priority: {priority}
scaling:
  requests_per_task: 1000
"""
ROUTED = 90  # a load balancer has 100 target groups
INTERNAL = """\
kind: internal
port: 8080
image: public.ecr.aws/nginx/nginx:1.29.1
health_check: none
"""
PROGRAM = """\
import sys
from pathlib import Path
import main
main.synthesize(Path(sys.argv[1]), out=Path(sys.argv[2]), only="big", local_aws=False)
"""


@dataclass(frozen=True)
class Size:
    """One measurement."""

    services: int
    resources: int
    cost: Cost


def measure(services: int, *, calls: int = 0) -> Size:
    """Synthesize an environment of this many services, each of which calls so many before it."""
    with TemporaryDirectory() as folder:
        root, out = Path(folder) / "checkout", Path(folder) / "out"
        write_checkout(root, services, calls=calls)
        cost = cost_of(PROGRAM, [str(root), str(out)])
        documents = [json.loads(path.read_text()) for path in out.glob("stacks/*/cdk.tf.json")]
    resources = sum(len(found) for document in documents for found in document["resource"].values())
    return Size(services, resources, cost)


def write_checkout(root: Path, services: int, *, calls: int = 0) -> None:
    """Write the YAML of an environment with so many services, beside the images."""
    (root / "environments").mkdir(parents=True)
    (root / "service_configs").mkdir()
    (root / "docker").symlink_to(ROOT / "docker")
    (root / "environments/big.yaml").write_text(ENVIRONMENT)
    for number in range(services):
        file = root / f"service_configs/service-{number:03}.yaml"
        called = [f"service-{other:03}" for other in range(max(0, number - calls), number)]
        kind = SERVICE.format(priority=number + 1) if number < ROUTED else INTERNAL
        file.write_text(f"{kind}calls: [{', '.join(called)}]\n")


def growth(smaller: Size, larger: Size, *, of: str = "cpu") -> float:
    """Return the cost of one more resource in milliseconds; the start-up time, equal in both runs, is left out."""
    seconds = getattr(larger.cost, of) - getattr(smaller.cost, of)
    return 1000 * float(seconds) / (larger.resources - smaller.resources)


def main() -> None:
    """Measure and print."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    base = measure(1)
    measured = [measure(size) for size in sizes]
    print("                      by the clock                by the processor")
    print("services  resources   seconds  ms per resource   seconds  ms per resource")
    for size in measured:
        clock, processor = growth(base, size, of="wall"), growth(base, size)
        print(
            f"{size.services:8}  {size.resources:9}  {size.cost.wall:8.1f}  {clock:15.2f}"
            f"  {size.cost.cpu:8.1f}  {processor:15.2f}"
        )
    ratio = growth(base, measured[-1]) / growth(base, measured[0])
    print(
        f"a resource takes {ratio:.2f} times the processor's time at {sizes[-1]} services that it takes at {sizes[0]}"
    )
    few, many = (measure(size, calls=CALLS) for size in DENSE)
    dense = growth(base, many) / growth(base, few)
    print(
        f"where each calls {CALLS} others: {few.services} services {few.cost.wall:.1f} s, {many.services} services "
        f"{many.cost.wall:.1f} s; a resource takes {dense:.2f} times as much"
    )
    sys.exit(max(ratio, dense) > AT_MOST)


if __name__ == "__main__":
    main()
