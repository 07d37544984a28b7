"""The secrets of a service: stored outside Terraform, so that no value ever reaches a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.secret_sources import SecretSource, SecretStore, secret_sources
from config.models.service.service import Service
from modules.policy import allow

_READ = {SecretStore.SECRETS_MANAGER: "secretsmanager:GetSecretValue", SecretStore.PARAMETER_STORE: "ssm:GetParameters"}
_CONTEXT = {SecretStore.SECRETS_MANAGER: "SecretARN", SecretStore.PARAMETER_STORE: "PARAMETER_ARN"}


class TaskSecrets(Construct):
    """`references` by variable, and `of_sidecars` those of each sidecar, as ECS takes them.

    `statements` are those of the role that reads exactly these. A secret of this account that nobody stored yet stops
    the plan, before anything is changed. Parameters are not looked up: the provider would read their values into the
    state.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, settings: Service) -> None:
        super().__init__(scope, id_)
        self._found: dict[str, DataAwsSecretsmanagerSecret] = {}
        self._own, self._environment = settings.written_as, environment
        self.references: dict[str, str] = {}
        self.of_sidecars: dict[str, dict[str, str]] = {name: {} for name in settings.sidecars}
        read: dict[SecretStore, set[str]] = defaultdict(set)
        by_key: dict[tuple[SecretStore, str, str], set[str]] = defaultdict(set)
        for source in secret_sources(environment, settings):
            arn = self._arn(source)
            held_by = self.of_sidecars[source.sidecar] if source.sidecar else self.references
            held_by[source.variable] = f"{arn}:{source.key}::" if source.key else arn
            read[source.store].add(arn)
            if source.kms_key:
                by_key[source.store, source.region, source.kms_key].add(arn)
        self.statements = [allow([_READ[store]], sorted(arns)) for store, arns in sorted(read.items())]
        self.statements += [self._decrypt(*key, sorted(arns)) for key, arns in sorted(by_key.items())]

    def _arn(self, source: SecretSource) -> str:
        if source.store is SecretStore.PARAMETER_STORE or not source.is_in(self._environment):
            return source.arn or source.place
        if source.place not in self._found:
            id_ = source.name if source.name and source.owner == self._own else source.place.replace("/", ":")
            self._found[source.place] = DataAwsSecretsmanagerSecret(
                self, id_, arn=source.arn, name=None if source.arn else source.place
            )
        return self._found[source.place].arn

    def _decrypt(self, store: SecretStore, region: str, kms_key: str, arns: Sequence[str]) -> dict[str, Any]:
        """Use a key for these and for nothing else."""
        conditions: dict[str, dict[str, Any]] = {
            "StringEquals": {
                f"kms:EncryptionContext:{_CONTEXT[store]}": arns,
                "kms:ViaService": f"{store.value}.{region}.amazonaws.com",
            }
        }
        if kms_key.startswith("arn:"):
            return allow(["kms:Decrypt"], [kms_key], conditions)
        keys = f"arn:aws:kms:{region}:{self._environment.account_id}:key/*"
        return allow(
            ["kms:Decrypt"], [keys], {**conditions, "ForAnyValue:StringEquals": {"kms:ResourceAliases": kms_key}}
        )
