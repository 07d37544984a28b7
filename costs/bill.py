"""The bill of one environment: every line, and what each service adds to what all share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from config.loader.platform import Deployment
from costs.facts import Facts
from costs.formulas import compute, data, edge, images, logs, monitoring, network
from costs.free import FREE
from costs.inventory import Code, read_inventory
from costs.line import Line, missing_prices
from costs.price_list import PriceList

Formula = Callable[[Facts], Iterator[Line]]

FORMULAS: Mapping[Formula, tuple[str, ...]] = {
    network.nat_gateways: ("aws_nat_gateway",),
    network.nat_instances: ("aws_instance",),
    network.public_addresses: ("aws_eip",),
    network.between_zones: ("aws_vpc",),
    network.endpoints: ("aws_vpc_endpoint", "aws_opensearchserverless_vpc_endpoint"),
    network.flow_logs: ("aws_flow_log",),
    edge.load_balancers: ("aws_lb", "aws_lb_target_group"),
    edge.firewalls: ("aws_wafv2_web_acl",),
    edge.data_to_the_internet: (),
    edge.accelerators: ("aws_globalaccelerator_accelerator",),
    edge.zones: ("aws_route53_zone", "aws_service_discovery_private_dns_namespace"),
    edge.access_logs: (),
    compute.services: ("aws_ecs_service", "aws_ecs_task_definition"),
    compute.jobs: ("aws_scheduler_schedule",),
    compute.instances: ("aws_autoscaling_group", "aws_ebs_volume", "aws_dlm_lifecycle_policy"),
    compute.functions: ("aws_lambda_function",),
    data.databases: ("aws_db_instance",),
    data.secrets: ("aws_secretsmanager_secret",),
    data.keys: ("aws_kms_key",),
    images.images: ("aws_ecr_repository",),
    data.buckets: ("aws_s3_bucket",),
    data.queues: ("aws_sqs_queue",),
    data.topics: ("aws_sns_topic",),
    data.caches: ("aws_elasticache_serverless_cache",),
    data.tables: ("aws_dynamodb_table",),
    data.file_systems: ("aws_efs_file_system",),
    data.backups: ("aws_backup_vault",),
    logs.collections: ("aws_opensearchserverless_collection",),
    logs.log_groups: ("aws_cloudwatch_log_group",),
    monitoring.container_insights: ("aws_ecs_cluster",),
    monitoring.alarms: (
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_metric_alarm",
        "aws_appautoscaling_policy",
        "aws_ecs_capacity_provider",
    ),
    monitoring.exporter: (),
    monitoring.sent_samples: ("aws_prometheus_workspace",),
}
"""Each formula, and the resource types of which it makes lines."""

PRICED = frozenset(type_ for types in FORMULAS.values() for type_ in types)


@dataclass(frozen=True)
class Bill:
    """The bill of one environment a month, in US dollars."""

    facts: Facts
    lines: tuple[Line, ...]

    @property
    def environment(self) -> str:
        """The environment's name."""
        return self.facts.inventory.environment

    @property
    def usd(self) -> float:
        """All lines that have a price."""
        return sum(line.usd or 0 for line in self.lines)

    @property
    def least(self) -> float:
        """With every service at its fewest tasks."""
        return sum(line.least or 0 for line in self.lines)

    @property
    def most(self) -> float:
        """With everything at its ceiling."""
        return sum(line.most or 0 for line in self.lines)

    @property
    def owners(self) -> tuple[str, ...]:
        """The services that have lines, in order of the alphabet."""
        return tuple(sorted({line.owner for line in self.lines} - {""}))

    def part(self, owner: str) -> tuple[Line, ...]:
        """Return the lines of one service, or with "" of what all share; the largest first."""
        its = [line for line in self.lines if line.owner == owner]
        return tuple(sorted(its, key=lambda line: (-(line.usd or 0), line.item)))

    def sum_of(self, owner: str) -> float:
        """Return what a service adds."""
        return sum(line.usd or 0 for line in self.part(owner))

    @property
    def missing(self) -> tuple[str, ...]:
        """The prices that the region's file does not have."""
        return missing_prices(self.lines)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The resources that no line has, although their type is not free."""
        covered = {address for line in self.lines for address in line.resources}
        resources = self.facts.inventory.resources
        return tuple(one.address for one in resources if one.type not in FREE and one.address not in covered)


def make_bill(facts: Facts) -> Bill:
    """Apply every formula."""
    return Bill(facts, tuple(line for formula in FORMULAS for line in formula(facts)))


def environment_facts(deployment: Deployment, code: Code, prices: PriceList) -> Facts:
    """Return the facts of an environment: its YAML has the usage and the ceilings, the synthesized code all else."""
    environment = deployment.environment
    services = [service.name for service in deployment.services]
    logging = environment.logging
    return Facts(
        inventory=read_inventory(environment.name, code, services),
        usage=environment.usage,
        prices=prices,
        most_ocu=logging.max_indexing_ocu + logging.max_search_ocu,
    )


def shared_facts(deployment: Deployment, code: Code, prices: PriceList) -> Facts:
    """Return the facts of what all environments share: the images."""
    return Facts(read_inventory("shared", code, ()), deployment.environment.usage, prices)
