"""The IAM actions that there are, where AWS' own model of a service can tell.

IAM takes a policy with a misspelt action without a word, and the right is then missing.
"""

from __future__ import annotations

import re
from functools import cache

# IAM's name of a service, the models whose operations are its actions, and the actions that are no operation.
# tests/config/test_permissions.py holds this against AWS' service authorization reference; a service whose two lists
# differ by more (s3, iam, ec2) is not in here, and nothing is said about its actions.
_MODELS: dict[str, tuple[str, ...]] = {
    "batch": ("batch",),
    "comprehend": ("comprehend",),
    "dynamodb": ("dynamodb", "dynamodbstreams", "dax"),
    "ecr": ("ecr",),
    "ecs": ("ecs",),
    "elasticache": ("elasticache",),
    "events": ("events",),
    "firehose": ("firehose",),
    "kinesis": ("kinesis",),
    "kms": ("kms",),
    "lambda": ("lambda",),
    "polly": ("polly",),
    "rds-data": ("rds-data",),
    "rekognition": ("rekognition",),
    "scheduler": ("scheduler",),
    "secretsmanager": ("secretsmanager",),
    "ses": ("ses", "sesv2", "pinpoint-email", "mailmanager"),
    "sns": ("sns",),
    "sqs": ("sqs",),
    "states": ("stepfunctions",),
    "textract": ("textract",),
    "translate": ("translate",),
}
_NO_OPERATIONS: dict[str, tuple[str, ...]] = {
    "dynamodb": (
        *("ConditionCheckItem", "PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"),
        *("CreateTableReplica", "DeleteTableReplica", "UpdateGlobalTableVersion"),
        *("DescribeReservedCapacity", "DescribeReservedCapacityOfferings", "PurchaseReservedCapacityOfferings"),
        *("GetAbacStatus", "UpdateAbacStatus", "RestoreTableFromAwsBackup", "StartAwsBackupJob"),
    ),
    "ecr": ("BatchImportUpstreamImage", "ReplicateImage"),
    "ecs": ("Poll", "StartTelemetrySession"),
    "elasticache": ("Connect", "InterruptClusterAzPower"),
    "events": ("InvokeApiDestination", "RetrieveConnectionCredentials"),
    "kms": ("ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"),
    "lambda": (
        *("DisableReplication", "EnableReplication"),
        *("InvokeFunction", "InvokeFunctionUrl", "UpdateFunctionCodeSigningConfig"),
    ),
    "rekognition": ("StartFaceLivenessSession",),
    "states": ("InvokeHTTPEndpoint", "RevealSecrets"),
}
DECIDED = frozenset(_MODELS)


@cache
def actions_of(service: str) -> frozenset[str] | None:
    """List every action of a service, or None where that is not known."""
    if service not in DECIDED:
        return None
    try:
        # The synthesis alone needs no botocore, and may be installed without it.
        from botocore.exceptions import DataNotFoundError, UnknownServiceError
        from botocore.loaders import Loader
    except ImportError:
        return None
    loader, found = Loader(), set(_NO_OPERATIONS.get(service, ()))
    for model in _MODELS[service]:
        try:
            found.update(loader.load_service_model(model, "service-2")["operations"])
        except (DataNotFoundError, UnknownServiceError):
            return None
    return frozenset(found)


def is_unknown(action: str) -> bool:
    """Tell whether AWS is known to have no action of this name, which may have wildcards; IAM reads no case."""
    service, _, name = action.partition(":")
    known = actions_of(service)
    pattern = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in name)
    return known is not None and not any(re.fullmatch(pattern, one, re.IGNORECASE) for one in known)
