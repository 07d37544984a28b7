"""The load balancer of an environment: where every request from outside comes in."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
from constructs import Construct

from config.models.environment.edge import NO_SERVICE
from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from modules.checkov import skip
from modules.edge.access_logs import AccessLogs
from modules.edge.certificate import Certificate
from modules.edge.hosted_zone import Target
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc

HTTP, HTTPS = 80, 443

# TLS 1.3, and 1.2 for who has no better, with forward secrecy and authenticated ciphers only (Res: restricted).
# 1.3 alone would turn away payment providers' callbacks and older phones; plain TLS13-1-2 still allows CBC.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
# Browsers then ask for HTTPS by themselves for a year: the redirect is the one request that somebody could answer
# in our place. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html
STRICT_TRANSPORT_SECURITY = "max-age=31536000"


class LoadBalancer(Construct):
    """An internet-facing application load balancer that answers 404 until a service adds its rule.

    Exposes `load_balancer`, `listener` (the HTTPS one, which takes the rules), `security_group` and `address`; HTTP is
    only ever redirected, and nothing takes a request from the load balancer before it lets it in.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        vpc: Vpc,
        certificate: Certificate,
        access_logs: AccessLogs,
        settings: Environment,
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = SecurityGroup(
            self, "firewall", name=name, description="The load balancer: HTTP and HTTPS from the internet", vpc=vpc
        )
        self.security_group.allow_inside(settings.network)
        plain = self.security_group.allow_internet(HTTP)
        skip(plain, "CKV_AWS_260", "Whoever types no https:// comes here first, and is redirected.")
        self.security_group.allow_internet(HTTPS)
        self.load_balancer = Lb(
            self,
            "load-balancer",
            name=name,
            load_balancer_type="application",
            internal=False,
            subnets=[subnet.id for subnet in vpc.subnets[Tier.PUBLIC].values()],
            security_groups=[self.security_group.group.id],
            idle_timeout=settings.edge.idle_timeout_s,
            # Two readings of one request are how requests are smuggled: what breaks the RFC on headers is dropped,
            # and what is ambiguous gets a connection of its own. `strictest` refuses harmless clients too.
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#desync-mitigation-mode
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            access_logs=LbAccessLogs(bucket=access_logs.bucket, enabled=True),
            enable_deletion_protection=settings.deletion_protection,
        )
        if not settings.deletion_protection:
            skip(self.load_balancer, "CKV_AWS_150", "The environment says that it may be deleted.")
        self.listener = LbListener(
            self,
            "https",
            load_balancer_arn=self.load_balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate.arn,
            routing_http_response_strict_transport_security_header_value=STRICT_TRANSPORT_SECURITY,
            default_action=[
                LbListenerDefaultAction(
                    type="fixed-response",
                    fixed_response=LbListenerDefaultActionFixedResponse(
                        content_type="text/plain",
                        message_body=NO_SERVICE,
                        status_code="404",
                    ),
                )
            ],
        )
        LbListener(
            self,
            "http",
            load_balancer_arn=self.load_balancer.arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301"),
                )
            ],
        )
        self.address = Target(dns_name=self.load_balancer.dns_name, zone_id=self.load_balancer.zone_id)
