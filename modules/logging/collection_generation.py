"""Differences between the two kinds of OpenSearch Serverless, behind one name (ADR 0013)."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import Fn
from cdktf_cdktf_provider_aws.opensearchserverless_collection import OpensearchserverlessCollection
from cdktf_cdktf_provider_aws.opensearchserverless_lifecycle_policy import OpensearchserverlessLifecyclePolicy
from cdktf_cdktf_provider_aws.opensearchserverless_vpc_endpoint import OpensearchserverlessVpcEndpoint
from constructs import Construct

from config.models.environment.central_logging import Generation
from modules.logging.aoss_policy import retention_policy


class Classic:
    """Collections of AWS provider 5: one VPC endpoint of OpenSearch Serverless' own kind, retention by a policy.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-vpc.html
    """

    def vpc_endpoint(
        self, scope: Construct, *, name: str, vpc_id: str, subnet_ids: Sequence[str], security_group_id: str
    ) -> str:
        """Make the endpoint through which data goes in and out; its ID."""
        return OpensearchserverlessVpcEndpoint(
            scope,
            "vpc-endpoint",
            name=name,
            vpc_id=vpc_id,
            subnet_ids=list(subnet_ids),
            security_group_ids=[security_group_id],
        ).id

    def retention(self, scope: Construct, *, name: str, days: int) -> None:
        """Have the indexes of a collection deleted after so many days."""
        OpensearchserverlessLifecyclePolicy(
            scope,
            "retention",
            name=name,
            type="retention",
            description=f"Keeps the indexes of {name} for {days} days",
            policy=retention_policy(name, days=days),
        )

    def host(self, collection: OpensearchserverlessCollection, *, region: str) -> str:
        """Return the host of a collection's data, without https://."""
        # What another stack hands over counts as sensitive, and a plan would hide the task definition that names it.
        return f"{Fn.nonsensitive(collection.id)}.{region}.aoss.amazonaws.com"


def generation(chosen: Generation) -> Classic:
    """Return the chosen kind. NextGen will be the second one: a group, another endpoint, host and retention."""
    if chosen is not Generation.CLASSIC:
        raise ValueError(
            f"{chosen} collections cannot be made yet; config/models/environment/central_logging.py lets none through"
        )
    return Classic()
