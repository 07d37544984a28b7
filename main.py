"""The platform: what each environment is made of, and what each stack needs from the others."""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

# jsii (2025) calls Node 20 unsupported in 16 lines on every start; `groundwork doctor` says which Node to have.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "true")

from cdktf import App

from config.errors import ConfigError
from config.platform import Deployment, load_platform
from stacks.cluster import ClusterStack
from stacks.edge import EdgeStack
from stacks.network import NetworkStack
from stacks.service import ServiceStack

BAD_INPUT = 2


def build(app: App, deployment: Deployment, *, embedded: bool) -> None:
    """Add the stacks of one environment; `embedded` means the AWS on the laptop."""
    environment = deployment.environment
    network = NetworkStack(app, environment=environment, embedded=embedded)
    cluster = ClusterStack(app, environment=environment, network=network, embedded=embedded)
    edge = EdgeStack(app, environment=environment, network=network, embedded=embedded)
    for service in deployment.services:
        ServiceStack(
            app,
            environment=environment,
            service=service,
            network=network,
            cluster=cluster,
            edge=edge,
            embedded=embedded,
        )


def is_loopback(url: str) -> bool:
    """Whether an endpoint lies on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Synthesize every environment, or the one that GROUNDWORK_ENVIRONMENT names."""
    embedded = is_loopback(os.environ.get("AWS_ENDPOINT_URL", ""))
    try:
        deployments = load_platform(Path(__file__).parent, only=os.environ.get("GROUNDWORK_ENVIRONMENT"))
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    app = App()
    for deployment in deployments:
        build(app, deployment, embedded=embedded)
    app.synth()


if __name__ == "__main__":
    main()
