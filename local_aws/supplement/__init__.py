"""What moto 5.2.5 lacks for Terraform's AWS provider: one file per service, applied once per process.

Each patch has a test that fails as soon as moto itself has the feature, so that the patch can go.
"""

from __future__ import annotations

from functools import cache

from local_aws.supplement import (
    accounts,
    application_autoscaling,
    autoscaling,
    backup,
    budgets,
    cloudwatch,
    control,
    ec2,
    ecr,
    ecr_registry,
    ecs,
    ecs_deployments,
    ecs_tasks,
    efs,
    global_accelerator,
    inventory,
    logs,
    opensearch_serverless,
    opensearch_serverless_policies,
    rds,
    route53,
    s3,
    secretsmanager,
    security_groups,
    service_discovery,
    sqs,
    unimplemented,
)

_PARTS = (
    accounts,
    application_autoscaling,
    autoscaling,
    backup,
    budgets,
    cloudwatch,
    control,
    ec2,
    ecr,
    ecr_registry,
    ecs,
    ecs_deployments,
    ecs_tasks,
    efs,
    global_accelerator,
    inventory,
    logs,
    opensearch_serverless,
    opensearch_serverless_policies,
    rds,
    route53,
    s3,
    secretsmanager,
    security_groups,
    service_discovery,
    sqs,
    unimplemented,
)


@cache
def apply() -> None:
    """Patch moto in this process. Call it before the first request."""
    for part in _PARTS:
        part.apply()
