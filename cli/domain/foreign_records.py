"""DNS records of foreign domains that somebody enters where their DNS is kept."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from config.models.environment.environment import Environment


def foreign_advice(environment: Environment) -> str:
    """Say which records the certificates of foreign domains wait for, and which lead their requests here."""
    lines = ["A certificate of another domain is issued once the internet finds its record."]
    elsewhere = [domain.name for domain in environment.edge.domains if domain.zone_id is None]
    lines += [
        f"Check whether zone {domain.zone_id} is the one that answers for {domain.name}."
        for domain in environment.edge.domains
        if domain.zone_id
    ]
    if elsewhere:
        lines.append(f"Enter where the DNS of {', '.join(elsewhere)} is kept,")
        try:
            lines += [f"  {record}" for record in _records(environment, elsewhere)]
        except (BotoCoreError, ClientError):  # this is advice: what it cannot find out must not end a deploy
            lines.append("  the records that AWS Certificate Manager shows for it")
        lines.append("At the top of a zone there is no CNAME: enter an ALIAS or ANAME there.")
    return "\n".join(lines)


def _records(environment: Environment, names: list[str]) -> Iterator[str]:
    acm = boto3.client("acm", region_name=environment.region)
    for page in acm.get_paginator("list_certificates").paginate(CertificateStatuses=["PENDING_VALIDATION"]):
        for found in page["CertificateSummaryList"]:
            if found["DomainName"] in names:
                its = acm.describe_certificate(CertificateArn=found["CertificateArn"])["Certificate"]
                for option in its["DomainValidationOptions"]:
                    record = option["ResourceRecord"]
                    yield f"{record['Name']} {record['Type']} {record['Value']}"
    elb = boto3.client("elbv2", region_name=environment.region)
    (balancer,) = elb.describe_load_balancers(Names=[environment.qualify("edge")])["LoadBalancers"]
    for name in names:
        yield f"{name}. CNAME {balancer['DNSName']}."
