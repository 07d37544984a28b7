"""Which stacks a deploy plans, after all that can happen between two of them: with the real Terraform and provider."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher
from tests.e2e.small_program import SmallCheckout

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = [pytest.mark.e2e, pytest.mark.long]

BUCKET = "acme-dev-terraform-state"
ALONE = "no changes since it was applied"
NAME, RENAMED = 'environment.qualify("names")', 'environment.qualify("other-names")'
OWN_TOPIC, ANOTHER_OWN_TOPIC = "display_name=topic.name", "display_name=topic.name + '-half'"
WORK, WORK_THAT_FAILS = "pause = Local", "pause = LocalExecProvisioner(type='local-exec', command='exit 3') or Local"


class Place:
    """A checkout and its AWS, which the tests of this module use one after the other."""

    def __init__(self, root: Path) -> None:
        self.endpoint = launcher.start(directory=root / "aws")
        self.checkout = SmallCheckout.make(root / "checkout", self.endpoint.environment())
        self.checkout.let_work_end()
        session = boto3.Session("test", "test", region_name="eu-west-1")
        self.s3: S3Client = session.client("s3", endpoint_url=self.endpoint.url)
        self.sns: Any = session.client("sns", endpoint_url=self.endpoint.url)

    def deploy(self, *arguments: str, code: int = 0) -> str:
        found, output = self.checkout.run("deploy", "dev", *arguments)
        assert found == code, output
        return output

    def terraform(self, stack: str, *arguments: str) -> None:
        setup = prepare_terraform(self.checkout.root, dict(self.checkout.environment))
        directory = self.checkout.root / "cdktf.out/stacks" / stack
        done = subprocess.run(
            ["terraform", *arguments], cwd=directory, env=dict(setup.environment), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def display_name(self, topic: str) -> str:
        arn = f"arn:aws:sns:eu-west-1:123456789012:{topic}"
        return str(self.sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("DisplayName", ""))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("applied")
    made = Place(root)
    try:
        made.deploy()
        yield made
    finally:
        made.checkout.stop()
        launcher.stop(directory=root / "aws")


def test_a_deploy_with_no_change_plans_nothing_and_writes_no_state(place: Place) -> None:
    before = {its["Key"]: its["ETag"] for its in place.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    output = place.deploy()
    assert f"dev-names: {ALONE}" in output
    assert f"dev-work: {ALONE}" in output
    assert {its["Key"]: its["ETag"] for its in place.s3.list_objects_v2(Bucket=BUCKET)["Contents"]} == before
    assert "dev-work: no changes\n" in place.deploy("work", "--all")


def test_a_failed_apply_is_not_taken_for_applied_even_when_its_change_is_taken_back(place: Place) -> None:
    place.checkout.edit(OWN_TOPIC, ANOTHER_OWN_TOPIC)
    place.checkout.edit(WORK, WORK_THAT_FAILS)
    place.checkout.edit("provisioners=[pause]", "provisioners=[pause], triggers_replace={'try': '2'}")
    output = place.deploy(code=1)
    assert "exit status 3" in output
    assert place.display_name("dev-work") == "dev-names-half", "the first half was applied"

    place.checkout.edit(ANOTHER_OWN_TOPIC, OWN_TOPIC)
    place.checkout.edit(WORK_THAT_FAILS, WORK)
    place.checkout.edit(", triggers_replace={'try': '2'}", "")
    output = place.deploy()
    assert "dev-work is planned: something in it is half made" in output
    assert f"dev-names: {ALONE}" in output
    assert place.display_name("dev-work") == "dev-names"
    assert f"dev-work: {ALONE}" in place.deploy()


def test_a_tainted_resource_and_what_terraform_alone_has_applied_are_planned(place: Place) -> None:
    place.terraform("dev-names", "taint", "aws_sns_topic.topic")
    output = place.deploy("names")
    assert "dev-names is planned: something in it is half made" in output
    assert "dev-names: 1 added, 1 destroyed" in output

    code = place.checkout.root / "cdktf.out/stacks/dev-names/cdk.tf.json"
    document = json.loads(code.read_text())
    document["resource"]["aws_sns_topic"]["topic"]["display_name"] = "by-hand"
    code.write_text(json.dumps(document))
    place.terraform("dev-names", "apply", "-auto-approve", "-input=false")
    assert place.display_name("dev-names") == "by-hand"
    output = place.deploy("names")
    assert "dev-names is planned: its state has changed since" in output
    assert place.display_name("dev-names") == ""


def test_an_upstream_output_that_changes_is_read_in_the_deploy_that_changes_it(place: Place) -> None:
    place.checkout.edit(NAME, RENAMED)
    output = place.deploy()
    assert "dev-work is planned" not in output, "nothing is known of it before dev-names is applied"
    assert "dev-work: 1 changed" in output
    assert place.display_name("dev-work") == "dev-other-names"

    place.checkout.edit(RENAMED, NAME)
    place.deploy("names")
    output = place.deploy("work")
    assert "dev-work is planned: it reads what has changed in dev-names" in output
    assert place.display_name("dev-work") == "dev-names"
