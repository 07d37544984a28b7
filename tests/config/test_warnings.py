"""What stops no deploy, and is told before it: a limit that is near, an image that moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import read_platform
from tests.config.bad_yaml import DEV
from tests.config.platform_files import VALID, added, write_platform
from tests.config.test_limits import LONG, SECRET, WORKER, files, numbered

API = "service_configs/api.yaml"


def warned(root: Path, changes: dict[str, str]) -> list[str]:
    write_platform(root, changes)
    return [str(warning) for warning in read_platform(root, only="dev")[0].warnings]


def test_a_sound_platform_is_not_warned_of(tmp_path: Path) -> None:
    assert warned(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"service_configs/job.yaml": WORKER + "secrets:\n" + numbered(100, SECRET)},
            "job.yaml:2: secrets: 100 secrets come to a policy of about",
        ),
        (
            files(52, WORKER + "calls: [api]\n"),
            "service_configs/api.yaml:1: 52 services call it, which comes to 55 inbound rules of its security group",
        ),
        (
            {"service_configs/job.yaml": WORKER + "variables:\n" + numbered(18, LONG)},
            "service_configs/job.yaml:2: variables: the task definition comes to about",
        ),
        (
            {
                f"service_configs/one{number}.yaml": f"kind: public-web\nport: 80\nhttp: {{priority: {number + 1}}}\n"
                for number in range(90)
            },
            "kind: 91 services and Grafana are routed to; a load balancer has 100",
        ),
        (
            {
                f"service_configs/old{group}.yaml": "kind: public-web\nport: 80\nhttp:\n  redirects:\n"
                + numbered(43, f"    - {{{{path: /old{{number}}, to_path: /new, priority: {group}{{number}}}}}}\n")
                for group in (1, 2)
            },
            "http: with 44 of this service it comes to 91 listener rules; a load balancer has 100",
        ),
        (
            {DEV: VALID[DEV] + "edge:\n  domains:\n" + numbered(23, "    - name: shop{number}.example.net\n")},
            "edge.domains: 23 domains have a certificate each; a load balancer takes 25",
        ),
    ],
    ids=["secrets", "callers", "task definition", "target groups", "listener rules", "certificates"],
)
def test_nine_tenths_of_a_limit_are_told_with_the_number(changes: dict[str, str], said: str, tmp_path: Path) -> None:
    found = warned(tmp_path, changes)
    assert said in found[0]
    assert all("  fix: " in warning for warning in found)


@pytest.mark.parametrize("image", ["nginx", "public.ecr.aws/nginx/nginx:latest", "localhost:5000/nginx"])
def test_an_image_without_a_version_is_told_with_the_line(image: str, tmp_path: Path) -> None:
    fields = f"image: {image}\nsidecars: {{agent: {{image: {image}}}}}\n"
    own, sidecar = warned(tmp_path, {name: str(text) for name, text in added(API, fields).items()})
    assert own.startswith("service_configs/api.yaml:9: image: the image is whatever its registry calls latest")
    assert own.endswith(f"  fix: write {image.removesuffix(':latest')}:<version>")
    assert "api.yaml:10: sidecars.agent.image: " in sidecar


@pytest.mark.parametrize("image", ["nginx:1.29.1", f"nginx@sha256:{'a' * 64}", f"nginx:latest@sha256:{'a' * 64}"])
def test_a_version_is_not_warned_of(image: str, tmp_path: Path) -> None:
    assert warned(tmp_path, {name: str(text) for name, text in added(API, f'image: "{image}"\n').items()}) == []


def test_a_right_that_is_nearly_an_action_of_aws_is_told_with_its_line(tmp_path: Path) -> None:
    rights = "permissions:\n  statements:\n    - actions: [s3:PutObject, s3:GetObjekt]\n"
    rights += "      resources: [arn:aws:s3:::invoices/*]\n"
    (said,) = warned(tmp_path, {name: str(text) for name, text in added(API, rights).items()})
    assert said.startswith(
        "service_configs/api.yaml:11: permissions: no known action is named s3:GetObjekt, and IAM takes"
    )
    assert said.endswith("\n  fix: write s3:GetObject")
