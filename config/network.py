"""The network of an environment: its addresses, zones and ways out."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.settings import LogRetentionDays, Settings

# Below /21 the public subnets (1/64 of the VPC each) have no room for a load balancer, which wants a /27.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
LARGEST_VPC_PREFIX, SMALLEST_VPC_PREFIX = 16, 21


class Nat(StrEnum):
    """How private subnets reach the internet."""

    PER_ZONE = "per-zone"
    SINGLE = "single"
    NONE = "none"


class InterfaceEndpoint(StrEnum):
    """An AWS service reached without leaving the VPC; each costs an hourly fee per zone."""

    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    ECS = "ecs"
    ECS_AGENT = "ecs-agent"
    ECS_TELEMETRY = "ecs-telemetry"
    KMS = "kms"
    LOGS = "logs"
    MONITORING = "monitoring"
    SECRETS_MANAGER = "secretsmanager"
    SNS = "sns"
    SQS = "sqs"
    SSM = "ssm"
    SSM_MESSAGES = "ssmmessages"
    STS = "sts"


# What a Fargate task cannot start without.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
ENDPOINTS_WITHOUT_NAT = frozenset({InterfaceEndpoint.ECR_API, InterfaceEndpoint.ECR_DKR, InterfaceEndpoint.LOGS})


def _private_and_large_enough(cidr: IPv4Network) -> IPv4Network:
    if not cidr.is_private:
        raise ValueError("the VPC needs private addresses: inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    if not LARGEST_VPC_PREFIX <= cidr.prefixlen <= SMALLEST_VPC_PREFIX:
        raise ValueError(
            f"the VPC must be between /{LARGEST_VPC_PREFIX} and /{SMALLEST_VPC_PREFIX} to hold nine subnets"
        )
    return cidr


class Network(Settings):
    """One VPC over three zones."""

    cidr: Annotated[IPv4Network, AfterValidator(_private_and_large_enough)] = Field(
        description="The VPC's addresses, /16 to /21; no two environments may overlap."
    )
    zones: tuple[str, str, str] = Field(
        default=("a", "b", "c"), description="The letters of the three availability zones in the region."
    )
    nat: Nat = Field(
        default=Nat.PER_ZONE,
        description="per-zone: one NAT gateway each (survives a zone); single: one for all (cheaper); "
        "none: no way out, AWS is reached through interface_endpoints alone.",
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        default=(), description="AWS services reached privately, without NAT."
    )
    flow_log_retention_days: LogRetentionDays = Field(
        default=90, description="How long the record of accepted and rejected connections is kept."
    )

    @model_validator(mode="after")
    def _zones_differ(self) -> Self:
        if len(set(self.zones)) != len(self.zones):
            raise ValueError("zones: the three letters must differ")
        return self

    @model_validator(mode="after")
    def _tasks_can_start_without_nat(self) -> Self:
        missing = sorted(ENDPOINTS_WITHOUT_NAT - set(self.interface_endpoints))
        if self.nat is Nat.NONE and missing:
            raise ValueError(f"nat: none leaves tasks unable to start without interface_endpoints {', '.join(missing)}")
        return self
