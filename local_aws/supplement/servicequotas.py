"""moto 5.2.5 knows the quotas of VPCs alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.servicequotas.models import ServiceQuotasBackend

from local_aws.supplement.patch import wrap

# What a new account is allowed: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
_NEW_ACCOUNT = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5.0),
    ("fargate", "L-3032A538"): ("Fargate On-Demand vCPU resource count", 6.0),
    ("fargate", "L-36FBB829"): ("Fargate Spot vCPU resource count", 6.0),
}


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(ServiceQuotasBackend, "get_service_quota", _of_other_services_too)


def _of_other_services_too(
    original: Callable[..., Any], backend: Any, service_code: str, quota_code: str
) -> dict[str, Any]:
    known = _NEW_ACCOUNT.get((service_code, quota_code))
    if known is None:
        found: dict[str, Any] = original(backend, service_code, quota_code)
        return found
    name, value = known
    return {"ServiceCode": service_code, "QuotaCode": quota_code, "QuotaName": name, "Value": value}
