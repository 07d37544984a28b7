"""One environment: the account, the network and the sizes that make dev, staging and prod differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from config.models.data.backups import Backups
from config.models.data.database import Database, Databases
from config.models.data.password_rotation import rotation_mistakes
from config.models.delivery import Delivery
from config.models.deploy_target import AccountId, DeployTarget, Region
from config.models.environment.budget import Budget
from config.models.environment.central_logging import INFREQUENT, LOG_GROUP, CentralLogging
from config.models.environment.dns_record import APEX, DnsName
from config.models.environment.ec2 import Cluster
from config.models.environment.edge import Edge, ZoneBelow, domain_mistakes
from config.models.environment.monitoring import Monitoring
from config.models.environment.network import Network
from config.models.environment.office_hours import OfficeHours
from config.models.environment.previews import Previews
from config.models.environment.usage import Usage
from config.models.service.logs import LogClass
from config.models.service.routing.conditions import ANY_HOST
from config.models.service.service import Service
from config.models.settings import Mistake

NAMESPACE = "app.local"
UNRELEASED = "unreleased"  # named by the task definition of a service without a release; no task runs it

# What two environments can never have in common; all else may stand in environments/shared.yaml.
OWN_FIELDS = ("domain", "network.cidr")


class Environment(DeployTarget):
    """An environment as environments/shared.yaml and environments/<name>.yaml together describe it."""

    injected: ClassVar[dict[str, str]] = {
        "name": "the file's name",
        "saml_metadata": "the file that logging.saml.metadata_file names",
        "zones_below": "the domains of the other environments",
        "zone_above": "the domains of the other environments",
    }

    domain: DnsName = Field(description="Public services live under it: <host>.<domain>.")
    registry_account_id: AccountId | None = Field(
        default=None, description="The account whose ECR holds the images; by default the environment's own."
    )
    registry_region: Region | None = Field(default=None, description="The region of that ECR; by default the own one.")
    registry_unreleased_days: int = Field(default=30, ge=30, le=3650, description="Days an unreleased image is kept.")
    deletion_protection: bool = Field(default=True, description="Refuse to delete what customers' data depends on.")
    network: Network
    edge: Edge = Edge()
    cluster: Cluster = Cluster()
    databases: Databases = Databases()
    backups: Backups | None = Field(default=None, description="Backs up databases and volumes beyond the instance.")
    logging: CentralLogging = CentralLogging()
    monitoring: Monitoring = Monitoring()
    office_hours: OfficeHours | None = Field(
        default=None, description="When services, databases and monitoring run; without it always."
    )
    previews: Previews | None = Field(default=None, description="Allows `groundwork preview`; without it never.")
    budget: Budget | None = Field(default=None, description="Warns before the month gets too expensive.")
    usage: Usage = Field(default=Usage(), description="What it is expected to use, for `groundwork cost`.")
    saml_metadata: str | None = Field(
        default=None, description="What the identity provider's metadata file holds; not written in the YAML."
    )
    zones_below: tuple[ZoneBelow, ...] = Field(default=(), description="Other environments' parts of the domain.")
    zone_above: str | None = Field(default=None, description="The environment that makes the zone above the domain.")
    delivery: Delivery | None = Field(
        default=None, description="Lets GitHub's workflows deploy, by roles of their own and without a stored key."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """Refuse what the sections say against each other."""
        yield from super().mistakes()
        yield from self.edge.undecided()
        yield from self.cluster.ec2.mistakes_in(self.network)
        yield from self.cluster.ec2.mistakes_about(self.monitoring.memory_mib)
        if self.image_region != self.region and not self.network.nat_zones:
            yield Mistake(
                field="registry_region",
                message=f"with nat: none images are reached by endpoints, which lead to {self.region} alone",
                allowed=self.region,
                fix="write another `network.nat:`, or remove it",
                because=("network.nat",),
            )
        yield from self.logging.foreign_roles(self.account_id)
        if self.backups:
            yield from self.backups.mistakes_in(self.region, nights_off=self.database_hours is not None)
        yield from domain_mistakes(self.domain, self.edge.domains)
        yield from rotation_mistakes(self.database_hours, self.databases.password_rotation)

    @property
    def database_hours(self) -> OfficeHours | None:
        """The hours of databases: longer than those of the services, which need them; None for always."""
        return self.office_hours.around if self.office_hours and self.office_hours.databases else None

    @property
    def monitoring_hours(self) -> OfficeHours | None:
        """The hours of Prometheus and what stands beside it; None for always."""
        return self.office_hours.around if self.office_hours and self.office_hours.monitoring else None

    @property
    def ec2_zones(self) -> tuple[str, ...]:
        """The zones of the instances with a disk: one for each replica of Prometheus."""
        first = self.cluster.ec2.zone or self.network.zones[0]
        others = (zone for zone in self.network.zones if zone != first)
        return (first, *others)[: self.monitoring.replicas]

    def image(self, service: Service) -> str:
        """Return the image that a service runs here: its own choice, or its repository at its release."""
        return service.public_image or f"{self.registry}/{service.repository}:{service.release or UNRELEASED}"

    def secret_name(self, service: str, name: str) -> str:
        """Return the name of a service's secret in Secrets Manager."""
        return f"{self.name}/{service}/{name}"

    def spot_percent(self, service: Service) -> int:
        """Return the share of a service's tasks on Fargate Spot."""
        return self.cluster.spot_percent if service.spot_percent is None else service.spot_percent

    def log_group(self, service: str, log_class: LogClass | None = None) -> str:
        """Return the CloudWatch log group of a service: all of its log, or what its log router and its deploys need."""
        group = LOG_GROUP.format(environment=self.name, service=service)
        return group + INFREQUENT if log_class is LogClass.INFREQUENT_ACCESS else group

    def collection(self, service: str) -> str:
        """Return the collection of a service's log, and the name of its policies: 9 + 1 + 22 of 32 characters."""
        return self.qualify(service)

    @property
    def logging_name(self) -> str:
        """The name of what the log collections share: policies, VPC endpoint, security group, SAML provider."""
        return self.qualify("logging")

    @property
    def saml_principals(self) -> tuple[str, ...]:
        """The groups of the identity provider that may read logs, as data access policies name them."""
        groups = self.logging.saml.reader_groups if self.logging.saml else ()
        return tuple(f"saml/{self.account_id}/{self.logging_name}/group/{group}" for group in groups)

    def task_role(self, service: str) -> str:
        """Return the IAM role that a service's code acts as."""
        return f"{self.qualify(service)}-task"

    def task_role_arn(self, service: str) -> str:
        """Its ARN, for policies that are there before the role is."""
        return f"arn:aws:iam::{self.account_id}:role/{self.task_role(service)}"

    def repository_arn(self, repository: str) -> str:
        """Return the ECR repository that holds the images of a service."""
        return f"arn:aws:ecr:{self.image_region}:{self.registry_account}:repository/{repository}"

    def database(self, settings: Database) -> Databases:
        """Return the size and the protection of a service's database here."""
        sized = settings.sized(self.databases)
        if sized.deletion_protection is None:
            return sized.model_copy(update={"deletion_protection": self.deletion_protection})
        return sized

    @property
    def registry_account(self) -> str:
        """The account whose ECR holds the images."""
        return self.registry_account_id or self.account_id

    @property
    def image_region(self) -> str:
        """The region whose ECR holds the images; another one costs their transfer at each start of a task."""
        return self.registry_region or self.region

    @property
    def registry(self) -> str:
        """The registry that every image is pulled from."""
        return f"{self.registry_account}.dkr.ecr.{self.image_region}.amazonaws.com"

    @property
    def alerts_topic(self) -> str:
        """The SNS topic that every alert is sent to."""
        return self.qualify("alerts")

    @property
    def alerts_topic_arn(self) -> str:
        """The ARN of the alert topic, computed because images are rendered before the topic exists."""
        return f"arn:aws:sns:{self.region}:{self.account_id}:{self.alerts_topic}"

    def hostname(self, host: str) -> str:
        """Return the whole name of a host, as the YAML has it: a label, @ or a domain."""
        if host == APEX:
            return self.domain
        return host if "." in host else f"{host}.{self.domain}"

    def hostnames(self, hosts: Sequence[str]) -> tuple[str, ...]:
        """Return the whole names of hosts; none where any host is meant."""
        return () if ANY_HOST in hosts else tuple(self.hostname(host) for host in hosts)
