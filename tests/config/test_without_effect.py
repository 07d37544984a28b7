"""Settings that would mean nothing, or that AWS would refuse in the middle of a deploy; forms of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.loader.platform import load_platform
from config.models.schedule import Expression
from config.models.service.http import Http
from config.models.service.service import Service
from config.source.problem import ConfigError
from tests.config.platform_files import write_platform
from tests.settings import a_service


@pytest.mark.parametrize(
    ("written", "command"),
    [
        (["wget", "-q"], ["CMD", "wget", "-q"]),
        (["CMD", "wget", "-q"], ["CMD", "wget", "-q"]),
        (["CMD-SHELL", "wget -q || exit 1"], ["CMD-SHELL", "wget -q || exit 1"]),
    ],
)
def test_a_check_means_what_it_means_to_ecs(written: list[str], command: list[str]) -> None:
    assert a_service(health_check={"command": written}).health_check.container_command == command


def test_a_check_of_none_is_said_on_purpose() -> None:
    assert a_service(health_check={"command": ["NONE"]}) == a_service(health_check="none")


@pytest.mark.parametrize(
    ("path", "patterns"),
    [
        ("/", ("/*",)),
        ("/api", ("/api", "/api/*")),
        ("/api/", ("/api", "/api/*")),
        ("/api/*", ("/api/*",)),
        ("/v?/api", ("/v?/api",)),
        ("/*", ("/*",)),
    ],
)
def test_a_path_is_itself_and_all_below_it(path: str, patterns: tuple[str, ...]) -> None:
    assert Http(path=path).patterns == patterns


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0 0 L * ? *)",
        "cron(0 0 ? * 6#3 *)",
        "cron(0 0 1W JAN,JUL ? 2026-2030)",
        "rate(1 hour)",
        "rate(15 minutes)",
    ],
)
def test_a_time_that_aws_takes_is_taken(expression: str) -> None:
    assert TypeAdapter(Expression).validate_python(expression) == expression


@pytest.mark.parametrize(
    ("expression", "fix"),
    [
        ("cron(61 3 * * ? *)", "write another minute than 61"),
        ("cron(0 25 * * ? *)", "write another hour than 25"),
        ("cron(0 3 32 * ? *)", "write another day-of-month than 32"),
        ("cron(0 3 ? 13 MON *)", "write another month than 13"),
        ("cron(0 3 ? * FUNDAY *)", "write another day-of-week than FUNDAY"),
        ("cron(0 3 ? * 0 *)", "write another day-of-week than 0"),
        ("cron(0 3 * * ? 1969)", "write another year than 1969"),
        ("cron(0/0 3 * * ? *)", "write another minute than 0/0"),
        ("cron(0 3 * * * *)", "write cron(0 3 * * ? *)"),
        ("cron(0 3 ? * ? *)", "write cron(0 3 * * ? *)"),
        ("cron(0 3 1 * MON *)", "write ? for one of them"),
        ("rate(5 minute)", "write rate(5 minutes)"),
        ("rate(1 hours)", "write rate(1 hour)"),
        ("0 3 * * *", "write cron(0 3 * * ? *)"),
        ("*/5 * * * 1-5", "write cron(*/5 * ? * MON-FRI *)"),
        ("0 9 * * 7", "write cron(0 9 ? * SUN *)"),
        ("@daily", "write cron(0 0 * * ? *)"),
    ],
)
def test_a_time_that_aws_refuses_is_refused_with_the_one_that_was_meant(expression: str, fix: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Expression).validate_python(expression)
    (mistake,) = refused.value.errors()[0]["ctx"]["mistakes"]
    assert mistake.fix == fix


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:1.29",
        "ghcr.io/acme/api:v1",
        "localhost:5000/a/b_c:1",
        "public.ecr.aws/nginx/nginx@sha256:" + "a" * 64,
    ],
)
def test_a_public_image_is_taken(image: str) -> None:
    assert a_service(image=image).public_image == image


@pytest.mark.parametrize(
    ("fields", "field", "fix"),
    [
        ({"image": "https://ghcr.io/acme/api:1"}, "", "write ghcr.io/acme/api:1"),
        ({"image": "ghcr.io/Acme/Api:1"}, "", "write ghcr.io/acme/api:1"),
        ({"image": "my image:latest"}, "", None),
        (
            {"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:v1"},
            "",
            "write {of: web} if that is a service's, or remove it, push to the service's own repository and "
            "release that",
        ),
        ({"image": "mongo:7"}, "image", "use a managed service, by its address in `variables:`"),
        ({"image": "docker.io/library/postgres:17"}, "image", "use `database: {}`"),
        ({"kind": "worker", "scaling": {"min_tasks": 0}}, "scaling.min_tasks", "write min_tasks: 1"),
        (
            {"kind": "worker", "health_check": {"grace_s": 180}},
            "health_check",
            "write a `command:` below it that ends with 0 while it works, or remove it",
        ),
        (
            {"health_check": {"grace_s": 180}},
            "health_check",
            'write `command: [wget, -q, -O, /dev/null, "http://127.0.0.1:8080/healthz"]` below it',
        ),
        ({"health_check": {"command": ["CMD-SHELL", "a", "b"]}}, "command", 'write ["CMD-SHELL", "a b"]'),
        ({"health_check": {"command": ["CMD"]}}, "command", 'write ["CMD-SHELL", "…"]'),
    ],
)
def test_what_would_have_no_effect_is_refused(fields: dict[str, Any], field: str, fix: str | None) -> None:
    with pytest.raises(ValidationError) as refused:
        a_service("orders", **fields)
    mistakes = [one for error in refused.value.errors() for one in error.get("ctx", {}).get("mistakes", ())]
    assert [(mistake.field, mistake.fix) for mistake in mistakes] == [(field, fix)]


@pytest.mark.parametrize(
    "scaling",
    [
        {"min_tasks": 0, "max_tasks": 0},
        {"min_tasks": 0, "schedule": {"day": {"at": "cron(0 7 ? * MON-FRI *)", "min_tasks": 1, "max_tasks": 2}}},
    ],
)
def test_no_task_is_taken_where_it_is_meant_or_ends(scaling: dict[str, object]) -> None:
    assert a_service(kind="worker", scaling=scaling).scaling.min_tasks == 0


def test_a_command_may_take_longer_than_its_interval_where_no_load_balancer_asks() -> None:
    check = {"command": ["true"], "interval_s": 10, "timeout_s": 30}
    assert a_service(kind="worker", health_check=check).health_check.timeout_s == 30
    with pytest.raises(ValidationError, match="does not fit an interval"):
        a_service(kind="public-web", health_check=check)


COMMON = """\
x-common: &common
  variables: {ONE: "1", TWO: "2"}
  cpu: 512
  memory_mib: 1024
x-more: &more
  egress_ports: [587]
  cpu: 1024
kind: worker
"""


def read(root: Path, text: str) -> Service:
    write_platform(root, {"service_configs/mail.yaml": text})
    (dev,) = load_platform(root, only="dev")
    return next(service for service in dev.services if service.name == "mail")


def test_merge_keys_and_anchors_under_x_mean_what_they_mean_in_compose(tmp_path: Path) -> None:
    merged = read(tmp_path, COMMON + "<<: [*common, *more]\nmemory_mib: 2048\n")
    assert (merged.cpu, merged.memory_mib, merged.egress_ports) == (512, 2048, (587,))
    assert merged.variables == {"ONE": "1", "TWO": "2"}


def test_a_merge_of_what_has_no_fields_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mail.yaml:2: `<<` adds the fields of something else"):
        read(tmp_path, "kind: worker\n<<: text\n")
