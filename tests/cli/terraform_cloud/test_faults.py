"""What Terraform Cloud may answer instead: each fault ends in one message that says what to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedApp
from cli.terraform_cloud import connection
from cli.terraform_cloud.connection import connect
from cli.terraform_cloud.store import TerraformCloudStates
from config.models.deploy_target import DeployTarget
from tests.terraform_cloud.api import Workspace
from tests.terraform_cloud.certificate import make_certificate
from tests.terraform_cloud.fixtures import log_in, settings_for
from tests.terraform_cloud.server import TerraformCloudServer, terraform_cloud

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Fault:
    """What is wrong there, the settings, and the beginnings of the lines that a person gets."""

    name: str
    wrong: Callable[[TerraformCloudServer, pytest.MonkeyPatch], object]
    printed: str
    fields: tuple[tuple[str, str], ...] = ()


def no_login(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("HOME", "/nonexistent")


def a_wrong_token(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
    patch.setenv(f"TF_TOKEN_localhost:{cloud.port}", "of-yesterday")


def may_not(*rights: str) -> Callable[[TerraformCloudServer, pytest.MonkeyPatch], None]:
    def wrong(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
        cloud.api.permissions |= dict.fromkeys(rights, False)

    return wrong


def answers(request: str, status: int, title: str, detail: str = "") -> Callable[..., None]:
    def wrong(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
        cloud.fail(request, status, title=title, detail=detail)

    return wrong


def a_namesake(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
    cloud.api.workspaces["ws-other"] = Workspace("ws-other", {"name": "dev-network"}, "prj-1")


def without(*entitlements: str) -> Callable[[TerraformCloudServer, pytest.MonkeyPatch], None]:
    def wrong(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
        cloud.api.entitlements |= dict.fromkeys(entitlements, False)

    return wrong


def nothing(cloud: TerraformCloudServer, patch: pytest.MonkeyPatch) -> None:
    """The settings alone are wrong."""


FAULTS = [
    Fault(
        "no token",
        no_login,
        """
there is no token for HOST
  fix: terraform login HOST, or set TF_TOKEN_HOST to an API token
""",
    ),
    Fault(
        "a token of yesterday",
        a_wrong_token,
        """
HOST does not accept your token: it is wrong, revoked or expired
  fix: terraform login HOST, or set TF_TOKEN_HOST
""",
    ),
    Fault(
        "another organization",
        nothing,
        """
HOST has no organization acme, or your token may not see it
  allowed: acme-corp
  fix: correct `organization:` under `terraform_cloud:`, or use a token of that organization
""",
        (("organization", "acme"),),
    ),
    Fault(
        "no right to make the project",
        may_not("can-create-project"),
        """
organization acme-corp has no project groundwork, and you may not make it
  fix: ask an owner to make it, or name an existing one in `terraform_cloud.project:`
""",
    ),
    Fault(
        "no right to make workspaces",
        may_not("can-create-workspace"),
        """
you may not make workspaces in organization acme-corp
  fix: ask an owner for a team with the right to manage workspaces, or let them run this command
""",
    ),
    Fault(
        "a right that only trying shows",
        answers("POST .*/workspaces", 404, "not found"),
        """
you may not make workspace dev-account, or it does not exist (404 not found)
  fix: ask an owner of the organization for a team with the right to manage projects and workspaces
""",
    ),
    Fault(
        "a name that another project has",
        a_namesake,
        """
workspace dev-network is already there, in another project than groundwork, and its name is unique in the organization
  fix: move it to project groundwork if it is this platform's, or use another organization
""",
    ),
    Fault(
        "a name that somebody takes meanwhile",
        answers("POST .*/workspaces", 422, "invalid attribute", "Name has already been taken"),
        """
cannot make workspace dev-account: HOST answers 422: Name has already been taken
""",
    ),
    Fault(
        "a plan without agents",
        without("agents"),
        """
the plan of organization acme-corp has no agents
  fix: write `execution: remote` or `execution: local`, or change the plan
""",
        (("execution", "agent"), ("agent_pool", "ours")),
    ),
    Fault(
        "a pool that is not there",
        nothing,
        """
organization acme-corp has no agent pool ours
  allowed: there is none yet
  fix: correct `agent_pool:` under `terraform_cloud:`, or make the pool and start an agent in it
""",
        (("execution", "agent"), ("agent_pool", "ours")),
    ),
    Fault(
        "a plan that runs nothing",
        without("operations"),
        """
the plan of organization acme-corp runs no Terraform
  fix: write `execution: local`, or change the plan
""",
    ),
    Fault(
        "a fault of its own",
        answers("GET .*/projects", 500, "internal server error"),
        """
cannot find project groundwork: HOST answers 500, a fault of its own
  fix: try again later
""",
    ),
    Fault(
        "no end to too many requests",
        answers("GET .*/workspaces", 429, "too many requests"),
        """
HOST answers no more: too many requests, although this command waited for two minutes
  fix: wait until other runs have ended; the free plan allows 30 requests a minute
""",
    ),
    Fault(
        "another web server",
        answers("GET /.well-known/terraform.json", 404, "not found"),
        """
HOST is no Terraform Cloud: it says nothing useful at /.well-known/terraform.json
  fix: correct `hostname:` under `terraform_cloud:`, or remove it for app.terraform.io
""",
    ),
]


def bootstrap(cloud: TerraformCloudServer, place: DeployTarget, program: SynthesizedApp, **fields: str) -> list[str]:
    settings = settings_for(cloud, **fields)
    found = connect(settings)
    try:
        return list(TerraformCloudStates(found, place).bootstrap(program))
    finally:
        found.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_told_in_its_own_words(
    fault: Fault,
    cloud: TerraformCloudServer,
    cloud_place: DeployTarget,
    program: SynthesizedApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MOST_RETRIES", 1)
    fault.wrong(cloud, monkeypatch)
    with pytest.raises(CommandError) as raised:
        bootstrap(cloud, cloud_place, program, **dict(fault.fields))
    expected = fault.printed.strip().replace("TF_TOKEN_HOST", f"TF_TOKEN_localhost:{cloud.port}")
    assert str(raised.value) == expected.replace("HOST", cloud.hostname)


def test_no_two_faults_are_told_alike() -> None:
    assert len({fault.printed for fault in FAULTS}) == len(FAULTS) >= 10


def test_a_host_that_is_not_there_is_told_at_once(
    cloud: TerraformCloudServer, cloud_place: DeployTarget, program: SynthesizedApp, tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        host = f"localhost:{nobody.getsockname()[1]}"
        log_in(tmp_path / "home", host)
        begun = time.monotonic()
        with pytest.raises(CommandError, match=rf"^{host} cannot be reached: .*\n  fix: check `hostname:`"):
            bootstrap(cloud, cloud_place, program, hostname=host)
        assert time.monotonic() - begun < 10


def test_a_certificate_of_nobody_known_is_told_with_the_way_to_trust_it(
    cloud: TerraformCloudServer, cloud_place: DeployTarget, program: SynthesizedApp, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with terraform_cloud(*make_certificate(tmp_path / "other")) as other:
        log_in(tmp_path / "home", other.hostname)
        with pytest.raises(CommandError, match=r"of localhost:\d+ is not trusted.*\n  fix: .*SSL_CERT_FILE"):
            bootstrap(other, cloud_place, program)


def test_a_certificate_for_another_name_is_refused(
    cloud: TerraformCloudServer,
    cloud_place: DeployTarget,
    program: SynthesizedApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "other").mkdir()
    certificate, key = make_certificate(tmp_path / "other", "tfe.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with terraform_cloud(certificate, key) as other:
        log_in(tmp_path / "home", other.hostname)
        with pytest.raises(CommandError, match=r"is not trusted: Hostname mismatch"):
            bootstrap(other, cloud_place, program)


def test_too_many_requests_are_waited_for_as_long_as_it_says(
    cloud: TerraformCloudServer, cloud_place: DeployTarget, program: SynthesizedApp
) -> None:
    cloud.fail("POST .*/workspaces", 429, title="too many requests", headers={"Retry-After": "1"}, times=2)
    begun = time.monotonic()
    said = bootstrap(cloud, cloud_place, program, execution="local")
    assert time.monotonic() - begun >= 2
    assert f"workspace {program.stacks[0].id}: made" in said
    assert len(cloud.api.workspaces) == len(program.stacks)


def test_the_patience_is_longer_than_the_minute_that_the_free_plan_counts() -> None:
    pauses = [min(connection.LONGEST_PAUSE_SECONDS, 2**number) for number in range(connection.MOST_RETRIES)]
    assert 90 < sum(pauses) < 130
