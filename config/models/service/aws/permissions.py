"""The rights of a service's code in AWS, as its file names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from config.models.service.aws.known_actions import actions_of, is_unknown
from config.models.service.aws.short_forms import SHORT_FORMS, Conditions, Grant, grants
from config.models.settings import PATTERN_IN_WORDS, Mistake, Settings, in_words

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_POLICIES = 10
_ALL_RIGHTS = re.compile(r"arn:aws:iam::aws:policy/(AdministratorAccess.*|IAM.*|PowerUserAccess)")


def _form(service: str, pattern: str, words: str) -> Any:
    """Describe a name in a short form: the name itself in the environment's account and region, or an ARN."""
    arn = rf"arn:aws:{service}:[a-z0-9-]*:[0-9]*:[A-Za-z0-9._/:@+=-]+"
    return Field(
        pattern=rf"^({pattern}|{arn})$",
        max_length=512,
        json_schema_extra={
            PATTERN_IN_WORDS: f"{words}, or its ARN; no * (`statements:` takes one, with its `reason:`)"
        },
    )


PLAIN = r"[A-Za-z0-9_.-]+"
BucketName = Annotated[
    str,
    StringConstraints(pattern=r"^(arn:aws:s3:::)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.'()/-]*)?$"),
    in_words("the name of a bucket, or bucket/prefix; no * (`statements:` takes one, with its `reason:`)"),
]
ReadWrite = Literal["read", "write", "read-write"]
Action = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9*?]+$"),
    in_words("a service and an action, such as sqs:SendMessage"),
]
Resource = Annotated[
    str,
    StringConstraints(pattern=r"^(\*|arn:aws[a-z-]*:[^:\s]+:[^:\s]*:[^:\s]*:\S+)$"),
    in_words("an ARN, such as arn:aws:sqs:eu-west-1:123456789012:jobs, or * with a `reason:`"),
]
PolicyArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9+=,.@_/-]+$"),
    in_words("the ARN of a managed policy, such as arn:aws:iam::aws:policy/AmazonPollyReadOnlyAccess"),
]


class Statement(Settings):
    """A right in IAM's own words: actions on resources."""

    actions: tuple[Action, ...] = Field(min_length=1, description="IAM actions, such as textract:DetectDocumentText.")
    resources: tuple[Resource, ...] = Field(min_length=1, description="ARNs; * where the action knows no resource.")
    conditions: dict[str, dict[str, str | tuple[str, ...]]] = Field(
        default_factory=dict, description="By operator and key, as in IAM: StringEquals: {aws:PrincipalTag/team: pay}."
    )
    reason: str | None = Field(
        default=None, min_length=10, description="Why nothing narrower than a * will do; asked for where there is one."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Check that a `*` has its reason, and that AWS knows the actions."""
        for section, values, wide in (
            ("actions", self.actions, _is_wide_action),
            ("resources", self.resources, _is_wide_resource),
        ):
            for number, value in enumerate(values):
                if wide(value) and self.reason is None:
                    yield Mistake(
                        field=f"{section}.{number}",
                        message=f"{value} needs a reason",
                        allowed="a name in full, or a `reason:` beside it that says why nothing narrower will do",
                        fix="name what is needed, or add `reason:`",
                    )
        for number, action in enumerate(self.actions):
            if is_unknown(action):
                service, _, name = action.partition(":")
                meant = get_close_matches(name, sorted(actions_of(service) or ()), n=1)
                yield Mistake(
                    field=f"actions.{number}",
                    message=f"AWS has no action {action}",
                    allowed=f"an action of {service}: https://docs.aws.amazon.com/service-authorization/latest/"
                    "reference/",
                    fix=f"did you mean `{service}:{meant[0]}`?" if meant else "look it up there",
                )


class Permissions(Settings):
    """Names of what a service may use, and how, by service of AWS; nothing else is allowed."""

    short: ClassVar[tuple[str, ...]] = tuple(sorted(SHORT_FORMS))

    bedrock: dict[
        Annotated[
            str, _form("bedrock", r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?", "the id of a model or inference profile")
        ],
        Literal["invoke"],
    ] = Field(default_factory=dict, description="Models: invoke.")
    dynamodb: dict[Annotated[str, _form("dynamodb", PLAIN, "the name of a table")], ReadWrite] = Field(
        default_factory=dict, description="Tables and their indexes: read, write or read-write."
    )
    events: dict[Annotated[str, _form("events", r"[A-Za-z0-9_./-]+", "the name of an event bus")], Literal["put"]] = (
        Field(default_factory=dict, description="Event buses of EventBridge: put.")
    )
    firehose: dict[Annotated[str, _form("firehose", PLAIN, "the name of a stream")], Literal["put"]] = Field(
        default_factory=dict, description="Delivery streams: put."
    )
    kinesis: dict[Annotated[str, _form("kinesis", PLAIN, "the name of a stream")], ReadWrite] = Field(
        default_factory=dict, description="Data streams: read, write or read-write."
    )
    kms: dict[
        Annotated[str, _form("kms", r"alias/[A-Za-z0-9/_-]+|(mrk-)?[0-9a-f-]{32,36}", "alias/name or the id of a key")],
        Literal["decrypt", "encrypt", "encrypt-decrypt", "sign", "verify", "sign-verify"],
    ] = Field(default_factory=dict, description="Keys: decrypt, encrypt, encrypt-decrypt, sign, verify, sign-verify.")
    lambda_: dict[Annotated[str, _form("lambda", r"[A-Za-z0-9_-]+", "the name of a function")], Literal["invoke"]] = (
        Field(default_factory=dict, alias="lambda", description="Functions: invoke.")
    )
    s3: dict[BucketName, ReadWrite] = Field(
        default_factory=dict,
        description="Buckets that exist already, whole or below a prefix: read, write or read-write.",
    )
    secretsmanager: dict[
        Annotated[str, _form("secretsmanager", r"[A-Za-z0-9/_+=.@-]+", "the name of a secret")], ReadWrite
    ] = Field(default_factory=dict, description="Secrets that its code asks for itself: read, write or read-write.")
    ses: dict[
        Annotated[str, _form("ses", r"[A-Za-z0-9._+@-]+\.[a-z]{2,63}", "a domain or an address that SES knows")],
        Literal["send"],
    ] = Field(default_factory=dict, description="Identities to send mail as: send.")
    sns: dict[Annotated[str, _form("sns", r"[A-Za-z0-9_-]+(\.fifo)?", "the name of a topic")], Literal["publish"]] = (
        Field(default_factory=dict, description="Topics: publish.")
    )
    sqs: dict[
        Annotated[str, _form("sqs", r"[A-Za-z0-9_-]+(\.fifo)?", "the name of a queue")],
        Literal["send", "receive", "send-receive"],
    ] = Field(default_factory=dict, description="Queues that exist already: send, receive or send-receive.")
    ssm: dict[
        Annotated[str, _form("ssm", r"/?[A-Za-z0-9_./-]+", "a parameter, or a path that ends with /")], ReadWrite
    ] = Field(default_factory=dict, description="Parameters, or all below a path/: read, write or read-write.")
    states: dict[Annotated[str, _form("states", PLAIN, "the name of a state machine")], Literal["start"]] = Field(
        default_factory=dict, description="State machines: start."
    )
    statements: tuple[Statement, ...] = Field(default=(), description="What no short form says, in IAM's own words.")
    policies: tuple[PolicyArn, ...] = Field(
        default=(), max_length=MOST_POLICIES, description="Managed policies by ARN, AWS' or the account's own."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse a policy that allows everything."""
        for number, arn in enumerate(self.policies):
            if _ALL_RIGHTS.fullmatch(arn):
                yield Mistake(
                    field=f"policies.{number}",
                    message="this policy gives all rights, or the right to give rights",
                    allowed="a policy of what the service needs",
                    fix="name what it needs by the short forms, or in `statements:`",
                )

    def named(self, service: str) -> dict[str, str]:
        """Look up what the file names of one service of AWS, and how it is used."""
        found: dict[str, str] = getattr(self, "lambda_" if service == "lambda" else service)
        return found

    def grants(self, *, region: str, account: str) -> Iterator[Grant]:
        """List everything that is allowed, policies by ARN aside."""
        for service in self.short:
            for name, words in self.named(service).items():
                yield from grants(service, name, words, region=region, account=account)
        for its in self.statements:
            conditions: Conditions = its.conditions
            yield Grant(its.actions, its.resources, conditions)

    @property
    def services(self) -> set[str]:
        """List the services of AWS that it talks to, as far as the file tells."""
        stated = {action.partition(":")[0] for its in self.statements for action in its.actions}
        return stated | {service for service in self.short if self.named(service)}


MayDo = Annotated[Permissions, Field(description="What its code may do in AWS; without it, nothing.")]


def _is_wide_action(action: str) -> bool:
    return "*" in action or "?" in action


def _is_wide_resource(resource: str) -> bool:
    """Tell whether a wildcard stands for more than the end of one thing's name."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or any("*" in part or "?" in part for part in parts[:5]):
        return True
    name = parts[5] if parts[2] == "s3" else re.sub(r"^[A-Za-z-]+[/:]", "", parts[5])
    return name.startswith(("*", "?"))
