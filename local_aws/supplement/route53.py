"""moto 5.2.5 takes a zone with a VPC for a public one unless told twice, and so loses the VPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.route53.responses import Route53

from local_aws.supplement.patch import wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(Route53, "create_hosted_zone", _private_if_in_a_vpc)


def _private_if_in_a_vpc(original: Callable[..., Any], response: Any) -> Any:
    if response._get_param("VPC.VPCId"):
        config = response.params.get("HostedZoneConfig") or {}
        response.params["HostedZoneConfig"] = {**config, "PrivateZone": True}
    return original(response)
