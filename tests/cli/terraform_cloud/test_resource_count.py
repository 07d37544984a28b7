"""`groundwork doctor` counts what Terraform Cloud counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.terraform_cloud.resource_count import Count, count_all, count_in, describe, in_code
from config.models.terraform_cloud import TerraformCloud
from tests.synthesis import ROOT
from tests.terraform_cloud.fixtures import HOST_IN_CODE

CLOUD = TerraformCloud(organization="acme-corp", hostname=HOST_IN_CODE)


def test_what_is_no_resource_anywhere_is_not_counted() -> None:
    code = {
        "data": {"aws_region": {"here": {}}},
        "resource": {"aws_vpc": {"vpc": {}}, "aws_subnet": {"a": {"count": 3}, "b": {}}, "terraform_data": {"run": {}}},
    }
    assert in_code(code) == 5
    assert in_code({"terraform": {}}) == 0


def test_dev_of_the_shop_alone_is_nearly_half_of_the_free_plan(cloud_checkout: Path) -> None:
    (count,) = count_in(cloud_checkout / "cdktf.out", CLOUD)
    stacks = [json.loads(path.read_text()) for path in (cloud_checkout / "cdktf.out/stacks").glob("*/cdk.tf.json")]
    kinds = [(kind, len(found)) for stack in stacks for kind, found in stack.get("resource", {}).items()]
    expected = sum(number for kind, number in kinds if kind != "terraform_data")
    assert count == Count("dev", len(stacks), expected)
    assert 200 < count.resources < 500


def test_another_organization_is_not_counted(cloud_checkout: Path) -> None:
    other = TerraformCloud(organization="other", hostname=HOST_IN_CODE)
    assert list(count_in(cloud_checkout / "cdktf.out", other)) == []


@pytest.mark.parametrize(("dev", "words"), [(278, "222 are left"), (500, "0 are left"), (501, "Choose a paid one")])
def test_the_count_comes_with_what_it_means(dev: int, words: str) -> None:
    said, meaning = describe([Count("dev", 9, dev)], CLOUD)
    assert said == f"Terraform Cloud: {dev} managed resources in organization acme-corp (dev {dev} in 9 stacks)."
    assert words in meaning


def test_every_environment_of_the_organization_is_counted_from_the_code(
    cloud_checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cloud_checkout / "main.py").symlink_to(ROOT / "main.py")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # what is meant for the laptop is counted too
    counts = {count.place: count for count in count_all(cloud_checkout, CLOUD)}
    assert set(counts) == {"dev", "prod", "shared", "staging"}
    assert counts["dev"] in list(count_in(cloud_checkout / "cdktf.out", CLOUD))
    assert sum(count.resources for count in counts.values()) > 500
    assert (cloud_checkout / "cdktf.out/manifest.json").read_text().count('"workingDirectory"') == counts["dev"].stacks
