"""The logs of an environment's services in OpenSearch Serverless: what they share, and one collection per service."""

from __future__ import annotations

from constructs import Construct

from config.loader.platform import Deployment
from config.models.environment.environment import Environment
from config.models.service.service import Service
from modules.logging.log_collection import LogCollection
from modules.logging.log_store import LogStore
from stacks.network import NetworkStack
from stacks.platform_stack import PlatformStack


class LoggingStack(PlatformStack):
    """Shared parts of the log collections. Exposes `store`; a service that comes or goes changes nothing here."""

    def __init__(self, scope: Construct, *, environment: Environment, network: NetworkStack) -> None:
        super().__init__(scope, name="logging", environment=environment)
        self.store = LogStore(self, "store", environment=environment, vpc=network.vpc, log_key=network.log_key)


class LogsStack(PlatformStack):
    """`logs-<service>`: exposes `logs`, which the service's own stack writes to and Grafana reads.

    It outlives every deploy of that service, and its removal where it is protected.
    """

    def __init__(self, scope: Construct, *, environment: Environment, service: Service, logging: LoggingStack) -> None:
        super().__init__(scope, name=f"logs-{service.name}", environment=environment)
        # No collection can be made before its key is known, nor be reached before the way to it is.
        self.add_dependency(logging)
        self.logs = LogCollection(self, "logs", environment=environment, settings=service)
        self.export(self.logs.collection, "id", "arn")


def log_collections(scope: Construct, deployment: Deployment, *, network: NetworkStack) -> dict[str, LogCollection]:
    """Return the log collection of each service whose log does not go to CloudWatch."""
    environment = deployment.environment
    if not deployment.searched:
        return {}
    logging = LoggingStack(scope, environment=environment, network=network)
    return {
        service.name: LogsStack(scope, environment=environment, service=service, logging=logging).logs
        for service in deployment.searched
    }
