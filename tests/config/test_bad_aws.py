"""What a file names in AWS and cannot be: each mistake once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, PROD, Bad, check
from tests.config.platform_files import VALID, added

NO_NAT = VALID[PROD] + "  nat: none\n  interface_endpoints: [ec2, ecr.api, ecr.dkr, ecs, ecs-agent, ecs-telemetry, "
NEEDED = "logs, monitoring, secretsmanager, sns, sts, tagging"

CASES = [
    Bad(
        "a word that a short form does not have",
        added(API, "permissions:\n  s3: {invoices: readwrite}\n"),
        """
service_configs/api.yaml:10: permissions.s3.invoices: is none of the choices
  value: readwrite
  allowed: read, write, read-write
  fix: did you mean `read-write`?
""",
    ),
    Bad(
        "a wildcard in a short form",
        added(API, 'permissions:\n  sqs: {"jobs-*": send}\n'),
        """
service_configs/api.yaml:10: permissions.sqs.jobs-*: this name has the wrong form
  value: jobs-*
  allowed: the name of a queue, or its ARN; no * (`statements:` takes one, with its `reason:`)
""",
    ),
    Bad(
        "a service of AWS without a short form",
        added(API, "permissions:\n  dynamo: {carts: read}\n"),
        """
service_configs/api.yaml:10: permissions.dynamo: there is no such field
  value: ...
  allowed: bedrock, ...
  fix: did you mean `dynamodb`?
""",
    ),
    Bad(
        "every resource without a reason",
        added(API, 'permissions:\n  statements:\n    - {actions: [textract:DetectDocumentText], resources: ["*"]}\n'),
        """
service_configs/api.yaml:11: permissions.statements[0].resources[0]: * needs a reason
  value: ...
  allowed: a name in full, or a `reason:` beside it that says why nothing narrower will do
  fix: name what is needed, or add `reason:`
""",
    ),
    Bad(
        "a misspelt action",
        added(
            API,
            "permissions:\n  statements:\n    - actions: [sqs:SendMesage]\n"
            '      resources: ["arn:aws:sqs:eu-west-1:111111111111:jobs"]\n',
        ),
        """
service_configs/api.yaml:11: permissions.statements[0].actions[0]: AWS has no action sqs:SendMesage
  value: sqs:SendMesage
  allowed: an action of sqs: ...
  fix: did you mean `sqs:SendMessage`?
""",
    ),
    Bad(
        "every right there is",
        added(API, "permissions:\n  policies: [arn:aws:iam::aws:policy/AdministratorAccess]\n"),
        """
service_configs/api.yaml:10: permissions.policies[0]: this policy gives all rights, or the right to give rights
  value: arn:aws:iam::aws:policy/AdministratorAccess
  allowed: a policy of what the service needs
  fix: name what it needs by the short forms, or in `statements:`
""",
    ),
    Bad(
        "a policy of another account",
        added(
            API,
            "environments:\n  dev:\n    permissions: {policies: ['arn:aws:iam::333333333333:policy/reports']}\n",
        ),
        """
service_configs/api.yaml:11: permissions.policies[0]: the policy is not in account 111111111111, whose role it is, ...
  value: "arn:aws:iam::333333333333:policy/reports"
  allowed: a policy of AWS, or one of account 111111111111
  fix: write arn:aws:iam::111111111111:policy/reports, or name it in `environments:`
""",
    ),
    Bad(
        "rights without a way to use them",
        {PROD: f"{NO_NAT}{NEEDED}]\n", **added(API, "permissions:\n  sqs: {jobs: send}\n  dynamodb: {carts: read}\n")},
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none api does not reach what it may ...
  value: ...
  allowed: a list with sqs in it, or another nat
  fix: add sqs to interface_endpoints, or choose nat: single
""",
    ),
    Bad(
        "rights that no endpoint leads to",
        {
            PROD: f"{NO_NAT}{NEEDED}]\n",
            **added(
                API,
                "permissions:\n  statements:\n    - actions: [textract:DetectDocumentText]\n"
                '      resources: ["*"]\n      reason: Textract knows no resource.\n',
            ),
        },
        """
service_configs/api.yaml:10: permissions: with nat: none there is no way to textract, see environments/prod.yaml:5...
  value: ...
  allowed: services that an endpoint reaches: bedrock-runtime, ec2, ...
  fix: remove it, or choose nat: single
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_mistake_is_told_once_with_its_line_and_the_way_out(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
