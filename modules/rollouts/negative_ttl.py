"""The time for which resolvers remember that a private name has no address."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from constructs import Construct

from modules.policy import allow, allow_anything, policy
from modules.rollouts.function import RolloutFunction
from rollouts.contract import NegativeTtlRequest

MOST_S = 15


class NegativeTtl(Construct):
    """Lowers the TTL of the namespace's SOA record, once, by the rollout function; the provider cannot.

    A name that was empty when it was asked for, in the morning of office hours or in a deploy, is found soon after it
    has an address.
    https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-api-permissions-ref.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        namespace: ServiceDiscoveryPrivateDnsNamespace,
        function: RolloutFunction,
    ) -> None:
        super().__init__(scope, id_)
        rights = IamRolePolicy(
            self,
            "policy",
            role=function.role.id,
            name="negative-ttl",
            policy=policy(
                allow(["servicediscovery:GetNamespace", "servicediscovery:UpdatePrivateDnsNamespace"], [namespace.arn]),
                allow(["route53:ChangeResourceRecordSets"], [f"arn:aws:route53:::hostedzone/{namespace.hosted_zone}"]),
                allow_anything(
                    "FollowNamespaceChange",
                    ["servicediscovery:GetOperation"],
                    reason="An operation of Cloud Map is no resource; it tells what became of the change, and no data.",
                ),
            ),
        )
        asked: NegativeTtlRequest = {"do": "limit-negative-ttl", "namespace": namespace.id, "most_s": MOST_S}
        LambdaInvocation(
            self,
            "limit",
            function_name=function.function.function_name,
            input=json.dumps(asked, sort_keys=True),
            depends_on=[rights],
        )
