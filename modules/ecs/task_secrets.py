"""The secrets of a service: stored outside Terraform, so that no value ever reaches a state."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.service import Service


class TaskSecrets(Construct):
    """`arns` by variable name. A secret that nobody stored yet stops the plan, before anything is changed."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, settings: Service) -> None:
        super().__init__(scope, id_)
        found = {
            name: DataAwsSecretsmanagerSecret(self, name, name=environment.secret_name(settings.secrets_owner, name))
            for name in sorted(set(settings.secrets.values()))
        }
        self.arns = {variable: found[name].arn for variable, name in settings.secrets.items()}
