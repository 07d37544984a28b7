"""The VPC endpoint of each service of AWS, by which code reaches it where there is no NAT."""

from __future__ import annotations

from config.models.service.aws.short_forms import SHORT_FORMS
from config.models.service.service import Service

# Gateways of the VPC, which are always there (modules/network/vpc_endpoints.py).
_BY_GATEWAY = frozenset({"dynamodb", "s3"})
# Where IAM's name of a service is not that of its endpoint.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_OTHERWISE = {"cloudwatch": "monitoring", "ecr": "ecr.api", "tag": "tagging"}


def asked_of_aws(service: Service) -> set[str]:
    """List the services of AWS that its code talks to, or ECS by its network, by IAM's names."""
    parameters = any(its.parameter for its in service.secrets.values())
    by_field = {"sqs": service.queues, "ssm": parameters, "xray": service.tracing}
    return service.permissions.services | {name for name, asked in by_field.items() if asked}


def endpoint_of(service: str) -> str | None:
    """Name the endpoint of a service of AWS; None where a gateway does."""
    if service in _BY_GATEWAY:
        return None
    form = SHORT_FORMS.get(service)
    return (form.endpoint if form else None) or _OTHERWISE.get(service, service)
