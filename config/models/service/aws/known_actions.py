"""The IAM actions that there are, where AWS' own model of a service can tell.

IAM takes a policy with a misspelt action without a word, and the right is then missing.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

# IAM's name of a service, the models whose operations are its actions, and the actions that are no operation.
# tests/config/test_permissions.py holds this against AWS' service authorization reference; a service whose two lists
# differ by more (s3, iam, ssm) is in _DOUBTED: AWS adds such names, so an unknown one is a doubt and no mistake.
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
_DOUBTED: dict[str, tuple[str, ...]] = {
    "athena": ("athena",),
    "bedrock": ("bedrock", "bedrock-runtime", "bedrock-agent", "bedrock-agent-runtime"),
    "cloudwatch": ("cloudwatch", "application-signals"),
    "cognito-idp": ("cognito-idp",),
    "elasticfilesystem": ("efs",),
    "iam": ("iam",),
    "logs": ("logs",),
    "rds": ("rds",),
    "s3": ("s3", "s3control"),
    "ssm": ("ssm",),
    "sts": ("sts",),
    "xray": ("xray",),
}
_S3_CONFIGURATIONS = (
    *("Accelerate", "Analytics", "Encryption", "IntelligentTiering", "Inventory", "Lifecycle", "Metrics"),
    "Replication",
)
_NO_OPERATIONS: dict[str, tuple[str, ...]] = {
    "athena": (
        *("CancelQueryExecution", "GetCatalogs", "GetExecutionEngine", "GetExecutionEngines", "GetNamespace"),
        *("GetNamespaces", "GetQueryExecutions", "GetQueryResultsStream", "GetTable", "GetTables", "RunQuery"),
    ),
    "bedrock": (
        *("AllowVendedLogDeliveryForResource", "AssociateThirdPartyKnowledgeBase", "CreateModelEvaluationJob"),
        *("DetectGeneratedContent", "GetModelEvaluationJob", "InvokeBuilder", "ListModelEvaluationJobs"),
        *("PutFoundationModelEntitlement", "RenderPrompt"),
    ),
    "cloudwatch": (
        *("BatchGetServiceLevelIndicatorReport", "EnableTopologyDiscovery", "GenerateQuery", "GetServiceData"),
        *("GetTopologyDiscoveryStatus", "GetTopologyMap", "Link", "ListEntitiesForMetric"),
    ),
    "cognito-idp": ("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource", "ListResourcesForWebACL"),
    "dynamodb": (
        *("ConditionCheckItem", "PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"),
        *("CreateTableReplica", "DeleteTableReplica", "UpdateGlobalTableVersion"),
        *("DescribeReservedCapacity", "DescribeReservedCapacityOfferings", "PurchaseReservedCapacityOfferings"),
        *("GetAbacStatus", "UpdateAbacStatus", "RestoreTableFromAwsBackup", "StartAwsBackupJob"),
    ),
    "ecr": ("BatchImportUpstreamImage", "ReplicateImage"),
    "ecs": ("Poll", "StartTelemetrySession"),
    "elasticache": ("Connect", "InterruptClusterAzPower"),
    "elasticfilesystem": (
        *("Backup", "ClientMount", "ClientRootAccess", "ClientWrite"),
        *("ReplicationRead", "ReplicationWrite", "Restore"),
    ),
    "events": ("InvokeApiDestination", "RetrieveConnectionCredentials"),
    "iam": (
        *("DeleteCloudFrontPublicKey", "GetCloudFrontPublicKey", "ListCloudFrontPublicKeys"),
        *("UpdateCloudFrontPublicKey", "UploadCloudFrontPublicKey", "ListSTSRegionalEndpointsStatus"),
        *("GetAccountEmailAddress", "GetAccountName", "UpdateAccountEmailAddress", "UpdateAccountName"),
        *("PassRole", "SetSTSRegionalEndpointStatus"),
    ),
    "kms": ("ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"),
    "lambda": (
        *("DisableReplication", "EnableReplication"),
        *("InvokeFunction", "InvokeFunctionUrl", "UpdateFunctionCodeSigningConfig"),
    ),
    "logs": (
        *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries", "UpdateLogDelivery"),
        *("Link", "ListEntitiesForLogGroup", "ListLogGroupsForEntity", "StopLiveTail", "Unmask"),
    ),
    "rds": (
        *("CopyCustomDBEngineVersion", "CrossRegionCommunication", "DescribeRecommendationGroups"),
        *("DescribeRecommendations", "DownloadCompleteDBLogFile", "ModifyRecommendation"),
    ),
    "rekognition": ("StartFaceLivenessSession",),
    "s3": (
        *(f"{verb}{its}Configuration" for verb in ("Get", "Put") for its in _S3_CONFIGURATIONS),
        *(f"{verb}BucketObjectLockConfiguration" for verb in ("Get", "Put")),
        *(f"{verb}{whose}PublicAccessBlock" for verb in ("Get", "Put") for whose in ("Account", "Bucket")),
        *(f"GetObjectVersion{its}" for its in ("", "Acl", "Attributes", "ForReplication", "Tagging", "Torrent")),
        *("DeleteObjectVersion", "DeleteObjectVersionTagging", "PutObjectVersionAcl", "PutObjectVersionTagging"),
        *("ListAllMyBuckets", "ListBucket", "ListBucketMultipartUploads", "ListBucketVersions"),
        *("ListMultipartUploadParts", "GetStorageLensDashboard", "PutAccessPointPublicAccessBlock"),
        *("BypassGovernanceRetention", "ObjectOwnerOverrideToBucketOwner", "InitiateReplication", "PauseReplication"),
        *("ReplicateDelete", "ReplicateObject", "ReplicateTags"),
    ),
    "ssm": (
        *("DescribeDocumentParameters", "ExecuteAPI", "GetCalendar", "GetManifest", "ListInstanceAssociations"),
        *("PutCalendar", "PutConfigurePackageResult", "RegisterManagedInstance", "UpdateInstanceAssociationStatus"),
        "UpdateInstanceInformation",
    ),
    "states": ("InvokeHTTPEndpoint", "RevealSecrets"),
    "sts": ("GetServiceBearerToken", "SetContext", "SetSourceIdentity", "TagSession"),
    "xray": ("BatchGetTraceSummaryById", "GetDistinctTraceGraphs", "Link", "PutSpans", "PutSpansForIndexing"),
}
DECIDED, DOUBTED = frozenset(_MODELS), frozenset(_DOUBTED)
NEARLY = 0.85
"""How alike two names are of which one is probably the other, misspelt."""


@cache
def actions_of(service: str) -> frozenset[str] | None:
    """List every action of a service, or None where that is not known."""
    models = {**_MODELS, **_DOUBTED}.get(service)
    if models is None:
        return None
    try:
        # The synthesis alone needs no botocore, and may be installed without it.
        from botocore.exceptions import DataNotFoundError, UnknownServiceError
        from botocore.loaders import Loader
    except ImportError:
        return None
    loader, found = Loader(), set(_NO_OPERATIONS.get(service, ()))
    for model in models:
        try:
            found.update(loader.load_service_model(model, "service-2")["operations"])
        except (DataNotFoundError, UnknownServiceError):
            return None
    return frozenset(found)


def is_unknown(action: str) -> bool:
    """Tell whether AWS is known to have no action of this name, which may have wildcards; IAM reads no case."""
    return action.partition(":")[0] in DECIDED and _fits_none(action)


def probably_meant(action: str) -> str | None:
    """Return the action whose name is nearly this one, of a service of which not every action may be known."""
    service, _, name = action.partition(":")
    if service not in DOUBTED or not _fits_none(action):
        return None
    stem, star, _ = name.partition("*")
    known = sorted({its[: len(stem)] if star else its for its in actions_of(service) or ()})
    meant = get_close_matches(stem, known, n=1, cutoff=NEARLY)
    return f"{service}:{meant[0]}{star}" if meant else None


def _fits_none(action: str) -> bool:
    service, _, name = action.partition(":")
    known = actions_of(service)
    pattern = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in name)
    return known is not None and not any(re.fullmatch(pattern, one, re.IGNORECASE) for one in known)
