"""Terraform Cloud in the YAML: what each mistake is answered, and which place gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.models.environment.shared import shared_place
from config.models.terraform_cloud import Execution, TerraformCloud
from tests.config.bad_yaml import DEV, SHARED, Bad, check
from tests.config.platform_files import Content, added, write_platform
from tests.settings import an_environment

ORGANIZATION = "organization: acme-corp"
CLOUD = f"terraform_cloud:\n  {ORGANIZATION}\n"
BUCKET = "state:\n  bucket: acme-state\n"
ROLE = "arn:aws:iam::111111111111:role/deploy"


def cloud(*lines: str) -> dict[str, Content]:
    return added(DEV, "terraform_cloud:\n" + "".join(f"  {line}\n" for line in lines))


CASES = [
    Bad(
        "no organization",
        cloud("project: platform"),
        """
environments/dev.yaml:6: terraform_cloud.organization: is missing
  value: nothing
  allowed: 3 to 40 letters, digits, hyphens and underscores
  fix: add `organization:` under `terraform_cloud:`
""",
    ),
    Bad(
        "an organization with a space",
        cloud("organization: Acme Corp"),
        """
environments/dev.yaml:7: terraform_cloud.organization: has the wrong form
  value: Acme Corp
  allowed: 3 to 40 letters, digits, hyphens and underscores
  fix: write "Acme-Corp"
""",
    ),
    Bad(
        "an organization too short",
        cloud("organization: ac"),
        """
environments/dev.yaml:7: terraform_cloud.organization: has the wrong form
  value: ac
  allowed: 3 to 40 letters, digits, hyphens and underscores
""",
    ),
    Bad(
        "a project with a slash",
        cloud(ORGANIZATION, "project: team/platform"),
        """
environments/dev.yaml:8: terraform_cloud.project: has the wrong form
  value: team/platform
  allowed: 3 to 40 letters, digits, spaces, hyphens and underscores, no space first or last
  fix: write team
""",
    ),
    Bad(
        "a project that ends with a space",
        cloud(ORGANIZATION, 'project: "platform "'),
        """
environments/dev.yaml:8: terraform_cloud.project: has the wrong form
  value: "platform "
  allowed: 3 to 40 letters, digits, spaces, hyphens and underscores, no space first or last
  fix: write platform
""",
    ),
    Bad(
        "a project too long",
        cloud(ORGANIZATION, f"project: {'p' * 41}"),
        """
environments/dev.yaml:8: terraform_cloud.project: has the wrong form
  value: ppppppppppppppppppppppppppppppppppppppppp
  allowed: 3 to 40 letters, digits, spaces, hyphens and underscores, no space first or last
""",
    ),
    Bad(
        "an address for a host",
        cloud(ORGANIZATION, "hostname: https://tfe.example.com/app"),
        """
environments/dev.yaml:8: terraform_cloud.hostname: has the wrong form
  value: https://tfe.example.com/app
  allowed: a host such as app.terraform.io: lower case, no https://, no path
  fix: write tfe.example.com
""",
    ),
    Bad(
        "a host in capitals",
        cloud(ORGANIZATION, "hostname: TFE.example.com"),
        """
environments/dev.yaml:8: terraform_cloud.hostname: has the wrong form
  value: TFE.example.com
  allowed: a host such as app.terraform.io: lower case, no https://, no path
  fix: write tfe.example.com
""",
    ),
    Bad(
        "an unknown way to run",
        cloud(ORGANIZATION, "execution: cloud"),
        """
environments/dev.yaml:8: terraform_cloud.execution: is none of the choices
  value: cloud
  allowed: remote, local, agent
""",
    ),
    Bad(
        "agents without a pool",
        cloud(ORGANIZATION, "execution: agent"),
        """
environments/dev.yaml:8: terraform_cloud.execution: agents are found by their pool, and none is named
  value: agent
  allowed: `execution: agent` and `agent_pool:` together, or remote, or local
  fix: write `agent_pool:` with the pool's name, below `terraform_cloud:`
""",
    ),
    Bad(
        "a pool without agents",
        cloud(ORGANIZATION, "agent_pool: own-machines"),
        """
environments/dev.yaml:8: terraform_cloud.agent_pool: no agent is asked with execution: remote
  value: own-machines
  allowed: only with `execution: agent`
  fix: write `execution: agent`, or remove `agent_pool:`
""",
    ),
    Bad(
        "a workspace of one's own",
        cloud(ORGANIZATION, "workspace: dev"),
        """
environments/dev.yaml:8: terraform_cloud.workspace: there is no such field
  value: workspace: dev
  allowed: organization, project, hostname, execution, agent_pool
  fix: remove it
""",
    ),
    Bad(
        "the old section of Terraform",
        added(DEV, f"cloud:\n  {ORGANIZATION}\n"),
        """
environments/dev.yaml:6: cloud: there is no such field
  value: cloud: {organization: acme-corp}
  allowed: organization, account_id, ...
  fix: did you mean `terraform_cloud`?
""",
    ),
    Bad(
        "a bucket beside it",
        added(DEV, f"{BUCKET}{CLOUD}"),
        """
environments/dev.yaml:7: state.bucket: Terraform Cloud keeps the state, and no bucket does
  value: acme-state
  allowed: `state.bucket:` or `terraform_cloud:`, not both
  fix: remove `state:`, or `terraform_cloud:`
""",
    ),
    Bad(
        "a bucket beside that of all environments",
        added(SHARED, CLOUD) | added(DEV, BUCKET),
        """
environments/dev.yaml:7: state.bucket: Terraform Cloud keeps the state, and no bucket does
  value: acme-state
  allowed: `state.bucket:` or `terraform_cloud:`, not both
  fix: remove `state:`, or `terraform_cloud:`
""",
    ),
    Bad(
        "a role beside those of the runs",
        added(DEV, f"deploy_role_arn: {ROLE}\n{CLOUD}"),
        """
environments/dev.yaml:6: deploy_role_arn: with execution: remote each run gets roles of its own
  value: arn:aws:iam::111111111111:role/deploy
  allowed: `deploy_role_arn:` only with `execution: local`
  fix: remove `deploy_role_arn:`; `groundwork bootstrap` makes the roles
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_terraform_cloud_that_cannot_be_is_refused_with_the_reason(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_one_line_in_the_shared_file_is_enough(tmp_path: Path) -> None:
    for deployment in load_platform(write_platform(tmp_path, added(SHARED, CLOUD))):
        found = deployment.environment.terraform_cloud
        assert found == TerraformCloud(organization="acme-corp")
        assert (found.project, found.hostname, found.execution) == ("groundwork", "app.terraform.io", Execution.REMOTE)


def test_an_environment_changes_what_differs_and_may_stay_with_s3(tmp_path: Path) -> None:
    own = added("environments/prod.yaml", "terraform_cloud:\n  execution: agent\n  agent_pool: own machines\n")
    dev, prod = load_platform(write_platform(tmp_path, added(SHARED, CLOUD) | own))
    assert prod.environment.terraform_cloud == TerraformCloud(
        organization="acme-corp", execution=Execution.AGENT, agent_pool="own machines"
    )
    assert dev.environment.terraform_cloud == TerraformCloud(organization="acme-corp")
    without = added("environments/prod.yaml", "terraform_cloud: null\n")
    dev, prod = load_platform(write_platform(tmp_path, added(SHARED, CLOUD) | without))
    assert dev.environment.terraform_cloud
    assert prod.environment.terraform_cloud is None


def test_what_all_share_moves_there_once_every_environment_has() -> None:
    settings = {"terraform_cloud": {"organization": "acme-corp"}}
    dev, prod = an_environment(**settings), an_environment(name="prod")
    assert shared_place([dev, prod]).terraform_cloud is None
    assert shared_place([dev, an_environment(name="prod", **settings)]).terraform_cloud == dev.terraform_cloud
