"""The security group of whatever reads metrics."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc


class ScraperGroup(SecurityGroup):
    """Prometheus' own, and not in its stack: no service's deploy waits for the monitoring."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, vpc: Vpc) -> None:
        name = environment.qualify("scraper")
        super().__init__(scope, id_, name=name, description="Who reads metrics", vpc=vpc)
        self.allow_inside(environment.network)
        skip(self.group, "CKV2_AWS_5", "Prometheus wears it, in the stack monitoring.")
