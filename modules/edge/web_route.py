"""The route from the load balancer to a public service."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
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

from config.models.service.http import HealthCheck, Http
from config.models.service.listener_priority import rule_priority
from config.models.service.target_group import CODES
from modules.checkov import skip
from modules.edge.load_balancer import HTTP, LoadBalancer
from modules.network.vpc import Vpc


class WebRoute(Construct):
    """A target group for the service's tasks, and the listener rule for its host and path.

    What is `hidden`, its metrics, is answered with 404 instead. With `allowed_cidrs` the rule is for requests from
    these addresses alone, and others get what an unknown host gets.

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
        host: str | None,
        settings: Http,
        health_check: HealthCheck,
        hidden: Http | None = None,
        allowed_cidrs: Sequence[IPv4Network] = (),
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
        path = LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=list(settings.patterns)))
        hosts = [LbListenerRuleCondition(host_header=LbListenerRuleConditionHostHeader(values=[host]))] if host else []
        cidrs = [str(cidr) for cidr in allowed_cidrs]
        sources = [LbListenerRuleCondition(source_ip=LbListenerRuleConditionSourceIp(values=cidrs))] if cidrs else []
        self.rule = LbListenerRule(
            self,
            "rule",
            listener_arn=load_balancer.listener.arn,
            priority=rule_priority(service, settings),
            condition=[*hosts, path, *sources],
            action=[LbListenerRuleAction(type="forward", target_group_arn=self.target_group.arn)],
            tags={"Name": name},
        )
        if hidden:
            self._hide(hidden, name=name, service=service, hosts=hosts, load_balancer=load_balancer)
        self.requests_label = f"{load_balancer.load_balancer.arn_suffix}/{self.target_group.arn_suffix}"

    def _hide(
        self,
        hidden: Http,
        *,
        name: str,
        service: str,
        hosts: Sequence[LbListenerRuleCondition],
        load_balancer: LoadBalancer,
    ) -> None:
        """Answer with 404 what Prometheus alone reads, at its own way past the load balancer."""
        values = [hidden.path, f"{hidden.path}/*"]
        LbListenerRule(
            self,
            "metrics",
            listener_arn=load_balancer.listener.arn,
            priority=rule_priority(service, hidden),
            condition=[
                *hosts,
                LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=values)),
            ],
            action=[
                LbListenerRuleAction(
                    type="fixed-response",
                    fixed_response=LbListenerRuleActionFixedResponse(
                        content_type="text/plain", message_body="Not found.\n", status_code="404"
                    ),
                )
            ],
            tags={"Name": f"{name}-metrics"},
        )
