"""With Terraform Cloud in the YAML: every stack's state is in a workspace of its own, and nothing is left of S3."""

from __future__ import annotations

import json

import pytest

from tests.synthesis import Checkout, Platform

CLOUD = "terraform_cloud:\n  organization: acme-corp\n  project: Our platform\n  hostname: tfe.example.com\n"


@pytest.fixture
def platform(checkout: Checkout) -> Platform:
    shared = checkout.root / "environments/shared.yaml"
    shared.write_text(shared.read_text() + CLOUD)
    return checkout.synthesize()


def test_each_stack_has_a_workspace_of_its_name_and_no_other_backend(platform: Platform, shop: Platform) -> None:
    assert {stack.name for stack in platform} == {stack.name for stack in shop}
    for stack in platform:
        assert "backend" not in stack.document["terraform"]
        assert stack.document["terraform"]["cloud"] == {
            "organization": "acme-corp",
            "hostname": "tfe.example.com",
            "workspaces": {"name": stack.name, "project": "Our platform"},
        }


def test_stacks_read_each_other_there(platform: Platform) -> None:
    read = set()
    for stack in platform:
        for state in stack.document.get("data", {}).get("terraform_remote_state", {}).values():
            assert state["backend"] == "remote"
            assert (state["config"]["organization"], state["config"]["hostname"]) == ("acme-corp", "tfe.example.com")
            name = state["config"]["workspaces"]["name"]
            assert name in stack.dependencies
            read.add(name)
    assert {"dev-network", "prod-service-orders"} <= read


def test_it_changes_nothing_else(platform: Platform, shop: Platform) -> None:
    for stack in platform:
        theirs, ours = json.loads(shop[stack.name].text), json.loads(stack.text)
        for document in (theirs, ours):
            del document["//"]  # cdktf's own notes; the backend stands in them
            document["terraform"].pop("backend", None)
            document["terraform"].pop("cloud", None)
            for state in document.get("data", {}).get("terraform_remote_state", {}).values():
                state.clear()
        assert ours == theirs


def test_the_aws_on_the_laptop_keeps_the_state_of_what_is_deployed_to_it(checkout: Checkout) -> None:
    shared = checkout.root / "environments/shared.yaml"
    shared.write_text(shared.read_text() + CLOUD)
    for stack in checkout.synthesize(only="dev", local_aws=True):
        assert "cloud" not in stack.document["terraform"]
        assert stack.document["terraform"]["backend"]["s3"]["key"].startswith("dev/")


def test_one_environment_can_try_it_alone(checkout: Checkout) -> None:
    staging = checkout.root / "environments/staging.yaml"
    staging.write_text(staging.read_text() + CLOUD)
    for stack in checkout.synthesize():
        assert ("cloud" in stack.document["terraform"]) is stack.name.startswith("staging-")


def test_a_run_elsewhere_has_every_file_that_the_code_names(platform: Platform) -> None:
    """Terraform Cloud is sent the stack's directory, and nothing beside it."""
    named = 0
    for stack in platform:
        directory = (platform.out / "stacks" / stack.name).resolve()
        assert "local-exec" not in stack.text
        for function in stack.all("aws_lambda_function"):
            file = (directory / function["filename"]).resolve()
            assert file.is_file()
            assert file.is_relative_to(directory)
            named += 1
    assert named
