"""The message for a `delivery:` section that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import DEV, PROD, SHARED, Bad, check
from tests.config.platform_files import added, replaced

SECTION = "delivery:\n  repository: acme/groundwork\n"
ONE_ACCOUNT = replaced(PROD, '"222222222222"', '"111111111111"')

CASES = [
    Bad(
        "a URL for the repository",
        added(SHARED, "delivery:\n  repository: https://github.com/acme/groundwork\n"),
        """
environments/shared.yaml:6: delivery.repository: has the wrong form
  value: https://github.com/acme/groundwork
  allowed: OWNER/REPOSITORY as GitHub spells it, capital letters too
""",
    ),
    Bad(
        "a pattern for the branch",
        added(SHARED, SECTION + "  branch: release-*\n"),
        """
environments/shared.yaml:7: delivery.branch: has the wrong form
  value: release-*
  allowed: the name of one branch, without refs/heads/ and without *
  fix: write release--
""",
    ),
    Bad(
        "the subject of another repository",
        added(SHARED, SECTION + "  subject_prefix: repo:acme@1/platform@2\n"),
        """
environments/shared.yaml:7: delivery.subject_prefix: this is another repository than acme/groundwork
  value: repo:acme@1/platform@2
  allowed: repo:acme/groundwork, or the same with @ID after owner and repository
  fix: remove the line, and write what `groundwork doctor github` says
""",
    ),
    Bad(
        "one id of two",
        added(SHARED, SECTION + "  subject_prefix: repo:acme@1/groundwork\n"),
        """
environments/shared.yaml:7: delivery.subject_prefix: only one of owner and repository has an id
  value: repo:acme@1/groundwork
  allowed: both ids, or none
  fix: remove the line, and write what `groundwork doctor github` says
""",
    ),
    Bad(
        "the repository of a service that is not there",
        added(SHARED, SECTION + "  services:\n    apj:\n      repository: acme/api\n"),
        """
environments/shared.yaml:8: delivery.services: no service runs an image of apj
  value: ...
  allowed: api, web
  fix: did you mean `api`?
""",
    ),
    Bad(
        "a gate before an environment that is not there",
        added(SHARED, SECTION + "  gated_environments: [prd]\n"),
        """
environments/shared.yaml:7: delivery.gated_environments: there is no environment prd
  value: prd
  allowed: dev, prod
  fix: did you mean `prod`?
""",
    ),
    Bad(
        "a gate that is no list",
        added(SHARED, SECTION + "  gated_environments: prod\n"),
        """
environments/shared.yaml:7: delivery.gated_environments: needs a list, not text
  value: prod
  allowed: a list, each 2 to 9 lower-case letters and digits, a letter first, or null
  fix: write ["prod"]
""",
    ),
    Bad(
        "another repository in one environment",
        {**added(SHARED, SECTION), **added(PROD, "delivery:\n  repository: acme/prod\n")},
        """
environments/prod.yaml:...: delivery: not what environment dev says, see environments/shared.yaml:5
  value: ...
  allowed: one section for all environments
  fix: write `delivery:` in environments/shared.yaml alone
""",
    ),
    Bad(
        "two environments in an account that is not the registry's",
        {**added(SHARED, SECTION), **ONE_ACCOUNT},
        """
environments/shared.yaml:5: delivery.providers: dev and prod share account 111111111111, which can have ...
  value: ...
  allowed: dev, prod
  fix: add `providers: {"111111111111": dev}` to delivery in environments/shared.yaml
""",
    ),
    Bad(
        "an environment in the providers that is not there",
        {**added(SHARED, SECTION + '  providers: {"111111111111": stage}\n'), **ONE_ACCOUNT},
        """
environments/shared.yaml:7: delivery.providers: dev and prod share account 111111111111, which can have ...
  value: stage
  allowed: dev, prod
  fix: add `providers: {"111111111111": dev}` to delivery in environments/shared.yaml
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message_for(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_the_sections_that_differ_are_found_wherever_they_stand(tmp_path: Path) -> None:
    bad = Bad(
        "in one environment alone",
        added(DEV, SECTION),
        """
environments/prod.yaml:1: delivery: not what environment dev says, see environments/dev.yaml:...
  value: nothing
  allowed: one section for all environments
  fix: write `delivery:` in environments/shared.yaml alone
""",
    )
    check(bad, tmp_path)
