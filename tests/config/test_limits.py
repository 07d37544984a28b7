"""Limits of AWS are counted when the files are read, and the message has the number."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.source.problem import ConfigError
from tests.config.bad_yaml import DEV
from tests.config.platform_files import VALID, write_platform

WORKER = "kind: worker\n"
LONG = "  LONG_{number}: " + "x" * 3_000 + "\n"
SECRET = "  SECRET_{number}: secret-{number}\n"


def numbered(count: int, line: str) -> str:
    return "".join(line.format(number=number) for number in range(count))


def files(count: int, text: str) -> dict[str, str]:
    return {f"service_configs/one{number}.yaml": text for number in range(count)}


def read(root: Path, changes: dict[str, str]) -> None:
    write_platform(root, changes)
    load_platform(root, only="dev")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"service_configs/job.yaml": WORKER + "secrets:\n" + numbered(120, SECRET)},
            r"job.yaml:2: secrets: 120 secrets come to a policy of about \d{5} characters; a role takes 10240",
        ),
        (
            files(58, WORKER + "calls: [api]\n"),
            r"service_configs/api.yaml:1: 58 services call it, which comes to 61 inbound rules of its security group",
        ),
        (
            files(60, "kind: internal\nport: 80\nhealth_check: none\n")
            | {"service_configs/all.yaml": WORKER + "calls:\n" + numbered(60, "  - one{number}\n")},
            r"service_configs/all.yaml:2: calls: with 60 services it comes to 61 outbound rules",
        ),
        (
            {"service_configs/job.yaml": WORKER + "variables:\n" + numbered(20, LONG)},
            r"service_configs/job.yaml:2: variables: the task definition comes to about \d{5} bytes; ECS takes 65536",
        ),
        (
            {
                f"service_configs/one{number}.yaml": f"kind: public-web\nport: 80\nhttp: {{priority: {number + 1}}}\n"
                for number in range(99)
            },
            r"service_configs/web.yaml:1: kind: 100 services and Grafana are routed to; a load balancer has 100",
        ),
        (
            {
                "service_configs/old.yaml": "kind: public-web\nport: 80\nhttp:\n  redirects:\n"
                + numbered(50, "    - {{path: /old{number}, to_path: /new}}\n"),
                "service_configs/older.yaml": "kind: public-web\nport: 80\nhttp:\n  redirects:\n"
                + numbered(46, "    - {{path: /old{number}, to_path: /new}}\n"),
            },
            r"service_configs/old.yaml:3: http: with 51 of this service it comes to 101 listener rules",
        ),
        (
            {DEV: VALID[DEV] + "edge:\n  domains:\n" + numbered(26, "    - name: shop{number}.example.net\n")},
            r"environments/dev.yaml:7: edge.domains: 26 domains have a certificate each; a load balancer takes 25",
        ),
    ],
    ids=["secrets", "callers", "calls", "task definition", "target groups", "listener rules", "certificates"],
)
def test_a_limit_is_told_with_its_number(changes: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, changes)


def test_what_fits_is_taken(tmp_path: Path) -> None:
    secrets = WORKER + "secrets:\n" + numbered(42, SECRET)
    read(tmp_path, {"service_configs/job.yaml": secrets} | files(56, WORKER + "calls: [api]\n"))
