"""The secrets of a service, by the variables that hold them: its own, another service's, or what exists already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from config.models.service_names import STORED_UNDER, STORED_UNDER_IN_WORDS, SecretName, ServiceName, VariableName
from config.models.settings import PATTERN_IN_WORDS, Mistake, Settings, in_words

_IN_SECRETS_MANAGER = r"arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+"
_WHOLE = re.compile(r"-[A-Za-z0-9]{6}$")
_IN_PARAMETER_STORE = r"arn:aws:ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_./-]+"
_ANY_ARN = rf"{_IN_SECRETS_MANAGER}|{_IN_PARAMETER_STORE}"
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
StoredName = Annotated[
    str,
    StringConstraints(pattern=rf"^({_IN_SECRETS_MANAGER}|[A-Za-z0-9/_+=.@-]+)$", max_length=2048),
    in_words(
        "the name of a secret in this account, such as shared/stripe, or its full ARN with the six characters "
        "at its end"
    ),
]
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
ParameterName = Annotated[
    str,
    StringConstraints(pattern=rf"^({_IN_PARAMETER_STORE}|/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)$", max_length=2048),
    in_words("the name of a parameter in this account, such as /shared/smtp/password, or its ARN"),
]
# ECS separates the parts of its reference by colons.
JsonKey = Annotated[
    str,
    StringConstraints(pattern=r"^[^:\s]+$", max_length=256),
    in_words("the name of a value in the secret's JSON, without colons"),
]
PLATFORM_KEY = "platform"
KmsKey = Annotated[
    str,
    StringConstraints(
        pattern=rf"^({PLATFORM_KEY}|alias/[A-Za-z0-9/_-]+|"
        r"arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$"
    ),
    in_words("platform for the environment's own key, alias/name for one of this account, or the ARN of a key"),
]


class Secret(Settings):
    """The secret in a variable: `name` of a service's own, or a `secret` or a `parameter` that exists already."""

    name: SecretName | None = Field(
        default=None, description="What `groundwork secret set` stored for this service, or for the one in `of`."
    )
    of: ServiceName | None = Field(
        default=None, description="The service whose secret it is; by default this one. Only with `name`."
    )
    secret: StoredName | None = Field(
        default=None, description="A secret of Secrets Manager that somebody else made, by name or ARN."
    )
    parameter: ParameterName | None = Field(
        default=None, description="A parameter of SSM's Parameter Store, by name or ARN."
    )
    key: JsonKey | None = Field(
        default=None, description="One value of a secret that holds JSON; without it the whole text. Not of parameters."
    )
    kms_key: KmsKey | None = Field(
        default=None,
        description="The key that a `secret` or `parameter` is encrypted with, where it is not AWS' own default.",
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Check that it says once where the value is, and nothing that does not go with that."""
        where = [name for name in ("name", "secret", "parameter") if getattr(self, name) is not None]
        if not where:
            yield Mistake(
                message="it does not say where the value is",
                allowed="one of name, secret and parameter",
                fix="add `name:` of a secret that `groundwork secret set` stores",
            )
        elif len(where) > 1:
            yield Mistake(
                field=where[1],
                message=f"the value is already where `{where[0]}` says",
                allowed="one of name, secret and parameter",
                fix="remove one of the two",
                because=(where[0],),
            )
        elif self.secret and self.secret.startswith("arn:") and not _WHOLE.search(self.secret):
            yield Mistake(
                field="secret",
                message="ECS finds nothing by an ARN without the six characters that AWS puts behind the name",
                allowed="the whole ARN, such as …:secret:shared/stripe-AbCdEf",
                fix="copy it from `aws secretsmanager describe-secret`, or write the secret's name",
            )
        elif self.of and not self.name:
            yield Mistake(
                field="of",
                message=f"a {where[0]} belongs to no service",
                allowed="only with `name:`",
                fix="remove it",
                because=(where[0],),
            )
        elif self.key and self.parameter:
            yield Mistake(
                field="key",
                message="ECS reads a parameter whole",
                allowed="only with `secret:` or `name:`",
                fix="keep the JSON in Secrets Manager, or each value in a parameter of its own",
                because=("parameter",),
            )
        elif self.kms_key and self.name:
            yield Mistake(
                field="kms_key",
                message="`groundwork secret set` encrypts by AWS' own key, which needs no right",
                allowed="only with `secret:` or `parameter:`",
                fix="remove it",
                because=("name",),
            )


def _in_full(value: object) -> object:
    """Write a text, the short form, as the fields that it stands for."""
    if not isinstance(value, str):
        return value
    if not value.startswith("arn:"):
        return {"name": value}
    return {"parameter" if value.startswith("arn:aws:ssm:") else "secret": value}


def _with_text(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [
        {
            "type": "string",
            "pattern": rf"{STORED_UNDER}|^({_ANY_ARN})$",
            PATTERN_IN_WORDS: STORED_UNDER_IN_WORDS,
        },
        {"$ref": schema.pop("$ref")},
    ]


Secrets = Annotated[
    dict[
        VariableName,
        Annotated[Secret, BeforeValidator(_in_full), Field(json_schema_extra=_with_text)],
    ],
    Field(
        description="Environment variables whose value is a secret: the name it was stored under with `groundwork "
        "secret set`, an ARN, or where it is already: {of: web, name: stripe-key}, {secret: shared/stripe, key: "
        "api_key}, {parameter: /shared/smtp}."
    ),
]


def said_twice(variables: Mapping[str, str], secrets: Mapping[str, Secret]) -> Iterator[Mistake]:
    """Find a variable of a container that is also one of its secrets."""
    if both := sorted(variables.keys() & secrets.keys()):
        yield Mistake(
            field=f"secrets.{both[0]}",
            message=f"{both[0]} is already among variables",
            fix="remove it from one of the two",
        )
