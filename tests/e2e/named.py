"""Which resource a recorded call names, where its parameters tell: what a policy's Resource has to fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.e2e.recorded_calls import Call
from tests.modules.iam_simulator import ANY

PLACE = "eu-west-1:123456789012"

# By service, the parameters that name a resource, and what its ARN is made of.
NAMED: Mapping[str, Mapping[str, str]] = {
    "autoscaling": {
        "AutoScalingGroupName": f"arn:aws:autoscaling:{PLACE}:autoScalingGroup:*:autoScalingGroupName/{{}}"
    },
    "budgets": {"BudgetName": "arn:aws:budgets::123456789012:budget/{}"},
    "cloudwatch": {"AlarmName": f"arn:aws:cloudwatch:{PLACE}:alarm:{{}}"},
    "ecs": {
        "clusterName": f"arn:aws:ecs:{PLACE}:cluster/{{}}",
        "serviceName": f"arn:aws:ecs:{PLACE}:service/dev/{{}}",
        "family": f"arn:aws:ecs:{PLACE}:task-definition/{{}}:1",
        "resourceArn": "{}",
    },
    "iam": {
        "RoleName": "arn:aws:iam::123456789012:role/{}",
        "InstanceProfileName": "arn:aws:iam::123456789012:instance-profile/{}",
        "PolicyArn": "{}",
    },
    "kms": {"AliasName": f"arn:aws:kms:{PLACE}:{{}}"},
    "lambda": {"FunctionName": f"arn:aws:lambda:{PLACE}:function:{{}}"},
    "logs": {"logGroupName": f"arn:aws:logs:{PLACE}:log-group:{{}}:*", "resourceArn": "{}"},
    "rds": {
        "DBInstanceIdentifier": f"arn:aws:rds:{PLACE}:db:{{}}",
        "DBParameterGroupName": f"arn:aws:rds:{PLACE}:pg:{{}}",
        "DBSubnetGroupName": f"arn:aws:rds:{PLACE}:subgrp:{{}}",
        "ResourceName": "{}",
    },
    "s3": {"Bucket": "arn:aws:s3:::{}"},
    "scheduler": {"Name": f"arn:aws:scheduler:{PLACE}:schedule/default/{{}}"},
    "secretsmanager": {"Name": f"arn:aws:secretsmanager:{PLACE}:secret:{{}}-a1B2c3", "SecretId": "{}"},
    "sns": {"Name": f"arn:aws:sns:{PLACE}:{{}}", "TopicArn": "{}"},
    "ssm": {"Name": f"arn:aws:ssm:{PLACE}:parameter{{}}"},
}


def resource(call: Call) -> object:
    """The ARN, or ANY where the call names a resource by an id, by a filter or not at all."""
    for parameter, arn in NAMED.get(call.action.partition(":")[0], {}).items():
        value = call.parameters.get(parameter)
        if isinstance(value, str) and value:
            key = call.parameters.get("Key")
            return arn.format(f"{value}/{key}" if key else value)
    return ANY


def context(call: Call) -> dict[str, Any]:
    """The condition keys: what the call says, and ANY for what AWS knows about the resource."""
    known: dict[str, Any] = {f"aws:ResourceTag/groundwork:{tag}": ANY for tag in ("environment", "stack")}
    if call.action == "iam:CreateRole":
        known["iam:PermissionsBoundary"] = call.parameters.get("PermissionsBoundary", "none")
    elif call.action.startswith("iam:"):
        known |= {"iam:PermissionsBoundary": ANY, "iam:PolicyARN": call.parameters.get("PolicyArn", ANY)}
    return known
