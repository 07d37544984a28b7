"""A workspace of Amazon Managed Service for Prometheus, which keeps an environment's metrics outside of its disk."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.prometheus_workspace import PrometheusWorkspace
from constructs import Construct

from config.models.environment.environment import Environment
from modules.encryption_key import EncryptionKey


class MetricsWorkspace(Construct):
    """Encrypted with the environment's key, which can never be changed; exposes `id`, which AWS makes up.

    https://docs.aws.amazon.com/prometheus/latest/userguide/encryption-at-rest-Amazon-Service-Prometheus.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, encryption_key: EncryptionKey) -> None:
        super().__init__(scope, id_)
        self._workspace = PrometheusWorkspace(
            self,
            "workspace",
            alias=environment.name,
            kms_key_arn=encryption_key.arn,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if environment.deletion_protection else None,
        )
        self.id = self._workspace.id
