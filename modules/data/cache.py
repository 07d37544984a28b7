"""A Valkey that belongs to one service: ElastiCache Serverless."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.elasticache_serverless_cache import (
    ElasticacheServerlessCache,
    ElasticacheServerlessCacheCacheUsageLimits,
    ElasticacheServerlessCacheCacheUsageLimitsDataStorage,
    ElasticacheServerlessCacheCacheUsageLimitsEcpuPerSecond,
)
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from config.models.service.aws.cache import Cache as Settings
from modules.encryption_key import EncryptionKey
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc

MAJOR_VERSION = "8"
# The second is for reads from replicas, of which a cluster's client hears by itself.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/set-up.html#elasticache-install-grant-access-VPN
PORT, READER_PORT = 6379, 6380


class Cache(Construct):
    """Encrypted at rest and, always, on the wire; closed until it is opened to a service's tasks.

    Exposes `variables` for the tasks that use it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: str,
        environment: Environment,
        vpc: Vpc,
        encryption_key: EncryptionKey,
        settings: Settings,
    ) -> None:
        super().__init__(scope, id_)
        name = environment.qualify(service)
        protected = settings.is_protected(environment.deletion_protection)
        self.security_group = SecurityGroup(
            self, "firewall", name=f"{name}-cache", description=f"Cache of {name}", vpc=vpc
        )
        self.cache = ElasticacheServerlessCache(
            self,
            "cache",
            name=name,
            description=f"Cache of {name}",
            engine="valkey",
            major_engine_version=MAJOR_VERSION,
            kms_key_id=encryption_key.arn,
            subnet_ids=[subnet.id for subnet in vpc.subnets[Tier.PRIVATE].values()],
            security_group_ids=[self.security_group.group.id],
            cache_usage_limits=[
                ElasticacheServerlessCacheCacheUsageLimits(
                    data_storage=[
                        ElasticacheServerlessCacheCacheUsageLimitsDataStorage(
                            maximum=settings.max_storage_gb, unit="GB"
                        )
                    ],
                    ecpu_per_second=[
                        ElasticacheServerlessCacheCacheUsageLimitsEcpuPerSecond(maximum=settings.max_ecpu_per_second)
                    ],
                )
            ],
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if protected else None,
        )
        host = self.cache.endpoint.get(0).address
        self.variables = {"CACHE_HOST": host, "CACHE_PORT": str(PORT), "CACHE_URL": f"rediss://{host}:{PORT}"}

    def allow_from(self, caller: SecurityGroup, *, scope: Construct, id_: str) -> None:
        """Let the caller's tasks connect; `scope` lies in the caller's stack."""
        for port in (PORT, READER_PORT):
            self.security_group.allow_from(caller, port, scope=scope, id_=f"{id_}-{port}")
