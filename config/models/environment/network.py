"""The network of an environment: its addresses, zones and ways out."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from config.models.nat import Nat, NatInstance
from config.models.settings import LogRetentionDays, Mistake, Settings, in_words, refuse

# Below /21 the public subnets (1/64 of the VPC each) have no room for a load balancer, which wants a /27.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer
LARGEST_VPC_PREFIX, SMALLEST_VPC_PREFIX = 16, 21


class FlowLogDestination(StrEnum):
    """The store of the record of connections."""

    S3 = "s3"
    CLOUDWATCH = "cloudwatch"


class InterfaceEndpoint(StrEnum):
    """An AWS service reached without leaving the VPC; each costs an hourly fee per zone."""

    APS_WORKSPACES = "aps-workspaces"
    BEDROCK_RUNTIME = "bedrock-runtime"
    EC2 = "ec2"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    ECS = "ecs"
    ECS_AGENT = "ecs-agent"
    ECS_TELEMETRY = "ecs-telemetry"
    EMAIL = "email"
    EVENTS = "events"
    KINESIS_FIREHOSE = "kinesis-firehose"
    KINESIS_STREAMS = "kinesis-streams"
    KMS = "kms"
    LAMBDA = "lambda"
    LOGS = "logs"
    MONITORING = "monitoring"
    SECRETS_MANAGER = "secretsmanager"
    SNS = "sns"
    SQS = "sqs"
    SSM = "ssm"
    SSM_MESSAGES = "ssmmessages"
    STATES = "states"
    STS = "sts"
    TAGGING = "tagging"
    XRAY = "xray"


# What no environment does without: images and logs, the passwords of databases and of Grafana, the instance with
# Prometheus' disk, and what Prometheus, Alertmanager and the CloudWatch exporter ask. Each costs about 24 $ a month in
# three zones.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
ENDPOINTS_WITHOUT_NAT = frozenset(
    {
        InterfaceEndpoint.EC2,
        InterfaceEndpoint.ECR_API,
        InterfaceEndpoint.ECR_DKR,
        InterfaceEndpoint.ECS,
        InterfaceEndpoint.ECS_AGENT,
        InterfaceEndpoint.ECS_TELEMETRY,
        InterfaceEndpoint.LOGS,
        InterfaceEndpoint.MONITORING,
        InterfaceEndpoint.SECRETS_MANAGER,
        InterfaceEndpoint.SNS,
        InterfaceEndpoint.STS,
        InterfaceEndpoint.TAGGING,
    }
)
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
ENDPOINTS_OF_A_SHELL = frozenset({InterfaceEndpoint.KMS, InterfaceEndpoint.SSM_MESSAGES})
# https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
ENDPOINTS_OF_SESSION_MANAGER = frozenset({InterfaceEndpoint.SSM, InterfaceEndpoint.SSM_MESSAGES})


ZoneLetter = Annotated[str, StringConstraints(pattern=r"^[a-z]$"), in_words("one letter, such as a")]


# ipaddress.is_private also holds ranges that no VPC may use, such as 127.0.0.0/8.
PRIVATE_RANGES = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def _private_and_large_enough(cidr: IPv4Network) -> IPv4Network:
    if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
        raise refuse(
            Mistake(
                message="a VPC needs private addresses",
                allowed=f"inside {', '.join(map(str, PRIVATE_RANGES))}",
            )
        )
    if not LARGEST_VPC_PREFIX <= cidr.prefixlen <= SMALLEST_VPC_PREFIX:
        small = cidr.prefixlen > SMALLEST_VPC_PREFIX
        fault = "too small for nine subnets" if small else "larger than a VPC may be"
        nearest = SMALLEST_VPC_PREFIX if small else LARGEST_VPC_PREFIX
        raise refuse(
            Mistake(
                message=f"/{cidr.prefixlen} is {fault}",
                allowed=f"/{LARGEST_VPC_PREFIX} to /{SMALLEST_VPC_PREFIX}",
                fix=f"write {IPv4Network((cidr.network_address, nearest), strict=False)}",
            )
        )
    return cidr


class Network(Settings):
    """One VPC over three availability zones, or two."""

    cidr: Annotated[IPv4Network, AfterValidator(_private_and_large_enough)] = Field(
        description="The VPC's addresses, /16 to /21; no two environments may overlap."
    )
    zones: tuple[ZoneLetter, ...] = Field(
        default=("a", "b", "c"),
        min_length=2,
        max_length=3,
        description="The letters of its availability zones in the region, three or two. A third one added behind them "
        "moves nothing; two keep half of the tasks when one fails.",
    )
    nat: Nat = Field(
        default=Nat.PER_ZONE,
        description="per-zone: one NAT gateway each (survives a zone); single: one for all (cheaper); "
        "instance-per-zone, instance: an EC2 instance each or for all in place of the gateway (cheapest; what calls "
        "outside waits for minutes when it is replaced); "
        "none: no way out, AWS is reached through interface_endpoints alone.",
    )
    nat_instance: NatInstance = Field(
        default=NatInstance(), description="Its size, with nat: instance or instance-per-zone."
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        default=(), description="AWS services reached privately, without NAT."
    )
    flow_logs: FlowLogDestination = Field(
        default=FlowLogDestination.S3,
        description="Where every connection is recorded. s3: files in a bucket; cloudwatch: a log group, searched at "
        "once and twice as dear. Another value starts anew and deletes the record so far.",
    )
    flow_log_retention_days: LogRetentionDays = Field(
        default=90, description="How long the record of accepted and rejected connections is kept."
    )

    @property
    def nat_zones(self) -> tuple[str, ...]:
        """The zones that have a NAT gateway or a NAT instance."""
        if self.nat is Nat.NONE:
            return ()
        return self.zones if self.nat.is_in_every_zone else self.zones[:1]

    def mistakes(self) -> Iterator[Mistake]:
        """Zones differ, and without NAT everything must still reach what it asks of AWS."""
        if len(set(self.zones)) != len(self.zones):
            yield Mistake(field="zones", message="the zones must differ", fix='write ["a", "b", "c"]')
        missing = sorted(ENDPOINTS_WITHOUT_NAT - set(self.interface_endpoints))
        if self.nat is Nat.NONE and missing:
            yield Mistake(
                field="interface_endpoints",
                message=f"with nat: none the platform does not work without {', '.join(missing)}",
                fix=f"add {', '.join(missing)} here, or choose nat: single",
                because=("nat",),
            )
        if "nat_instance" in self.model_fields_set and not self.nat.has_instances:
            yield Mistake(
                field="nat_instance",
                message=f"with nat: {self.nat} there is no NAT instance",
                fix="remove it, or choose nat: instance",
                because=("nat",),
            )
