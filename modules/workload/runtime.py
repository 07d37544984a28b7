"""Handles of an environment that all its ECS tasks run in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace

from config.models.environment.environment import Environment
from modules.ecs.cluster import EcsCluster
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from modules.rollouts.function import RolloutFunction


@dataclass(frozen=True, kw_only=True)
class EcsRuntime:
    """Handles that every stack with tasks needs together.

    `scraper` is Prometheus' security group, `rollouts` waits for rollouts and runs pre-deploy tasks, and `image_tags`
    has the tag of each platform image by its name.
    """

    environment: Environment
    vpc: Vpc
    log_key: LogKey
    encryption_key: EncryptionKey
    cluster: EcsCluster
    namespace: ServiceDiscoveryPrivateDnsNamespace
    scraper: SecurityGroup
    rollouts: RolloutFunction
    image_tags: Mapping[str, str]
