"""Names of log collections and their policies: AWS' API model and the real provider take every one that YAML allows."""

from __future__ import annotations

import json
import random
import re
import string
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from pydantic import TypeAdapter, ValidationError

from config.models.deploy_target import EnvironmentName
from config.models.environment.environment import Environment
from config.models.service_names import ServiceName
from modules.logging.aoss_policy import data_policy, encryption_policy, network_policy, retention_policy
from tests.settings import an_environment
from tests.terraform_validation import provider_says

NAMES, MODEL = 500, "opensearchserverless"
LOWER, REST = string.ascii_lowercase, string.ascii_lowercase + string.digits
# https://docs.aws.amazon.com/general/latest/gr/opensearch-service.html: less than the API model says.
MOST_POLICY_BYTES = 10_240


@cache
def shapes() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = Loader().load_service_model(MODEL, "service-2")["shapes"]
    return found


def fits(shape: str, value: str) -> bool:
    """Whether AWS' API model takes the text."""
    rules = shapes()[shape]
    in_bounds = rules["min"] <= len(value) <= rules["max"]
    return in_bounds and re.fullmatch(rules["pattern"], value, re.DOTALL) is not None


def pairs() -> list[tuple[str, str]]:
    """Environments and services by name: the shortest, the longest, look-alikes and many more."""
    chance = random.Random(2026)
    environments = {"ab", "a1", "dev", "dev2", "production"[:9], "z" * 9}
    services = {"ab", "a1", "a-b", "orders", "orders-2", "dev-orders", "logging-x", "a" * 22, "a" + "-b" * 10 + "c"}
    while len(environments) < 20:
        environments.add(chance.choice(LOWER) + "".join(chance.choices(REST, k=chance.randint(1, 8))))
    while len(services) < 60:
        text = chance.choice(LOWER) + "".join(chance.choices(REST + "---", k=chance.randint(1, 21)))
        services.add(re.sub(r"-+", "-", text).rstrip("-") + "0")
    valid = [(e, s) for e in sorted(environments) for s in sorted(services) if allowed(e, s)]
    longest = [pair for pair in valid if sum(map(len, pair)) >= 30]
    return [*longest, *chance.sample(sorted(set(valid) - set(longest)), NAMES - len(longest))]


def allowed(environment: str, service: str) -> bool:
    try:
        TypeAdapter(EnvironmentName).validate_python(environment)
        TypeAdapter(ServiceName).validate_python(service)
    except ValidationError:
        return False
    return True


PAIRS = pairs()


@cache
def environment_of(name: str) -> Environment:
    return an_environment(name=name)


def test_there_are_five_hundred_of_them_with_the_longest_and_the_shortest() -> None:
    assert len(set(PAIRS)) == NAMES
    lengths = {len(environment_of(e).collection(s)) for e, s in PAIRS}
    assert {5, 32} <= lengths, "nothing between the bounds is left to chance"


def test_awss_api_model_takes_every_name() -> None:
    for environment, service in PAIRS:
        here = environment_of(environment)
        for shape in ("CollectionName", "PolicyName"):
            assert fits(shape, here.collection(service)), (shape, environment, service)
        for shape in ("PolicyName", "VpcEndpointName", "ConfigName"):
            assert fits(shape, here.logging_name), (shape, environment)


def test_no_two_services_of_whatever_environments_share_a_name() -> None:
    assert len({environment_of(e).collection(s) for e, s in PAIRS}) == NAMES
    common = {environment_of(e).logging_name for e, _ in PAIRS}
    assert not common & {environment_of(e).collection(s) for e, s in PAIRS}


def test_the_prefix_of_an_environment_is_no_other_environments() -> None:
    for environment, service in PAIRS:
        name = environment_of(environment).collection(service)
        owners = {other for other, _ in PAIRS if name.startswith(environment_of(other).collection(""))}
        assert owners == {environment}


def test_every_policy_fits_what_aws_stores() -> None:
    role = "arn:aws:iam::123456789012:role/" + "r" * 64
    for environment, service in PAIRS:
        here = environment_of(environment)
        name = here.collection(service)
        for text in (
            data_policy(name, service=service, writers=[role], readers=[role] * 14),
            retention_policy(name, days=3288),
            encryption_policy(here.collection(""), key_arn=None),
            network_policy(here.collection(""), endpoint_id="vpce-0123456789abcdef0", public_dashboards=True),
        ):
            assert fits("PolicyDocument", text)
            assert len(text.encode()) <= MOST_POLICY_BYTES


@pytest.mark.e2e
def test_the_real_provider_takes_every_name_and_none_that_is_longer(tmp_path: Path) -> None:
    def code(names: list[str]) -> str:
        policies = {"type": "data", "policy": "[]"}
        return json.dumps(
            {
                "resource": {
                    "aws_opensearchserverless_collection": {
                        f"c{number}": {"name": name, "type": "TIMESERIES"} for number, name in enumerate(names)
                    },
                    "aws_opensearchserverless_access_policy": {
                        f"p{number}": {"name": name, **policies} for number, name in enumerate(names)
                    },
                }
            }
        )

    names = [environment_of(e).collection(s) for e, s in PAIRS]
    (tmp_path / "main.tf.json").write_text(code(names))
    assert provider_says(tmp_path) == []
    (tmp_path / "main.tf.json").write_text(code(["x" * 33]))
    assert len(provider_says(tmp_path)) == 2
