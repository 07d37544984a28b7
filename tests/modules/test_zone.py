"""The DNS zone: created, or adopted."""

from __future__ import annotations

from typing import get_args

import botocore.session
from cdktf import TerraformStack

from config.models.environment.dns_record import RecordType
from modules.edge.hosted_zone import HostedZone, Target
from tests.settings import an_environment
from tests.synthesis import Stack, synthesize_construct


def a_zone(**fields: object) -> Stack:
    def build(stack: TerraformStack) -> None:
        zone = HostedZone(stack, "zone", settings=an_environment(**fields))
        zone.alias("domain", "test.example.com", Target(dns_name="lb.example.net", zone_id="ZLOADBALANCERS"))

    return synthesize_construct(build)


def test_without_an_id_the_zone_of_the_domain_is_created() -> None:
    stack = a_zone()
    zone = stack.one("aws_route53_zone")
    assert zone["name"] == "test.example.com"
    assert stack.target(stack.one("aws_route53_record")["zone_id"]) is zone


def test_the_name_servers_of_a_created_zone_are_an_output() -> None:
    outputs = a_zone().document["output"]
    assert outputs["name-servers"]["value"].endswith(".name_servers}")


def test_in_an_adopted_zone_only_records_are_made() -> None:
    stack = a_zone(edge={"zone_id": "Z0123456789ABCDEFGHIJ"})
    assert set(stack.resources) == {"aws_route53_record"}
    assert stack.one("aws_route53_record")["zone_id"] == "Z0123456789ABCDEFGHIJ"
    assert "output" not in stack.document


def test_a_created_zone_outlives_a_mistake_unless_the_environment_says_otherwise() -> None:
    assert a_zone().one("aws_route53_zone")["lifecycle"] == {"prevent_destroy": True}
    assert a_zone(deletion_protection=False).one("aws_route53_zone")["lifecycle"] == {"prevent_destroy": False}


def test_names_answer_with_the_load_balancers_addresses_whatever_they_are() -> None:
    record = a_zone().one("aws_route53_record")
    assert record["type"] == "A"
    assert record["alias"] == {"name": "lb.example.net", "zone_id": "ZLOADBALANCERS", "evaluate_target_health": False}


def test_further_records_of_the_domain_are_in_the_zone() -> None:
    mail = {"name": "@", "type": "MX", "values": ("10 mx.example.net",), "ttl_s": 3600}
    gone = {"name": "www", "type": "CNAME", "values": ()}
    stack = a_zone(edge={"records": (mail, gone)})
    record = stack.one("aws_route53_record", type="MX")
    assert (record["name"], record["records"], record["ttl"]) == ("test.example.com", ["10 mx.example.net"], 3600)
    assert stack.all("aws_route53_record", type="CNAME") == []


def test_a_long_text_is_cut_in_the_strings_that_dns_takes() -> None:
    key = {"name": "google._domainkey", "type": "TXT", "values": ("k" * 600,)}
    record = a_zone(edge={"records": (key,)}).one("aws_route53_record", type="TXT")
    assert record["name"] == "google._domainkey.test.example.com"
    (value,) = record["records"]  # the provider puts the first and the last quotation mark
    assert [len(string) for string in value.split('""')] == [255, 255, 90]


def test_every_type_of_record_is_one_that_route_53_has() -> None:
    shape = botocore.session.get_session().get_service_model("route53").shape_for("RRType")
    assert set(get_args(RecordType)) <= set(shape.metadata["enum"])
