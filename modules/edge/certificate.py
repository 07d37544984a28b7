"""The certificate that the load balancer shows."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import (
    AcmCertificateValidation,
    AcmCertificateValidationTimeouts,
)
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from modules.checkov import skip

# With the zone delegated AWS takes a few minutes; without, no waiting helps, and the provider would wait 75 minutes.
ISSUED_WITHIN = "20m"
TTL_S = 300


class Certificate(Construct):
    """For a domain, and with `wildcard` for every name one label below it, renewed as long as its record stands.

    The record is made in the zone; without one somebody enters it elsewhere. `arn` is known once the certificate is
    issued, and what reads it waits for that.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    def __init__(self, scope: Construct, id_: str, *, domain: str, zone_id: str | None, wildcard: bool) -> None:
        super().__init__(scope, id_)
        certificate = AcmCertificate(
            self,
            "certificate",
            domain_name=domain,
            subject_alternative_names=[f"*.{domain}"] if wildcard else None,
            validation_method="DNS",
            # A listener has always one: the next is issued before the last one goes.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        if wildcard:
            skip(
                certificate,
                "CKV2_AWS_71",
                "Its key never leaves AWS and only this load balancer shows it, which answers for every name below the "
                "domain; a certificate by service would make each new service a change of the edge.",
            )
        # The domain and its wildcard are proven by one and the same record, so either option has it.
        self.proof = certificate.domain_validation_options.get(0)
        record = self._prove(zone_id) if zone_id else None
        # The id is what Terraform prints while it waits, and when it gives up: it should say what for.
        issued = AcmCertificateValidation(
            self,
            "issued-once-the-zone-is-delegated",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn] if record else None,
            timeouts=AcmCertificateValidationTimeouts(create=ISSUED_WITHIN),
        )
        self.arn = issued.certificate_arn

    def _prove(self, zone_id: str) -> Route53Record:
        return Route53Record(
            self,
            "proof",
            zone_id=zone_id,
            name=self.proof.resource_record_name,
            type=self.proof.resource_record_type,
            records=[self.proof.resource_record_value],
            ttl=TTL_S,
            # Where the zone is adopted another certificate for the domain may have put the same record there.
            allow_overwrite=True,
        )
