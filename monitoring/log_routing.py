"""Services whose logs go through a log router into OpenSearch Serverless."""

from __future__ import annotations

from config.loader.platform import Deployment
from config.models.service.service import Service


def searched(deployment: Deployment) -> tuple[Service, ...]:
    """Return the services, jobs among them, that have a log collection."""
    return tuple(one for one in deployment.services if deployment.environment.logging.is_searched(one))
