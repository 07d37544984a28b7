"""`groundwork bootstrap` on a Terraform Cloud: what it makes, and that it makes it once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from cli.terraform_cloud.connection import Connection, connect
from cli.terraform_cloud.store import TerraformCloudStates as States
from config.models.deploy_target import DeployTarget
from tests.terraform_cloud.fixtures import settings_for
from tests.terraform_cloud.server import TerraformCloudServer

pytestmark = pytest.mark.long

ACCOUNT = "123456789012"
ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
Make = Callable[..., States]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty AWS account in this process."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        yield boto3.client("iam", region_name="eu-west-1")


@pytest.fixture
def states(cloud: TerraformCloudServer, cloud_place: DeployTarget) -> Iterator[Callable[..., States]]:
    """What the command makes of the settings, each time anew."""
    opened: list[Connection] = []

    def connected(**fields: str) -> States:
        settings = settings_for(cloud, **fields)
        opened.append(connect(settings))
        return States(opened[-1], cloud_place.model_copy(update={"terraform_cloud": settings}))

    yield connected
    for connection in opened:
        connection.close()


def test_every_stack_gets_a_workspace_that_only_its_readers_may_read(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make
) -> None:
    said = list(states().bootstrap(program))
    workspaces = {each.attributes["name"]: each for each in cloud.api.workspaces.values()}
    assert set(workspaces) == {stack.id for stack in program.stacks}
    assert said[0] == "project groundwork: made"
    names = {each.id: name for name, each in workspaces.items()}
    for name, workspace in workspaces.items():
        assert cloud.api.projects[workspace.project] == "groundwork"
        assert workspace.attributes["execution-mode"] == "remote"
        assert workspace.attributes["global-remote-state"] is False
        assert workspace.attributes["auto-apply"] is False
        assert workspace.attributes["terraform-version"].startswith("1.")
        readers = {stack.id for stack in program.stacks if name in reads(stack)}
        assert {names[each] for each in workspace.consumers} == readers
    assert names[workspaces["dev-service-orders"].consumers[0]] == "dev-service-storefront"


def reads(stack: SynthesizedStack) -> set[str]:
    states = stack.code.get("data", {}).get("terraform_remote_state", {}).values()
    return {state["config"]["workspaces"]["name"] for state in states}


def test_runs_get_short_lived_credentials_of_a_role_for_each_phase(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make, aws: Any
) -> None:
    list(states(project="Our platform").bootstrap(program))
    assert cloud.api.variables("groundwork-dev") == {
        "TFC_AWS_PROVIDER_AUTH": "true",
        "TFC_AWS_PLAN_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/dev-terraform-cloud-plan",
        "TFC_AWS_APPLY_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/dev-terraform-cloud-apply",
    }
    (variables,) = cloud.api.variable_sets.values()
    assert set(variables.workspaces) == set(cloud.api.workspaces)
    assert variables.attributes["global"] is False
    assert {each["category"] for each in variables.variables.values()} == {"env"}
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{cloud.hostname}"
    assert aws.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)["ClientIDList"] == [
        "aws.workload.identity"
    ]
    for phase, policy in (("plan", "ReadOnlyAccess"), ("apply", "AdministratorAccess")):
        role = aws.get_role(RoleName=f"dev-terraform-cloud-{phase}")["Role"]
        (statement,) = document(role["AssumeRolePolicyDocument"])["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {"Federated": provider}
        assert statement["Condition"] == {
            "StringEquals": {f"{cloud.hostname}:aud": "aws.workload.identity"},
            "StringLike": {
                f"{cloud.hostname}:sub": "organization:acme-corp:project:Our platform:workspace:dev-*"
                f":run_phase:{phase}"
            },
        }
        attached = aws.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
        assert [each["PolicyName"] for each in attached] == [policy]


def document(policy: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(unquote(policy)) if isinstance(policy, str) else policy
    return parsed


@pytest.mark.parametrize("execution", ["remote", "local", "agent"])
def test_a_second_time_changes_nothing(
    execution: str, cloud: TerraformCloudServer, program: SynthesizedApp, states: Make
) -> None:
    cloud.api.agent_pools["apool-1"] = "own machines"
    fields = {"execution": execution} | ({"agent_pool": "own machines"} if execution == "agent" else {})
    assert list(states(**fields).bootstrap(program))
    assert cloud.changes
    cloud.asked.clear()
    assert list(states(**fields).bootstrap(program)) == []
    assert cloud.changes == []


def test_local_execution_needs_no_role(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make, aws: Any
) -> None:
    list(states(execution="local").bootstrap(program))
    assert {each.attributes["execution-mode"] for each in cloud.api.workspaces.values()} == {"local"}
    assert cloud.api.variable_sets == {}
    assert aws.list_roles()["Roles"] == []


def test_agents_run_what_their_pool_is_named_for(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make
) -> None:
    cloud.api.agent_pools["apool-1"] = "own machines"
    list(states(execution="agent", agent_pool="own machines").bootstrap(program))
    for workspace in cloud.api.workspaces.values():
        assert (workspace.attributes["execution-mode"], workspace.attributes["agent-pool-id"]) == ("agent", "apool-1")


def test_what_somebody_changed_by_hand_is_put_right(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make, aws: Any
) -> None:
    list(states().bootstrap(program))
    network = cloud.api.workspace("dev-network")
    network.attributes["execution-mode"] = "local"
    network.attributes["global-remote-state"] = True
    stranger = cloud.api.workspace("dev-edge").id
    cloud.api.workspace("dev-service-orders").consumers.append(stranger)
    cloud.api.workspace("dev-service-storefront").consumers.append(stranger)
    (variables,) = cloud.api.variable_sets.values()
    next(iter(variables.variables.values()))["value"] = "wrong"
    aws.update_assume_role_policy(RoleName="dev-terraform-cloud-apply", PolicyDocument=json.dumps(ANYBODY))
    assert list(states().bootstrap(program)) == [
        "workspace dev-network: execution_mode, global_remote_state corrected",
        "workspace dev-service-orders: read by dev-service-storefront",
        "workspace dev-service-storefront: read by no other",
        "role dev-terraform-cloud-apply: whom it trusts corrected",
        "variable set groundwork-dev: TFC_AWS_PROVIDER_AUTH corrected",
    ]
    assert list(states().bootstrap(program)) == []


def test_a_narrower_policy_stays(cloud: TerraformCloudServer, program: SynthesizedApp, states: Make, aws: Any) -> None:
    list(states().bootstrap(program))
    role = "dev-terraform-cloud-apply"
    aws.detach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    aws.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    assert list(states().bootstrap(program)) == []
    (attached,) = aws.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert attached["PolicyName"] == "PowerUserAccess"


def test_an_audience_is_added_to_a_provider_that_somebody_else_made(states: Make, aws: Any) -> None:
    roles = states().roles
    with Stubber(aws) as stub:
        there = {"Url": "https://somewhere", "ClientIDList": ["theirs"]}
        named = {"OpenIDConnectProviderArn": roles.provider_arn}
        stub.add_response("get_open_id_connect_provider", there, named)
        stub.add_response(
            "add_client_id_to_open_id_connect_provider", {}, named | {"ClientID": "aws.workload.identity"}
        )
        (said,) = roles.provider(aws)
        assert said.endswith("audience aws.workload.identity added")


def test_a_new_stack_gets_its_workspace_at_the_next_deploy(
    cloud: TerraformCloudServer, program: SynthesizedApp, states: Make
) -> None:
    before = SynthesizedApp("dev", tuple(stack for stack in program.stacks if stack.name != "service-storefront"))
    list(states().bootstrap(before))
    cloud.asked.clear()
    said = list(states().prepare(program))
    assert said[0] == "workspace dev-service-storefront: made"
    assert "workspace dev-service-orders: read by dev-service-storefront" in said
    assert said[-1] == "variable set groundwork-dev: given to 1 workspaces"
    cloud.asked.clear()
    assert list(states().prepare(program)) == []
    assert len(cloud.asked) == 4, cloud.asked  # of 30 in a minute


def test_a_deploy_after_a_change_of_the_settings_asks_for_bootstrap(states: Make, program: SynthesizedApp) -> None:
    list(states(execution="local").bootstrap(program))
    words = r"workspace dev-\w+ is not as `terraform_cloud:` says: execution_mode\n  fix: groundwork bootstrap dev"
    with pytest.raises(CommandError, match=words):
        list(states(execution="remote").prepare(program))


def test_a_deploy_before_any_bootstrap_is_told_what_is_missing(states: Make, program: SynthesizedApp) -> None:
    assert str(states().fault()).startswith("organization acme-corp has no project groundwork yet")
    with pytest.raises(CommandError, match=r"has no project groundwork yet, .*\n  fix: groundwork bootstrap dev"):
        list(states().prepare(program))
    list(states(execution="local").bootstrap(program))
    assert states().fault() is None
