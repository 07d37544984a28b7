"""Reading everything: what comes out, and that everything wrong is said at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.models.nat import Nat
from config.models.service.service import Service
from config.source.problem import ConfigError, Problem
from tests.config.bad_yaml import API, DEV, JARGON, PROD, RELEASES, SHARED, WEB
from tests.config.platform_files import VALID, added, replaced, write_platform


def problems(root: Path, only: str | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load_platform(root, only)
    return raised.value


def services(root: Path, environment: str) -> dict[str, Service]:
    [deployment] = load_platform(root, environment)
    return {service.name: service for service in deployment.services}


def test_an_environment_is_shared_yaml_with_its_own_file_on_top(tmp_path: Path) -> None:
    write_platform(tmp_path, added(SHARED, "region: us-east-1\nnetwork:\n  nat: none\n  flow_log_retention_days: 7\n"))
    error = problems(tmp_path)
    assert [(str(p.file), p.line) for p in error.problems] == [(SHARED, 7)]
    write_platform(tmp_path, added(SHARED, "region: us-east-1\nnetwork:\n  flow_log_retention_days: 7\n"))
    dev, prod = (deployment.environment for deployment in load_platform(tmp_path))
    assert (dev.name, dev.region, dev.tags) == ("dev", "us-east-1", {"owner": "platform"})
    assert (dev.network.nat, dev.network.flow_log_retention_days) == (Nat.SINGLE, 7)
    assert (prod.network.nat, prod.network.flow_log_retention_days) == (Nat.PER_ZONE, 7)


def test_shared_yaml_may_be_missing_or_empty(tmp_path: Path) -> None:
    shared = 'organization: acme\nregistry_account_id: "999999999999"\nedge: {create_zone: true}\n'
    both = {name: VALID[name] + shared for name in (DEV, PROD)}
    assert load_platform(write_platform(tmp_path, {SHARED: None, **both}))
    assert load_platform(write_platform(tmp_path, {SHARED: "# nothing in common\n", **both}))


def test_an_override_reaches_its_environment_alone(tmp_path: Path) -> None:
    write_platform(tmp_path)
    assert services(tmp_path, "dev")["web"].scaling.min_tasks == 1
    assert services(tmp_path, "prod")["web"].scaling.min_tasks == 2


def test_overrides_merge_deep_and_may_use_an_alias(tmp_path: Path) -> None:
    text = """\
kind: worker
variables:
  LEVEL: info
  COLOR: red
environments:
  dev: &less
    variables:
      LEVEL: debug
  prod: *less
"""
    write_platform(tmp_path, {API: text})
    for environment in ("dev", "prod"):
        assert services(tmp_path, environment)["api"].variables == {"LEVEL": "debug", "COLOR": "red"}


def test_a_release_reaches_its_service_in_its_environment(tmp_path: Path) -> None:
    write_platform(tmp_path, {RELEASES: 'web: v7\napi: "1.10"\n'})
    assert {name: service.release for name, service in services(tmp_path, "dev").items()} == {
        "web": "v7",
        "api": "1.10",
    }
    assert services(tmp_path, "prod")["web"].release is None


def test_a_release_file_may_be_empty(tmp_path: Path) -> None:
    assert load_platform(write_platform(tmp_path, {RELEASES: "# nothing is released yet\n"}))


def test_only_one_environment_may_be_asked_for(tmp_path: Path) -> None:
    write_platform(tmp_path)
    assert [deployment.environment.name for deployment in load_platform(tmp_path, "prod")] == ["prod"]


def test_an_unknown_environment_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    error = problems(write_platform(tmp_path), "prd")
    assert str(error).splitlines() == [
        "environments: there is no environment of this name",
        "  value: prd",
        "  allowed: dev, prod",
        "  fix: did you mean `prod`?",
    ]


def test_every_file_is_checked_whatever_environment_is_asked_for(tmp_path: Path) -> None:
    write_platform(tmp_path, replaced(PROD, "10.30.0.0/16", "10.30.0.0/30"))
    assert [str(problem.file) for problem in problems(tmp_path, "dev").problems] == [PROD]


def test_everything_wrong_is_said_at_once_by_file_and_line(tmp_path: Path) -> None:
    write_platform(
        tmp_path,
        {
            DEV: VALID[DEV].replace("nat: single", "nat: sinlge") + "colour: red\n",
            PROD: VALID[PROD].replace("example.com", "EXAMPLE"),
            API: "kind: internal\nport: 99999\ncpu: 300\nscaling:\n  min_tasks: -1\n  max_task: 3\n",
            WEB: VALID[WEB].replace("port: 80", "port: 80\nport: 81"),
            "service_configs/shop.yaml": "kind: [public-web\n",
            RELEASES: "nobody: v1\n",
        },
    )
    found = problems(tmp_path).problems
    assert [(str(problem.file), problem.line) for problem in found] == [
        (DEV, 5),
        (DEV, 6),
        (PROD, 2),
        (API, 2),
        (API, 3),
        (API, 5),
        (API, 6),
        (RELEASES, 1),
        ("service_configs/shop.yaml", 1),
        (WEB, 3),
    ]


def test_every_broken_rule_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    text = "kind: worker\nport: 80\nmemory_mib: 6000\nhttp:\n  host: x\nscaling:\n  requests_per_task: 5\n"
    write_platform(tmp_path, {API: text})
    assert [problem.line for problem in problems(tmp_path).problems] == [2, 3, 4, 7]


def test_what_is_wrong_in_every_environment_is_said_once(tmp_path: Path) -> None:
    write_platform(tmp_path, replaced(API, "cpu: 512", "cpu: 300"))
    [problem] = problems(tmp_path).problems
    assert "(in " not in problem.message


def test_what_is_wrong_in_some_environments_says_in_which(tmp_path: Path) -> None:
    write_platform(tmp_path, added(API, "environments:\n  prod:\n    cpu: 300\n"))
    [problem] = problems(tmp_path).problems
    assert problem.message.endswith("(in prod)")
    assert problem.line == 11


def test_a_problem_in_a_file_is_not_repeated_by_those_that_call_it(tmp_path: Path) -> None:
    caller = "kind: worker\ncalls: [api]\n"
    write_platform(tmp_path, {**replaced(API, "port: 8080", "port: 0"), "service_configs/mailer.yaml": caller})
    assert [str(problem.file) for problem in problems(tmp_path).problems] == [API]


def test_two_rules_of_one_priority_are_told_a_free_number_that_then_works(tmp_path: Path) -> None:
    text = "kind: public-web\nport: 80\nhttp:\n  priority: {}\n"
    names = ("service_configs/blog.yaml", "service_configs/news.yaml", "service_configs/wiki.yaml")
    write_platform(tmp_path, {name: text.format(49_999) for name in names})
    fixes = [problem.fix or "" for problem in problems(tmp_path).problems]
    assert fixes == ["write `priority: 50000` under `http:`", "write `priority: 45001` under `http:`"]
    write_platform(tmp_path, {name: text.format(n) for name, n in zip(names, (49_999, 50_000, 45_001), strict=True)})
    assert load_platform(tmp_path)


def check_every_problem_is_complete(root: Path) -> None:
    """Whatever the YAML says, it is taken, or what is wrong with it is said in full: nothing else may happen."""
    try:
        load_platform(root)
        found: tuple[Problem, ...] = ()
    except ConfigError as error:
        found = error.problems
    for problem in found:
        assert not JARGON.search(str(problem)), problem
        assert (root / problem.file).exists(), problem
        assert problem.line, problem
        assert problem.value, problem
        assert problem.allowed, problem


ODD = ["null", "[]", "{}", '""', "0", "-1", "1e99", "true", "x", "[[]]", "{a: 1}", "'\\n'", "0x", "2026-01-01"]


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("odd", ODD)
def test_any_value_in_any_place_is_taken_or_explained(name: str, odd: str, tmp_path: Path) -> None:
    lines = VALID[name].splitlines()
    for i, line in enumerate(lines):
        key = line.partition(":")[0]
        deeper = [i + 1 + n for n, other in enumerate(lines[i + 1 :]) if _indent(other) > _indent(line)]
        below = set(deeper[: next((n for n, at in enumerate(deeper) if at != i + 1 + n), len(deeper))])
        spoilt = [f"{key}: {odd}" if n == i else other for n, other in enumerate(lines) if n not in below]
        write_platform(tmp_path, {name: "\n".join(spoilt) + "\n"})
        check_every_problem_is_complete(tmp_path)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@pytest.mark.parametrize("name", VALID)
def test_any_cut_or_doubled_line_is_taken_or_explained(name: str, tmp_path: Path) -> None:
    lines = VALID[name].splitlines()
    for i in range(len(lines)):
        for piece in ([], [lines[i], lines[i]], [lines[i] + ":"], ["  " + lines[i]], [lines[i][:-2]], ["\t", lines[i]]):
            write_platform(tmp_path, {name: "\n".join([*lines[:i], *piece, *lines[i + 1 :]]) + "\n"})
            check_every_problem_is_complete(tmp_path)


def test_three_hundred_services_in_three_environments_are_read_in_a_moment(tmp_path: Path) -> None:
    many = {
        f"service_configs/service-{i}.yaml": VALID[API] + "environments:\n  dev:\n    scaling:\n      max_tasks: 2\n"
        for i in range(300)
    }
    third = VALID[DEV].replace("10.10", "10.20").replace("dev.", "staging.")
    write_platform(tmp_path, {**many, "environments/staging.yaml": third})
    start = time.process_time()
    deployments = load_platform(tmp_path)
    took = time.process_time() - start
    assert [len(deployment.services) for deployment in deployments] == [302, 302, 302]
    assert took < 1.5
