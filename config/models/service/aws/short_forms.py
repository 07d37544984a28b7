"""The words of `permissions:`, and the IAM actions and resources that each stands for.

Actions and ARNs: https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Conditions = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Grant:
    """One statement of a policy: these actions, on these resources, under these conditions."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)


@dataclass(frozen=True)
class ShortForm:
    """One service of AWS: what each word allows, on which part of what is named.

    `arn` makes the ARN of a name, with {region}, {account} and {name}; `words` are action names by the resource, which
    is written as what follows that ARN. `endpoint` is how the service is reached without NAT.
    """

    arn: str
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    endpoint: str | None


_WHOLE = ""

SHORT_FORMS: Mapping[str, ShortForm] = {
    "bedrock": ShortForm(
        "arn:aws:bedrock:{region}::foundation-model/{name}",
        {"invoke": {_WHOLE: ("InvokeModel", "InvokeModelWithResponseStream")}},
        "bedrock-runtime",
    ),
    "dynamodb": ShortForm(
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
        {
            "read": {
                _WHOLE: ("BatchGetItem", "ConditionCheckItem", "DescribeTable", "GetItem", "PartiQLSelect"),
                "*": ("Query", "Scan"),
            },
            "write": {_WHOLE: ("BatchWriteItem", "DeleteItem", "DescribeTable", "PutItem", "UpdateItem")},
        },
        "dynamodb",
    ),
    "events": ShortForm(
        "arn:aws:events:{region}:{account}:event-bus/{name}", {"put": {_WHOLE: ("PutEvents",)}}, "events"
    ),
    "firehose": ShortForm(
        "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
        {"put": {_WHOLE: ("PutRecord", "PutRecordBatch")}},
        "kinesis-firehose",
    ),
    "kinesis": ShortForm(
        "arn:aws:kinesis:{region}:{account}:stream/{name}",
        {
            "read": {_WHOLE: ("DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")},
            "write": {_WHOLE: ("DescribeStreamSummary", "ListShards", "PutRecord", "PutRecords")},
        },
        "kinesis-streams",
    ),
    "kms": ShortForm(
        "arn:aws:kms:{region}:{account}:key/{name}",
        {
            "decrypt": {_WHOLE: ("Decrypt", "DescribeKey")},
            "encrypt": {_WHOLE: ("DescribeKey", "Encrypt", "GenerateDataKey")},
            "sign": {_WHOLE: ("DescribeKey", "GetPublicKey", "Sign")},
            "verify": {_WHOLE: ("DescribeKey", "GetPublicKey", "Verify")},
        },
        "kms",
    ),
    "lambda": ShortForm(
        "arn:aws:lambda:{region}:{account}:function:{name}", {"invoke": {"*": ("InvokeFunction",)}}, "lambda"
    ),
    "s3": ShortForm(
        "arn:aws:s3:::{name}",
        {
            "read": {_WHOLE: ("GetBucketLocation", "ListBucket"), "/*": ("GetObject", "GetObjectVersion")},
            "write": {"/*": ("AbortMultipartUpload", "DeleteObject", "ListMultipartUploadParts", "PutObject")},
        },
        None,  # by a gateway that is always there
    ),
    "secretsmanager": ShortForm(
        "arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????",
        {
            "read": {_WHOLE: ("DescribeSecret", "GetSecretValue")},
            "write": {_WHOLE: ("DescribeSecret", "PutSecretValue")},
        },
        "secretsmanager",
    ),
    "ses": ShortForm(
        "arn:aws:ses:{region}:{account}:identity/{name}", {"send": {_WHOLE: ("SendEmail", "SendRawEmail")}}, "email"
    ),
    "sns": ShortForm("arn:aws:sns:{region}:{account}:{name}", {"publish": {_WHOLE: ("Publish",)}}, "sns"),
    "sqs": ShortForm(
        "arn:aws:sqs:{region}:{account}:{name}",
        {
            "send": {_WHOLE: ("GetQueueAttributes", "GetQueueUrl", "SendMessage")},
            "receive": {
                _WHOLE: (
                    "ChangeMessageVisibility",
                    "DeleteMessage",
                    "GetQueueAttributes",
                    "GetQueueUrl",
                    "ReceiveMessage",
                )
            },
        },
        "sqs",
    ),
    "ssm": ShortForm(
        "arn:aws:ssm:{region}:{account}:parameter/{name}",
        {
            "read": {_WHOLE: ("GetParameter", "GetParameters", "GetParametersByPath")},
            "write": {_WHOLE: ("PutParameter",)},
        },
        "ssm",
    ),
    "states": ShortForm(
        "arn:aws:states:{region}:{account}:stateMachine:{name}", {"start": {_WHOLE: ("StartExecution",)}}, "states"
    ),
}

# An inference profile is called where it is, and passes the call on to the model in any region of its group.
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
_PROFILES = ("eu.", "us.", "apac.", "global.", "us-gov.")


def grants(service: str, name: str, words: str, *, region: str, account: str) -> Iterator[Grant]:
    """Write out what `<service>: {<name>: <words>}` allows; words are joined by a hyphen."""
    form = SHORT_FORMS[service]
    arn = name if name.startswith("arn:") else form.arn.format(region=region, account=account, name=name.lstrip("/"))
    if service == "bedrock" and name.startswith(_PROFILES):
        yield from _by_profile(name, region=region, account=account)
        return
    needed: dict[str, set[str]] = {}
    for word in words.split("-"):
        for part, actions in form.words[word].items():
            needed.setdefault(part, set()).update(actions)
    if service == "s3":
        yield from _in_bucket(arn, needed)
        return
    conditions: Conditions = {}
    if service == "kms" and name.startswith("alias/"):
        # The ARN of an alias in a policy is the alias, not the key.
        # https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
        arn = form.arn.format(region=region, account=account, name="*")
        conditions = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}
    for part, found in sorted(needed.items()):
        yield Grant(_actions(service, found), _resources(service, arn, part), conditions)


def _resources(service: str, arn: str, part: str) -> tuple[str, ...]:
    if service == "dynamodb" and part == "*":
        return (arn, f"{arn}/index/*")
    if service == "lambda" and part == "*":
        return (arn, f"{arn}:*")  # its versions and aliases
    if service == "ssm" and arn.endswith("/"):
        # A path with all that is below it; GetParametersByPath is asked for the path itself.
        return (arn.removesuffix("/"), f"{arn}*")
    return (f"{arn}{part}",)


def _in_bucket(arn: str, needed: Mapping[str, set[str]]) -> Iterator[Grant]:
    """Narrow to a bucket, or to what is below a prefix of it: only that is listed then."""
    place, _, prefix = arn.rstrip("/").partition("/")
    for part, found in sorted(needed.items()):
        if part != _WHOLE:
            yield Grant(_actions("s3", found), (f"{place}/{prefix}/*" if prefix else f"{place}/*",))
        elif prefix:
            below: Conditions = {"StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}}
            yield Grant(("s3:ListBucket",), (place,), below)
        else:
            yield Grant(_actions("s3", found), (place,))


def _by_profile(name: str, *, region: str, account: str) -> Iterator[Grant]:
    profile = f"arn:aws:bedrock:{region}:{account}:inference-profile/{name}"
    actions = _actions("bedrock", {"InvokeModel", "InvokeModelWithResponseStream"})
    yield Grant(actions, (profile,))
    model = f"arn:aws:bedrock:*::foundation-model/{name.partition('.')[2]}"
    yield Grant(actions, (model,), {"StringEquals": {"bedrock:InferenceProfileArn": profile}})


def _actions(service: str, names: set[str]) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in sorted(names))
