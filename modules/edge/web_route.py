"""The route from the load balancer to a public service."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
    LbListenerRuleActionRedirect,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
    LbListenerRuleConditionSourceIp,
)
from cdktf_cdktf_provider_aws.lb_target_group import (
    LbTargetGroup,
    LbTargetGroupHealthCheck,
    LbTargetGroupStickiness,
)
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.health_check import HealthCheck
from config.models.service.http import Http
from config.models.service.routing.conditions import Conditions
from config.models.service.routing.listener_rules import ListenerRule, listener_rules, redirect_rules
from config.models.service.routing.redirect import Redirect
from config.models.service.target_group import CODES
from modules.checkov import skip
from modules.edge.load_balancer import HTTP, HTTPS, LoadBalancer
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc


class WebRoute(Construct):
    """A target group for the service's tasks, the listener rules for its hosts and paths, and its redirects.

    What is `hidden`, its metrics, is answered with 404 instead: Prometheus reads it past the load balancer. Tasks join
    with `firewall` once what is `needed` is there: another port has another, and tasks on the old one keep theirs until
    the last of them has gone (docs/adr/0032).

    The group's own port is never used, ECS registers each task with its container's; so it is constant, and a
    change of the service's port replaces nothing.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        vpc: Vpc,
        load_balancer: LoadBalancer,
        environment: Environment,
        port: int,
        settings: Http,
        health_check: HealthCheck,
        hidden: Conditions | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.target_group = LbTargetGroup(
            self,
            "target-group",
            name=name,
            target_type="ip",
            vpc_id=vpc.vpc.id,
            protocol="HTTP",
            port=HTTP,
            protocol_version=None if settings.protocol == "http1" else settings.protocol.upper(),
            deregistration_delay=str(settings.drain_s),
            slow_start=settings.slow_start_s,
            stickiness=LbTargetGroupStickiness(type="lb_cookie", cookie_duration=settings.sticky_s)
            if settings.sticky_s
            else None,
            health_check=LbTargetGroupHealthCheck(
                path=health_check.path,
                port="traffic-port",
                protocol="HTTP",
                matcher=health_check.matcher or str(CODES[settings.protocol][0]),
                interval=health_check.interval_s,
                timeout=health_check.timeout_s,
                healthy_threshold=health_check.healthy_threshold,
                unhealthy_threshold=health_check.unhealthy_threshold,
            ),
        )
        skip(
            self.target_group,
            "CKV_AWS_378",
            "TLS ends at the load balancer; behind it nobody but the load balancer reaches the port.",
        )
        self._environment, self._load_balancer = environment, load_balancer
        forward = LbListenerRuleAction(type="forward", target_group_arn=self.target_group.arn)
        self.firewall = SecurityGroup(
            self,
            "firewall",
            name=f"{name}-{port}",
            description=f"The load balancer on {port}",
            vpc=vpc,
            replaceable=True,
        )
        way_in = self.firewall.allow_from(load_balancer.security_group, port, scope=scope, id_="load-balancer")
        self.needed: list[ITerraformDependable] = [
            way_in,
            *self._add("rule", listener_rules(service, settings), forward, name=name, sources=settings.allowed_cidrs),
        ]
        if hidden:
            self._add("metrics", listener_rules(service, hidden), _not_found(), name=f"{name}-metrics")
        for redirect, rule in redirect_rules(service, settings):
            self._add(f"redirect-{rule.key}", [rule], self._redirect(redirect), name=name)
        self.requests_label = f"{load_balancer.load_balancer.arn_suffix}/{self.target_group.arn_suffix}"

    def _add(
        self,
        id_: str,
        rules: Sequence[ListenerRule],
        action: LbListenerRuleAction,
        *,
        name: str,
        sources: Sequence[IPv4Network] = (),
    ) -> list[LbListenerRule]:
        """Add rules, the first under the id alone: hosts and paths that are appended change it where it is."""
        added: list[LbListenerRule] = []
        source = LbListenerRuleConditionSourceIp(values=[str(cidr) for cidr in sources])
        for rule in rules:
            paths = LbListenerRuleConditionPathPattern(values=list(rule.patterns))
            hosts = LbListenerRuleConditionHostHeader(values=list(self._environment.hostnames(rule.hosts)))
            added.append(
                LbListenerRule(
                    self,
                    f"{id_}-{rule.key}" if added else id_,
                    listener_arn=self._load_balancer.listener.arn,
                    priority=rule.priority,
                    condition=[
                        *([LbListenerRuleCondition(host_header=hosts)] if rule.hosts else []),
                        LbListenerRuleCondition(path_pattern=paths),
                        *([LbListenerRuleCondition(source_ip=source)] if sources else []),
                    ],
                    action=[action],
                    tags={"Name": name},
                )
            )
        return added

    def _redirect(self, redirect: Redirect) -> LbListenerRuleAction:
        to = LbListenerRuleActionRedirect(
            protocol="HTTPS",
            port=str(HTTPS),
            host=self._environment.hostname(redirect.to_host) if redirect.to_host else None,
            path=redirect.to_path,
            status_code=f"HTTP_{redirect.code}",
        )
        return LbListenerRuleAction(type="redirect", redirect=to)


def _not_found() -> LbListenerRuleAction:
    return LbListenerRuleAction(
        type="fixed-response",
        fixed_response=LbListenerRuleActionFixedResponse(
            content_type="text/plain", message_body="Not found.\n", status_code="404"
        ),
    )
