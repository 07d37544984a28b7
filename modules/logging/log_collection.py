"""The log of one service: a time-series collection of OpenSearch Serverless."""

from __future__ import annotations

from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.opensearchserverless_access_policy import OpensearchserverlessAccessPolicy
from cdktf_cdktf_provider_aws.opensearchserverless_collection import OpensearchserverlessCollection
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.platform_service import GRAFANA
from config.models.service.service import Service
from modules.logging.aoss_policy import data_policy
from modules.logging.collection_generation import generation
from modules.policy import allow


class LogCollection(Construct):
    """Exposes `collection`, its `arn` and its `host`; the service writes, the team and Grafana read.

    The data policy names the roles before they exist: it lets nobody in whom IAM does not let in too, and a task that
    starts before its policy would lose its first lines.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, settings: Service) -> None:
        super().__init__(scope, id_)
        logging, name = environment.logging, environment.collection(settings.name)
        access = OpensearchserverlessAccessPolicy(
            self,
            "access",
            name=name,
            type="data",
            description=f"The log of {settings.name}: its tasks write, the team and Grafana read",
            policy=data_policy(
                name,
                service=settings.name,
                writers=[environment.task_role_arn(settings.name)],
                readers=[
                    environment.task_role_arn(GRAFANA),
                    *logging.reader_role_arns,
                    *environment.saml_principals,
                ],
            ),
        )
        self.collection = OpensearchserverlessCollection(
            self,
            "collection",
            name=name,
            type="TIMESERIES",
            description=f"The log of {settings.name} in {environment.name}",
            standby_replicas="ENABLED" if logging.standby_replicas else "DISABLED",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if environment.deletion_protection else None,
            depends_on=[access],
        )
        kind = generation(logging.generation)
        kind.retention(self, name=name, days=settings.logs.retention_days)
        self.arn = self.collection.arn
        self.host = kind.host(self.collection, region=environment.region)

    def api_access(self) -> dict[str, Any]:
        """Return the statement that lets a role reach a collection's data; the data policy says what it may do there.

        Without it every request is answered by 403, whatever the data policy says.
        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/security-iam-serverless.html
        """
        return allow(["aoss:APIAccessAll"], [self.arn])
