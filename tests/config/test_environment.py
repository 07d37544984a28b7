"""Names and tags of an environment."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from pydantic import ValidationError

from config.models.deploy_target import State
from config.models.environment.edge import Edge
from config.models.environment.environment import Environment
from config.models.environment.network import Network
from config.models.environment.shared import shared_place
from config.models.service.service import Service
from config.models.service_names import PLATFORM_NAMES
from images.catalog import PLATFORM_IMAGES
from tests.settings import a_service

LONGEST_ENVIRONMENT, LONGEST_SERVICE, LONGEST_ORGANIZATION = "e" * 9, "s" * 22, "o" * 20


def environment(name: str = "dev", organization: str = "acme", **settings: object) -> Environment:
    return Environment.model_validate(
        {
            "name": name,
            "organization": organization,
            "account_id": "123456789012",
            "domain": "example.com",
            "network": Network(cidr=IPv4Network("10.0.0.0/16")),
            "edge": Edge(create_zone=True),
            **settings,
        }
    )


def test_names_begin_with_the_environment_and_buckets_with_the_organization() -> None:
    assert environment().qualify("orders") == "dev-orders"
    assert environment().bucket("access-logs") == "acme-dev-access-logs"


def test_the_state_has_a_bucket_of_its_own_unless_one_is_named() -> None:
    assert environment().state_bucket == "acme-dev-terraform-state"
    assert environment(state=State(bucket="ours")).state_bucket == "ours"


@pytest.mark.parametrize(
    ("kind", "limit", "suffix"),
    [
        ("target group", 32, ""),
        ("security group", 255, ""),
        ("IAM role", 64, "-execution"),
        ("ECS service", 255, ""),
    ],
)
def test_the_longest_names_still_fit_what_aws_takes(kind: str, limit: int, suffix: str) -> None:
    longest = environment(name=LONGEST_ENVIRONMENT).qualify(Service(name=LONGEST_SERVICE, kind="worker").name)
    assert len(longest + suffix) <= limit, kind


def test_the_longest_bucket_still_fits_what_s3_takes() -> None:
    longest = environment(name=LONGEST_ENVIRONMENT, organization=LONGEST_ORGANIZATION)
    assert len(longest.state_bucket) <= 63


def test_nothing_longer_is_accepted() -> None:
    with pytest.raises(ValidationError):
        environment(name=LONGEST_ENVIRONMENT + "e")
    with pytest.raises(ValidationError):
        environment(organization=LONGEST_ORGANIZATION + "o")
    with pytest.raises(ValidationError):
        Service(name=LONGEST_SERVICE + "s", kind="worker")


def test_no_service_can_take_the_name_of_a_part_of_the_platform() -> None:
    assert {image.name for image in PLATFORM_IMAGES} <= PLATFORM_NAMES
    for name in PLATFORM_NAMES:
        with pytest.raises(ValidationError, match=f"own {name} has this name"):
            Service(name=name, kind="worker")


def test_every_stack_is_tagged_with_its_environment_and_itself() -> None:
    assert environment(tags={"owner": "platform"}).stack_tags("network") == {
        "owner": "platform",
        "groundwork:environment": "dev",
        "groundwork:managed-by": "groundwork",
        "groundwork:stack": "network",
    }


@pytest.mark.parametrize("key", ["groundwork:environment", "aws:owner", "AWS:owner", "Größe", "a" * 129, ""])
def test_no_tag_in_yaml_can_hide_ours_or_be_refused_by_aws(key: str) -> None:
    with pytest.raises(ValidationError):
        environment(tags={key: "prod"})


def test_hosts_lie_under_the_domain() -> None:
    hosts = ("shop", "@", "shop.example.net")
    assert environment().hostnames(hosts) == ("shop.example.com", "example.com", "shop.example.net")
    assert environment().hostnames(("*",)) == ()


def test_a_service_without_a_release_names_an_image_that_nothing_runs() -> None:
    service = Service(name="orders", kind="worker")
    assert environment().image(service).endswith("/orders:unreleased")
    assert not service.is_runnable
    released = service.model_copy(update={"release": "v1"})
    assert environment().image(released) == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:v1"
    assert environment(registry_account_id="999999999999").image(released).startswith("999999999999.")


def test_images_stay_in_one_region_wherever_tasks_run() -> None:
    here, there = environment(), environment(region="us-east-1", registry_region="eu-west-1")
    released = a_service("web", release="v1")
    assert there.image(released) == here.image(released)
    assert there.repository_arn("web") == here.repository_arn("web")
    assert shared_place([there]).region == shared_place([here]).region == "eu-west-1"
    assert there.alerts_topic_arn.split(":")[3] == "us-east-1"
