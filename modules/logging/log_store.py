"""Shared parts of an environment's log collections: one key, one way in, one sign-in."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.opensearchserverless_security_config import OpensearchserverlessSecurityConfig
from cdktf_cdktf_provider_aws.opensearchserverless_security_policy import OpensearchserverlessSecurityPolicy
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.models.environment.central_logging import EncryptionKey
from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier, plan_subnets
from config.models.service.egress import HTTPS
from modules.log_key import LogKey
from modules.logging.aoss_policy import encryption_policy, network_policy
from modules.logging.collection_generation import generation
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc


class LogStore(Construct):
    """Exposes `encryption` and `network`, the policies of all collections whose name begins with the environment's.

    Data goes through one VPC endpoint, which tasks and Grafana reach from the private subnets. A rule for each
    service's security group instead would end at the 60 rules that a group may have.
    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-vpc.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, vpc: Vpc, log_key: LogKey) -> None:
        super().__init__(scope, id_)
        logging, name, prefix = environment.logging, environment.logging_name, environment.collection("")
        own_key = logging.encryption_key is EncryptionKey.ENVIRONMENT
        self.encryption = OpensearchserverlessSecurityPolicy(
            self,
            "encryption",
            name=name,
            type="encryption",
            description=f"Log collections of {environment.name}",
            policy=encryption_policy(prefix, key_arn=log_key.arn if own_key else None),
        )
        self.security_group = SecurityGroup(
            self, "firewall", name=name, description="Who reads and writes logs", vpc=vpc
        )
        for subnet in plan_subnets(environment.network):
            if subnet.tier is Tier.PRIVATE:
                VpcSecurityGroupIngressRule(
                    self,
                    f"private-{subnet.zone}-in",
                    security_group_id=self.security_group.group.id,
                    description=f"Tasks in zone {subnet.zone} on {HTTPS}",
                    cidr_ipv4=subnet.cidr,
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                )
        endpoint_id = generation(logging.generation).vpc_endpoint(
            self,
            name=name,
            vpc_id=vpc.vpc.id,
            subnet_ids=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
            security_group_id=self.security_group.group.id,
        )
        self.network = OpensearchserverlessSecurityPolicy(
            self,
            "network",
            name=name,
            type="network",
            description=f"The way to the log collections of {environment.name}",
            policy=network_policy(prefix, endpoint_id=endpoint_id, public_dashboards=logging.dashboards == "public"),
        )
        if logging.saml and environment.saml_metadata:
            sign_in = OpensearchserverlessSecurityConfig(
                self,
                "saml",
                name=name,
                type="saml",
                description=f"Who reads logs of {environment.name}",
            )
            saml_options = {
                "metadata": environment.saml_metadata,
                "group_attribute": logging.saml.group_attribute,
                "user_attribute": logging.saml.user_attribute,
            }
            # The class of provider 5 wants one block, that of provider 6 a list; Terraform takes this for either.
            sign_in.add_override("saml_options", {key: value for key, value in saml_options.items() if value})
