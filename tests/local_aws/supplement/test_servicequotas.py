"""Service Quotas knows more than VPCs."""

from __future__ import annotations

from collections.abc import Callable

from tests.local_aws.supplement.conftest import Aws, Promise


def test_addresses_and_virtual_processors_have_the_quotas_of_a_new_account(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        codes = {"ec2": "L-0263D0A3", "fargate": "L-3032A538"}
        found = {
            service: aws("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
            for service, code in codes.items()
        }
        assert found == {"ec2": 5, "fargate": 6}
        rules = aws("service-quotas").get_service_quota(ServiceCode="vpc", QuotaCode="L-0EA8095F")
        assert rules["Quota"]["Value"] == 60, "as before"
