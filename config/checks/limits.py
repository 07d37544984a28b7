"""Limits of AWS that a service or an environment may pass, counted before anything is deployed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from config.models.environment.environment import Environment
from config.models.environment.secret_sources import secret_sources
from config.models.service.container.ports import called_service
from config.models.service.relations import database_owner
from config.models.service.routing.public_metrics import rules_of
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role together
ROLE_POLICY = 10_240
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
TASK_DEFINITION_BYTES = 65_536
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html: each way by itself
RULES_OF_A_GROUP = 60
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
ROUTES, LISTENER_RULES, CERTIFICATES = 100, 100, 25
"""Target groups of a load balancer, rules of its listener and certificates beside its first one."""
_OF_GRAFANA = 2
"""The listener rules of Grafana: its own, and the one that hides its metrics."""

# What the platform itself needs, rounded up: the pull and the log; the database's login; the containers beside.
_START_TASKS, _LOGIN, _BESIDE, _KEY = 1_300, 700, 6_000, 400
_SUFFIX = len("-AbCdEf")  # which Secrets Manager puts behind each name
_SCRAPED, _HTTPS, _CACHE = 3, 1, 2
_ROLES_AND_EXPORTER = 2
"""Tasks of the platform that connect to a database."""


def limit_conflicts(
    environment: Located[Environment], services: Sequence[Located[Service]], *, share: float = 1
) -> Iterator[Problem]:
    """Find each limit of which more than a share is used, with the number that it comes to."""
    everything = [written.settings for written in services]
    callers = Counter(called_service(call) for service in everything for call in service.calls)
    logins = Counter(database_owner(service, everything) for service in everything)
    for written in services:
        yield from _own(environment.settings, written, share)
        service = written.settings
        inbound = callers[service.name] + _SCRAPED
        if inbound > RULES_OF_A_GROUP * share:
            yield written.problem(
                "name",
                message=f"{callers[service.name]} services call it, which comes to {inbound} inbound rules of its "
                f"security group; AWS takes {RULES_OF_A_GROUP}",
                allowed=f"up to {RULES_OF_A_GROUP - _SCRAPED} callers",
                fix="let some of them call it through a service between them, or through the load balancer",
            )
        if service.own_database and logins[service.name] + _ROLES_AND_EXPORTER > RULES_OF_A_GROUP * share:
            yield written.problem(
                "database",
                message=f"database: {logins[service.name]} services use it; the security group of a database takes "
                f"{RULES_OF_A_GROUP} inbound rules",
                allowed=f"up to {RULES_OF_A_GROUP - _ROLES_AND_EXPORTER} services",
                fix="give some of them a database of their own",
            )
    routed = [written for written in services if written.settings.route]
    if len(routed) + 1 > ROUTES * share:
        yield routed[-1].problem(
            "kind",
            message=f"kind: {len(routed)} services and Grafana are routed to; a load balancer has {ROUTES} groups",
            allowed=f"up to {ROUTES - 1} services of kind public-web",
            fix="let one of them route to others by its own paths, or ask AWS for more and raise ROUTES in "
            "config/checks/limits.py",
        )
    rules = {written.settings.name: len(rules_of(written.settings)) for written in routed}
    if sum(rules.values()) + _OF_GRAFANA > LISTENER_RULES * share:
        most = max(routed, key=lambda written: rules[written.settings.name])
        yield most.problem(
            "http",
            "kind",
            message=f"http: with {rules[most.settings.name]} of this service it comes to "
            f"{sum(rules.values()) + _OF_GRAFANA} listener rules; a load balancer has {LISTENER_RULES}",
            allowed="5 hosts and paths of one depth in a rule, /api being two of them; one rule for each redirect",
            fix="let the service itself tell its paths apart and redirect, or ask AWS for more and raise "
            "LISTENER_RULES in config/checks/limits.py",
        )
    if len(domains := environment.settings.edge.domains) > CERTIFICATES * share:
        yield environment.problem(
            "edge.domains",
            message=f"edge.domains: {len(domains)} domains have a certificate each; a load balancer takes "
            f"{CERTIFICATES} beside the environment's own",
            allowed=f"up to {CERTIFICATES} domains",
            fix="redirect some of them where their DNS is kept, or ask AWS for more and raise CERTIFICATES in "
            "config/checks/limits.py",
        )


def _own(environment: Environment, written: Located[Service], share: float) -> Iterator[Problem]:
    service = written.settings
    sources = secret_sources(environment, service)
    arn = f"arn:aws:secretsmanager:{environment.region}:{environment.account_id}:secret:"
    places = {source.arn or f"{arn}{source.place}{'-' * _SUFFIX}" for source in sources}
    listed = sum(len(f'"{place}",') for place in places)
    keys = {source.kms_key for source in sources if source.kms_key}
    listed += len(keys) * _KEY + sum(len(f'"{source.arn or source.place}",') for source in sources if source.kms_key)
    policy = _START_TASKS + listed + (_LOGIN if service.database else 0)
    if policy > ROLE_POLICY * share:
        yield written.problem(
            "secrets",
            message=f"secrets: {len(places)} secrets come to a policy of about {policy} characters; a role takes "
            f"{ROLE_POLICY}",
            allowed=f"about {len(places) * (ROLE_POLICY - _START_TASKS) // listed} secrets of such names",
            fix="keep several values in one secret, or what is no secret under `variables:`",
        )
    outbound = _HTTPS + len(service.egress_ports) + len(service.calls) + (1 if service.database else 0)
    outbound += len(service.volumes) + (_CACHE if service.cache else 0)
    if outbound > RULES_OF_A_GROUP * share:
        yield written.problem(
            "calls",
            message=f"calls: with {len(service.calls)} services it comes to {outbound} outbound rules of its security "
            f"group; AWS takes {RULES_OF_A_GROUP}",
            allowed=f"up to {RULES_OF_A_GROUP - outbound + len(service.calls)} services",
            fix="let a service between them call some of these",
        )
    told = [{"name": name, "value": value} for name, value in service.variables.items()]
    read = [
        {"name": source.variable, "valueFrom": f"{source.arn or arn + source.place}:{source.key}::"}
        for source in sources
    ]
    beside = [its.model_dump(mode="json", exclude={"secrets"}) for its in service.sidecars.values()]
    held = [told, read, beside, service.entrypoint, service.command, service.health_check.command]
    size = _BESIDE + len(json.dumps(held).encode())
    if size > TASK_DEFINITION_BYTES * share:
        largest = max(("variables", told), ("secrets", read), ("command", service.command), key=_length)[0]
        yield written.problem(
            largest,
            "command",
            message=f"{largest}: the task definition comes to about {size} bytes; ECS takes {TASK_DEFINITION_BYTES}",
            allowed=f"up to {TASK_DEFINITION_BYTES - _BESIDE} bytes in variables, secrets and commands together",
            fix="put long texts into the image, or into a secret or file that the code reads",
        )


def _length(named: tuple[str, object]) -> int:
    return len(json.dumps(named[1]))
