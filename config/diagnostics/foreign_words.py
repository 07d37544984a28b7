"""Words of Copilot, compose, ECS, Kubernetes and Terraform, and what this platform calls the thing."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from config.diagnostics.suggestions import similar
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.merge import Step

_SCALING = "write `scaling: {min_tasks: 2, max_tasks: 4}`"
_PROCESSOR = "write `architecture: arm64`, or x86_64"
_KIND = "write `kind: public-web`, internal, worker, scheduled-job or one-off"
_CHECK = "write `health_check:`, with `path:` for the load balancer or `command:` for ECS"
_CONFIG = "write `variables:`, and `secrets:` for what must not be read"
_DISK = "write `volumes: {files: {path: /srv/files}}`, or `buckets: {files: {}}`: a task's disk ends with the task"
_CALLS = "write `calls:` with the services that it reaches; the network follows"
_ALWAYS = "remove it: every deploy is rolling, and rolled back when it fails"
_REPLACED = "remove it: ECS replaces every task that ends"
_ADOPTED = "write `network.cidr`: the platform makes the VPC"
_CODES = 'write `matcher:`, such as "200-399"'

_OF_SERVICES = {
    "": {
        "type": _KIND,
        "count": _SCALING,
        "replicas": _SCALING,
        "desired_count": _SCALING,
        "desiredcount": _SCALING,
        "autoscaling": _SCALING,
        "instances": _SCALING,
        "memory": "write `memory_mib:`, in MiB",
        "mem_limit": "write `memory_mib:`, in MiB",
        "resources": "write `cpu:` and `memory_mib:`",
        "cpus": "write `cpu:`, 1024 for each",
        "platform": _PROCESSOR,
        "cpu_architecture": _PROCESSOR,
        "runtime_platform": _PROCESSOR,
        "healthcheck": _CHECK,
        "livenessprobe": _CHECK,
        "readinessprobe": _CHECK,
        "environment": _CONFIG,
        "env": _CONFIG,
        "env_file": _CONFIG,
        "envfrom": _CONFIG,
        "expose": "write `port:`, the one that it listens at, and others below `ports:`",
        "container_port": "write `port:`, the one that it listens at",
        "storage": _DISK,
        "mount_points": _DISK,
        "efs": _DISK,
        "ephemeral_storage": "write `ephemeral_gib:`, in GiB",
        "cap_drop": "write `drop_capabilities:`",
        "read_only": "write `read_only_root:`",
        "readonly_root_filesystem": "write `read_only_root:`",
        "readonlyrootfilesystem": "write `read_only_root:`",
        "security_context": "write `user:`, `read_only_root:` and `drop_capabilities:`",
        "init": "write `init_process:`",
        "containers": "write `sidecars:` for what stands beside the service's own",
        "network": _CALLS,
        "networks": _CALLS,
        "depends_on": _CALLS,
        "links": _CALLS,
        "security_groups": _CALLS,
        "deployment": _ALWAYS,
        "circuit_breaker": _ALWAYS,
        "strategy": _ALWAYS,
        "restart": _REPLACED,
        "restart_policy": _REPLACED,
        "build": "remove it, and build with `groundwork images publish --service NAME --context DIR`",
        "logging": "write `logs:`, or `logging:` in the environment's file",
        "args": "write `command:`",
        "cmd": "write `command:`",
        "ingress": "write `http: {host: shop, path: /}`",
        "alias": "write `http: {host: shop}`, under the environment's domain",
        "domain": "write `http: {host: shop}`, under the environment's domain",
        "iam": "write `permissions:`",
        "task_role_arn": "write `permissions:`",
        "policies": "write `permissions: {policies: […]}`",
        "redis": "write `cache: {}`",
        "cron": "write `schedule: {expression: cron(30 3 * * ? *)}`, with kind: scheduled-job",
        "tag": "remove it, and release with `groundwork release NAME TAG --environment ENV`",
        "spot": "write `spot_percent: 100`",
    },
    "health_check": {
        "test": "write `command:`",
        "retries": "write `unhealthy_threshold:`",
        "start_period": "write `grace_s:`",
        "startperiod": "write `grace_s:`",
        "grace_period": "write `grace_s:`",
        "initialdelayseconds": "write `grace_s:`",
        "periodseconds": "write `interval_s:`",
        "success_codes": _CODES,
        "codes": _CODES,
        "port": "remove it: the service's own `port:` is asked",
        "disable": "write `health_check: none`",
    },
    "http": {
        "alias": "write `host:`, one label under the environment's domain",
        "domain": "write `host:`, one label under the environment's domain",
        "healthcheck": "write `health_check:` beside `http:`",
        "target_port": "write `port:` beside `http:`",
        "paths": "write `path:`, one",
        "hosts": "write `host:`, one",
    },
    "scaling": {
        "range": "write `min_tasks:` and `max_tasks:`",
        "min": "write `min_tasks:`",
        "max": "write `max_tasks:`",
        "cpu_percentage": "write `cpu_percent:`",
        "memory_percentage": "write `memory_percent:`",
        "requests": "write `requests_per_task:`, a minute",
        "queue_delay": "write `messages_per_task:`",
    },
    "database": {
        "engine": "remove it: it is PostgreSQL, its version `engine_version:`",
        "version": "write `engine_version:`",
        "allocated_storage": "write `storage_gib:`",
        "instance_type": "write `instance_class:`",
        "password": "remove it: RDS makes it, and the task gets it as DATABASE_PASSWORD",
    },
    "schedule": {
        "cron": "write `expression: cron(30 3 * * ? *)`",
        "rate": "write `expression: rate(15 minutes)`",
        "tz": "write `timezone:`",
        "timeout": "write `timeout_minutes:` beside `schedule:`",
    },
}
_OF_ENVIRONMENTS = {
    "": {
        "account": "write `account_id:`",
        "vpc": "write `network:`",
        "certificate_arn": "remove it: the certificate for `domain:` is made and validated",
    },
    "network": {
        "vpc_id": _ADOPTED,
        "subnet_ids": _ADOPTED,
        "subnets": _ADOPTED,
        "cidr_block": "write `cidr:`",
        "nat_gateways": "write `nat: per-zone`, single or none",
    },
}

# By the section of the file in which a word stands; "" is its top.
FOREIGN_WORDS: dict[type[BaseModel], dict[str, dict[str, str]]] = {
    Service: _OF_SERVICES,
    Environment: _OF_ENVIRONMENTS,
}


def in_our_words(model: type[BaseModel], path: Sequence[Step]) -> str | None:
    """Return the fix for a word of another tool at the path; None for a word that none of them has."""
    section = ".".join(str(step) for step in path[:-1])
    return FOREIGN_WORDS.get(model, {}).get(section, {}).get(str(path[-1]).replace("-", "_").lower())


def is_there_otherwise(model: type[BaseModel], path: Sequence[Step], unknown: Sequence[Sequence[Step]]) -> bool:
    """Return whether a missing field is there by another word, or misspelt."""
    beside = [other for other in unknown if other[:-1] == path[:-1]]
    return any(
        similar(str(other[-1]), [str(path[-1])]) or f"`{path[-1]}:" in (in_our_words(model, other) or "")
        for other in beside
    )
