"""State in Terraform Cloud, with the real Terraform, provider, cdktf and `groundwork`, and Terraform run here.

Terraform Cloud is tests/terraform_cloud: its API on this machine, with TLS. The AWS is the embedded one, reached as an
account is: its services are named one by one, so that nothing knows of a laptop.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from cli.terraform.provider_mirror import prepare_terraform
from local_aws import launcher
from local_aws.endpoint import Endpoint
from tests.e2e.small_program import SmallCheckout
from tests.terraform_cloud.certificate import make_certificate
from tests.terraform_cloud.fixtures import log_in
from tests.terraform_cloud.server import TerraformCloudServer, terraform_cloud

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICES = ("STS", "SNS", "S3", "IAM", "EC2", "ECS", "KMS", "SERVICEDISCOVERY", "RESOURCE_GROUPS_TAGGING_API")


@dataclass
class Place:
    """A checkout whose state is in the Terraform Cloud, and whose topics are in the AWS."""

    checkout: SmallCheckout
    cloud: TerraformCloudServer
    aws: Endpoint

    def groundwork(self, *arguments: str, code: int = 0) -> str:
        found, output = self.checkout.run(*arguments)
        assert found == code, output
        return output

    def terraform(self, stack: str, *arguments: str, code: int = 0) -> str:
        setup = prepare_terraform(self.checkout.root, dict(self.checkout.environment))
        # With a CLI configuration of its own, Terraform reads no other file for the token.
        token = {f"TF_TOKEN_{self.cloud.hostname}": "a-token-of-a-test"}
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.checkout.root / "cdktf.out/stacks" / stack,
            env={**setup.environment, **token, "CHECKPOINT_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def topics(self) -> dict[str, str]:
        session = boto3.Session("test", "test", region_name="eu-west-1")
        sns: Any = session.client("sns", endpoint_url=self.aws.url)
        return {
            arn.rpartition(":")[2]: sns.get_topic_attributes(TopicArn=arn)["Attributes"].get("DisplayName", "")
            for arn in (topic["TopicArn"] for topic in sns.list_topics()["Topics"])
        }

    def buckets(self) -> list[str]:
        session = boto3.Session("test", "test", region_name="eu-west-1")
        s3: Any = session.client("s3", endpoint_url=self.aws.url)
        return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("terraform-cloud")
    certificate, key = make_certificate(root)
    aws = launcher.start(directory=root / "aws")
    environment = {name: value for name, value in aws.environment().items() if name != "AWS_ENDPOINT_URL"}
    environment |= {f"AWS_ENDPOINT_URL_{service}": aws.url for service in SERVICES}
    environment |= {"SSL_CERT_FILE": str(certificate), "HOME": str(root)}
    try:
        with terraform_cloud(certificate, key) as cloud:
            log_in(root, cloud.hostname)
            checkout = SmallCheckout.make(root / "checkout", environment)
            checkout.let_work_end()
            (checkout.root / ".venv").symlink_to(sys.prefix)
            shared = checkout.root / "environments/shared.yaml"
            settings = f"  organization: acme-corp\n  hostname: {cloud.hostname}\n  execution: local\n"
            shared.write_text(f"{shared.read_text()}terraform_cloud:\n{settings}")
            yield Place(checkout, cloud, aws)
            checkout.stop()
    finally:
        launcher.stop(directory=root / "aws")


def test_a_deploy_before_bootstrap_is_refused(place: Place) -> None:
    output = place.groundwork("deploy", "dev", "--yes", code=1)
    assert "organization acme-corp has no project groundwork yet" in output
    assert "groundwork bootstrap dev" in output
    assert place.topics() == {}


def test_one_stack_reads_what_another_made_and_a_second_deploy_changes_nothing(place: Place) -> None:
    assert "workspace dev-work: made" in place.groundwork("bootstrap", "dev")
    output = place.groundwork("deploy", "dev", "--yes")
    assert "dev-names: 1 added" in output
    assert "dev-work: 2 added" in output
    assert place.topics() == {"dev-names": "", "dev-work": "dev-names"}
    assert [resource["type"] for resource in place.cloud.api.state("dev-names")["resources"]] == ["aws_sns_topic"]
    assert place.buckets() == []
    assert {each.lock_reason for each in place.cloud.api.workspaces.values()} == {None}

    again = place.groundwork("deploy", "dev", "--yes")
    assert "dev-names: no changes" in again
    assert "dev-work: no changes" in again
    assert "no changes in 2" in place.groundwork("plan", "dev")


def test_terraform_alone_works_in_the_directories_of_the_stacks(place: Place) -> None:
    place.terraform("dev-work", "init", "-input=false")
    assert "No changes." in place.terraform("dev-work", "plan", "-input=false", "-detailed-exitcode")
    output = place.terraform("dev-work", "apply", "-input=false", "-auto-approve")
    assert "Resources: 0 added, 0 changed, 0 destroyed" in output


def test_cdktf_alone_deploys(place: Place) -> None:
    place.terraform("dev-names", "init", "-input=false")
    setup = prepare_terraform(place.checkout.root, dict(place.checkout.environment))
    done = subprocess.run(
        ["node_modules/.bin/cdktf", "deploy", "dev-names", "--auto-approve", "--skip-provider-lock"],
        cwd=place.checkout.root,
        env={
            **setup.environment,
            f"TF_TOKEN_{place.cloud.hostname}": "a-token-of-a-test",
            "GROUNDWORK_ENVIRONMENT": "dev",
            "CHECKPOINT_DISABLE": "1",
            "CI": "true",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "Resources: 0 added, 0 changed, 0 destroyed" in done.stdout


def test_a_lock_is_honoured_named_and_released_by_its_id(place: Place) -> None:
    workspace = place.cloud.api.workspace("dev-work")
    workspace.lock_reason = "I look at it"
    output = place.groundwork("deploy", "dev", "work", "--yes", "--lock-timeout", "1", code=1)
    assert f"dev-work is locked by ada at {place.cloud.hostname} (I look at it)" in output
    assert "workspace already locked" in output
    release = "groundwork unlock dev work --id acme-corp/dev-work"
    assert release in output
    assert "Released the lock of ada" in place.groundwork(*release.split()[1:])
    assert workspace.lock_reason is None


def test_what_has_left_the_program_is_destroyed_with_its_workspace(place: Place) -> None:
    place.checkout.remove_work()
    assert "dev-work: 2 destroyed" in place.groundwork("deploy", "dev", "--yes", "--prune")
    assert place.topics() == {"dev-names": ""}
    assert [each.attributes["name"] for each in place.cloud.api.workspaces.values()] == ["dev-names"]


def test_everything_is_destroyed_and_its_workspace_stays_set_up(place: Place) -> None:
    place.groundwork("destroy", "dev", "--yes")
    assert place.topics() == {}
    assert place.cloud.api.state("dev-names")["resources"] == []
    assert [each.attributes["name"] for each in place.cloud.api.workspaces.values()] == ["dev-names"]
