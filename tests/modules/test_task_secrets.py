"""References to secrets as ECS takes them, and the role that reads exactly those: its policy, simulated."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.loaders import Loader
from cdktf import TerraformStack

from config.models.environment.secret_sources import secret_sources
from config.models.service.service import Service
from modules.ecs.task_secrets import TaskSecrets
from modules.policy import policy
from tests.modules.iam_simulator import Role
from tests.settings import ACCOUNT, a_service, an_environment
from tests.synthesis import Stack, synthesize_construct

HERE, THERE = f"eu-west-1:{ACCOUNT}", "eu-west-1:999999999999"
SECRET, PARAMETER, KEY = "arn:aws:secretsmanager", "arn:aws:ssm", "arn:aws:kms"
FOREIGN_KEY = f"{KEY}:{THERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SECRETS: dict[str, Any] = {
    "OWN": "OWN_KEY",
    "PART": {"name": "stripe", "key": "api_key"},
    "SHARED": {"of": "web", "name": "token"},
    "EXISTING": {"secret": "shared/stripe", "key": "id", "kms_key": "platform"},
    "BY_ARN": f"{SECRET}:{HERE}:secret:legacy/key-AbCdEf",
    "FOREIGN": {"secret": f"{SECRET}:{THERE}:secret:group/key-GhIjKl", "kms_key": FOREIGN_KEY},
    "SMTP": {"parameter": "/shared/smtp", "kms_key": "alias/shared"},
    "PLAIN": {"parameter": "plain"},
}
LOOKED_UP = {
    "test/orders/OWN_KEY": "own",
    "test/orders/stripe": "part",
    "test/web/token": "shared",
    "shared/stripe": "existing",
    f"{SECRET}:{HERE}:secret:legacy/key-AbCdEf": "by-arn",
}
"""What is asked of Secrets Manager, and the end of the ARN that it answers with here."""


def place_of(asked: dict[str, str]) -> str:
    return asked.get("name") or asked["arn"]


def an_orders(**secrets: Any) -> Service:
    return a_service(secrets=secrets)


def synthesized(service: Service) -> tuple[Stack, dict[str, str], Role]:
    """The stack, the references, and the execution role, with ARNs as AWS will have them."""
    made: list[TaskSecrets] = []

    def build(scope: TerraformStack) -> None:
        made.append(TaskSecrets(scope, "secrets", environment=an_environment(), settings=service))
        scope.add_override("locals", {"references": made[0].references, "policy": policy(*made[0].statements)})

    stack = synthesize_construct(build)
    asked = {
        f"${{data.aws_secretsmanager_secret.{id_}.arn}}": f"{SECRET}:{HERE}:secret:{LOOKED_UP[place_of(its)]}"
        for id_, its in stack.document.get("data", {}).get("aws_secretsmanager_secret", {}).items()
    }

    def written_out(text: str) -> str:
        return re.sub(r"\$\{data\.[^}]*\}", lambda found: asked[found[0]], text)

    local = stack.document["locals"]
    references = {variable: written_out(value) for variable, value in local["references"].items()}
    return stack, references, Role([json.loads(written_out(local["policy"]))], EVERYTHING)


def test_each_variable_has_the_reference_that_ecs_takes() -> None:
    _, references, _ = synthesized(an_orders(**SECRETS))
    assert references == {
        "OWN": f"{SECRET}:{HERE}:secret:own",
        "PART": f"{SECRET}:{HERE}:secret:part:api_key::",
        "SHARED": f"{SECRET}:{HERE}:secret:shared",
        "EXISTING": f"{SECRET}:{HERE}:secret:existing:id::",
        "BY_ARN": f"{SECRET}:{HERE}:secret:by-arn",
        "FOREIGN": f"{SECRET}:{THERE}:secret:group/key-GhIjKl",
        "SMTP": f"{PARAMETER}:{HERE}:parameter/shared/smtp",
        "PLAIN": f"{PARAMETER}:{HERE}:parameter/plain",
    }
    told = Loader().load_service_model("ecs", "service-2")["shapes"]["Secret"]["members"]["valueFrom"]["documentation"]
    assert "the full ARN of the Secrets Manager secret or the full ARN of the parameter" in told


def test_the_plan_looks_up_what_this_account_has_and_reads_no_value() -> None:
    stack, _, _ = synthesized(an_orders(**SECRETS))
    assert set(stack.document["data"]) == {"aws_secretsmanager_secret"}
    asked = stack.document["data"]["aws_secretsmanager_secret"].values()
    assert {place_of(its) for its in asked} == set(LOOKED_UP)


def test_the_role_reads_what_is_named_and_nothing_else() -> None:
    _, references, role = synthesized(an_orders(**SECRETS))
    for reference in references.values():
        arn = reference.removesuffix("::").removesuffix(":api_key").removesuffix(":id")
        action = "ssm:GetParameters" if ":parameter/" in arn else "secretsmanager:GetSecretValue"
        assert role.may(action, arn), arn
    for action, resource in (
        ("secretsmanager:GetSecretValue", f"{SECRET}:{HERE}:secret:other"),
        ("secretsmanager:GetSecretValue", f"{SECRET}:{THERE}:secret:group/other-GhIjKl"),
        ("secretsmanager:PutSecretValue", f"{SECRET}:{HERE}:secret:own"),
        ("ssm:GetParameters", f"{PARAMETER}:{HERE}:parameter/shared/other"),
        ("ssm:GetParametersByPath", f"{PARAMETER}:{HERE}:parameter/shared/smtp"),
        ("kms:Decrypt", FOREIGN_KEY),
    ):
        assert not role.may(action, resource), (action, resource)


@pytest.mark.parametrize(
    ("key", "aliases", "context"),
    [
        (
            FOREIGN_KEY,
            None,
            {
                "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
                "kms:EncryptionContext:SecretARN": f"{SECRET}:{THERE}:secret:group/key-GhIjKl",
            },
        ),
        (
            f"{KEY}:{HERE}:key/data",
            "alias/test-data",
            {
                "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com",
                "kms:EncryptionContext:SecretARN": f"{SECRET}:{HERE}:secret:existing",
            },
        ),
        (
            f"{KEY}:{HERE}:key/shared",
            "alias/shared",
            {
                "kms:ViaService": "ssm.eu-west-1.amazonaws.com",
                "kms:EncryptionContext:PARAMETER_ARN": f"{PARAMETER}:{HERE}:parameter/shared/smtp",
            },
        ),
    ],
    ids=["foreign", "platform", "alias"],
)
def test_a_key_is_used_for_its_own_secret_alone(key: str, aliases: str | None, context: dict[str, str]) -> None:
    _, _, role = synthesized(an_orders(**SECRETS))
    told = {**context, **({"kms:ResourceAliases": aliases} if aliases else {})}
    assert role.may("kms:Decrypt", key, told)
    for name in told:
        assert not role.may("kms:Decrypt", key, {**told, name: "another"}), name
    assert not role.may("kms:Encrypt", key, told)


def test_without_a_key_of_its_own_no_right_to_any_is_given() -> None:
    _, _, role = synthesized(an_orders(OWN="OWN_KEY", PLAIN={"parameter": "plain"}))
    assert role.actions == {"secretsmanager:GetSecretValue", "ssm:GetParameters"}


def test_every_source_says_how_it_is_stored() -> None:
    environment = an_environment()
    sources = {source.variable: source for source in secret_sources(environment, an_orders(**SECRETS))}
    assert sources["SHARED"].set_by(environment) == "groundwork secret set test web token"
    assert sources["OWN"].set_by(environment) == "groundwork secret set test orders OWN_KEY"
    assert "put-parameter" in sources["SMTP"].set_by(environment)
    assert not sources["FOREIGN"].is_in(environment)
    assert sources["BY_ARN"].is_in(environment)
