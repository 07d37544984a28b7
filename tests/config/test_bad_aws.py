"""What a file names in AWS and cannot be: each mistake once, with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, PROD, Bad, check
from tests.config.platform_files import VALID, added, replaced

NO_NAT = VALID[PROD] + "  nat: none\n  interface_endpoints: [ec2, ecr.api, ecr.dkr, ecs, ecs-agent, ecs-telemetry, "
NEEDED = "logs, monitoring, secretsmanager, sns, sts, tagging"

CASES = [
    Bad(
        "a volume without its place",
        added(API, "volumes: {media: {}}\n"),
        """
service_configs/api.yaml:9: volumes.media.path: is missing
  value: nothing
  allowed: an absolute path, such as /var/cache, no / at its end
  fix: add `path:` under `volumes.media:`
""",
    ),
    Bad(
        "a volume in a folder in memory",
        added(API, "tmpfs: {/tmp: 64}\nvolumes: {media: {path: /tmp}}\n"),
        """
service_configs/api.yaml:10: volumes.media.path: /tmp is already a folder of `tmpfs`
  value: /tmp
  allowed: a path of its own
  fix: choose another path
""",
    ),
    Bad(
        "a volume of nobody",
        added(API, "volumes: {media: {of: web, path: /srv}}\n"),
        """
service_configs/api.yaml:9: volumes.media.of: web has no volumes.media
  value: web
  allowed: what web.yaml has
  fix: add `volumes: {media: {path: …}}` to web.yaml
""",
    ),
    Bad(
        "a shared volume described twice",
        added(API, "volumes: {media: {of: web, path: /srv, backup: false}}\n"),
        """
service_configs/api.yaml:9: volumes.media.backup: it is that of web, whose file describes it
  value: false
  allowed: `of:` with path and read_only
  fix: remove it here, and write it in web.yaml
""",
    ),
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
        "traces without a way to X-Ray",
        {PROD: f"{NO_NAT}{NEEDED}]\n", **added(API, "tracing: {}\n")},
        """
environments/prod.yaml:6: network.interface_endpoints: with nat: none api does not reach what it may ...
  value: ...
  allowed: a list with xray in it, or another nat
  fix: add xray to interface_endpoints, or choose nat: single
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
        "a queue of a service that has none",
        added(API, "queues: {jobs: {of: web}}\n"),
        """
service_configs/api.yaml:9: queues.jobs.of: web has no queues.jobs
  value: web
  allowed: what web.yaml has
  fix: add `queues: {jobs: {}}` to web.yaml
""",
    ),
    Bad(
        "a cache of nobody",
        added(API, "cache: {of: wbe}\n"),
        """
service_configs/api.yaml:9: cache.of: there is no service wbe
  value: wbe
  allowed: web
  fix: did you mean `web`?
""",
    ),
    Bad(
        "a shared bucket described twice",
        added(API, "buckets: {uploads: {of: web, versioning: false}}\n"),
        """
service_configs/api.yaml:9: buckets.uploads.versioning: it is that of web, whose file describes it
  value: false
  allowed: `of:` alone
  fix: remove it here, and write it in web.yaml
""",
    ),
    Bad(
        "a bucket with a name too long for S3",
        {
            "environments/shared.yaml": VALID["environments/shared.yaml"].replace("acme", "a-long-company-names"),
            "service_configs/api.yaml": None,
            "service_configs/a-long-service-name.yaml": VALID[API]
            + "environments: {prod: {buckets: {a-bucket-for-everything: {}}}}\n",
        },
        """
service_configs/a-long-service-name.yaml:9: buckets.a-bucket-for-everything: ...
  value: ...
  allowed: 63 for organization, environment, service and this name together
  fix: choose a name that is ... shorter
""",
    ),
    Bad(
        "a variable that a queue sets",
        added(API, "queues: {jobs: {}}\nvariables: {QUEUE_JOBS_URL: x}\n"),
        """
service_configs/api.yaml:10: variables.QUEUE_JOBS_URL: QUEUE_JOBS_URL is set by `queues.jobs`
  value: x
  allowed: ...
  fix: remove it, or call it something else
""",
    ),
    Bad(
        "messages counted without a queue",
        replaced(API, "  max_tasks: 3", "  max_tasks: 3\n  messages_per_task: 10"),
        """
service_configs/api.yaml:8: scaling.messages_per_task: it has no queue whose messages could be counted
  value: 10
  allowed: only with `queues:`
  fix: add `queues:` with the queue that it takes from, or remove it
""",
    ),
    Bad(
        "messages counted in one of two queues",
        {
            API: VALID[API].replace("  max_tasks: 3", "  max_tasks: 3\n  messages_per_task: 10")
            + "queues: {jobs: {}, mail: {}}\n"
        },
        """
service_configs/api.yaml:8: scaling.messages_per_task: it has 2 queues, ...
  value: 10
  allowed: `queue:` beside it, one of jobs, mail
  fix: add `queue: jobs` under `scaling:`
""",
    ),
    Bad(
        "an alert after the message is lost",
        added(API, "queues: {jobs: {retention_days: 1, oldest_message_minutes: 1440}}\n"),
        """
service_configs/api.yaml:9: queues.jobs.oldest_message_minutes: after 1 days a message is lost, ...
  value: 1440
  allowed: 1 to 1439
  fix: write a smaller number, or a greater retention_days
""",
    ),
    Bad(
        "a cache with nothing said",
        added(API, "cache:\n"),
        """
service_configs/api.yaml:9: cache: has no value
  value: ...
  allowed: ...
  fix: write `cache: {}` for one with the usual limits, or remove the line
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
  allowed: services that an endpoint reaches: aps-workspaces, bedrock-runtime, ec2, ...
  fix: remove it, or choose nat: single
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_a_mistake_is_told_once_with_its_line_and_the_way_out(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
