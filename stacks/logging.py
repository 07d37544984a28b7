"""Shared parts of an environment's log collections."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.logging.log_store import LogStore
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class LoggingStack(PlatformStack):
    """Exposes `store`. It knows no service: one that comes or goes changes nothing here."""

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack) -> None:
        super().__init__(scope, name="logging", environment=environment)
        self.store = LogStore(self, "store", environment=environment, vpc=network.vpc, log_key=network.log_key)
