"""AWS services reached without leaving the VPC."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.models.environment.network import Network
from config.models.environment.subnets import Tier
from modules.network.vpc import Vpc

HTTPS = 443
GATEWAYS = ("dynamodb", "s3")


class VpcEndpoints(Construct):
    """S3 and DynamoDB by a gateway (free, so always; ECR has its layers in S3), others by an interface in each zone."""

    def __init__(self, scope: Construct, id_: str, *, name: str, region: str, vpc: Vpc, settings: Network) -> None:
        super().__init__(scope, id_)
        for service in GATEWAYS:
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc.vpc.id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in vpc.private_route_tables],
                tags={"Name": f"{name}-{service}"},
            )
        if not settings.interface_endpoints:
            return
        security_group = SecurityGroup(
            self,
            "firewall",
            name=f"{name}-endpoints",
            description="Interface endpoints: HTTPS from inside the VPC",
            vpc_id=vpc.vpc.id,
            tags={"Name": f"{name}-endpoints"},
        )
        VpcSecurityGroupIngressRule(
            self,
            "https-from-vpc",
            security_group_id=security_group.id,
            description="HTTPS from inside the VPC",
            cidr_ipv4=str(settings.cidr),
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )
        for interface in sorted(settings.interface_endpoints):
            VpcEndpoint(
                self,
                interface.value.replace(".", "-"),
                vpc_id=vpc.vpc.id,
                service_name=f"com.amazonaws.{region}.{interface}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
                security_group_ids=[security_group.id],
                tags={"Name": f"{name}-{interface}"},
            )
