"""What AWS allows an account is compared with what the code needs, before anything is made."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from cli.quotas.needs import Needs, needs_of
from cli.quotas.quotas import LOAD_BALANCING, QUOTAS, Comparison, compare
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from local_aws import supplement
from tests.settings import an_environment
from tests.synthesis import Platform

LITTLE = Needs(
    addresses=1,
    networks=1,
    interface_endpoints=0,
    rules_of_a_group=4,
    on_demand_vcpu=1.5,
    spot_vcpu=0,
    rules_of_a_load_balancer=3,
    target_groups_of_a_load_balancer=3,
)


def stack_of(folder: Path, name: str, **resources: Any) -> SynthesizedStack:
    (folder / name).mkdir()
    (folder / name / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
    return SynthesizedStack(f"test-{name}" if "-" not in name else name, (), folder / name)


def a_service(desired: int, *shares: tuple[str, int, int]) -> dict[str, Any]:
    strategy = [{"capacity_provider": name, "weight": weight, "base": base} for name, weight, base in shares]
    definition = "${aws_ecs_task_definition.definition.arn}"
    return {"task_definition": definition, "desired_count": desired, "capacity_provider_strategy": strategy}


def rule(group: str) -> dict[str, str]:
    return {"security_group_id": f"${{{group}}}"}


def test_tasks_are_counted_twice_where_they_run_since_a_deploy_has_both(tmp_path: Path) -> None:
    definitions = {"definition": {"cpu": "512"}}
    services = {
        "web": a_service(3, ("FARGATE", 50, 1), ("FARGATE_SPOT", 50, 0)),
        "disk": a_service(1, ("${aws_ecs_capacity_provider.ec2.name}", 1, 0)),
    }
    stack = stack_of(tmp_path, "a", aws_ecs_service=services, aws_ecs_task_definition=definitions)
    needs = needs_of(SynthesizedApp("test", (stack,)))
    assert (needs.on_demand_vcpu, needs.spot_vcpu) == (2.0, 1.0)


def test_the_rules_of_a_group_are_counted_over_the_stacks_that_write_them(tmp_path: Path) -> None:
    elsewhere = (
        "data.terraform_remote_state.cross-stack-reference-input-test-a.outputs."
        "cross-stack-output-aws_security_grouptask_1id"
    )
    own = stack_of(
        tmp_path,
        "a",
        aws_vpc_security_group_ingress_rule={"1": rule("aws_security_group.task_1.id")},
        aws_vpc_security_group_egress_rule={str(n): rule("aws_security_group.task_1.id") for n in range(2)},
    )
    others = [
        stack_of(tmp_path, name, aws_vpc_security_group_ingress_rule={"1": rule(elsewhere)}) for name in ("b", "c")
    ]
    assert needs_of(SynthesizedApp("test", (own, *others))).rules_of_a_group == 3


def test_the_shops_production_needs_what_its_files_say(shop: Platform, tmp_path: Path) -> None:
    prod = [stack_of(tmp_path, its.name, **its.resources) for its in shop if its.name.startswith("prod-")]
    needs = needs_of(SynthesizedApp("prod", tuple(prod)))
    assert (needs.addresses, needs.networks) == (3, 1), "a NAT gateway in each zone"
    assert needs.on_demand_vcpu > 0
    assert 1 < needs.rules_of_a_group <= 60
    assert needs.target_groups_of_a_load_balancer >= 2, "Grafana's, and a service's"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    supplement.apply()
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws():
        yield boto3.client("ec2", region_name="eu-west-1")


def short(needs: Needs) -> list[str]:
    found = compare(an_environment(), needs)
    return [its.fault for its in found if isinstance(its, Comparison) and its.is_short]


def test_the_address_that_is_one_too_many_is_told_with_the_command_that_asks_for_more(account: Any) -> None:
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "groundwork:environment", "Value": "test"}]}]
    for own in (True, False, False, False):
        account.allocate_address(Domain="vpc", TagSpecifications=tags if own else [])
    assert short(replace(LITTLE, addresses=2)) == [], "one of the two is there"
    assert short(replace(LITTLE, addresses=3)) == [
        "account 123456789012, eu-west-1: Elastic IP addresses: 3 needed, 3 used by others, 5 allowed\n"
        "  fix: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-0263D0A3 "
        "--desired-value 6 --region eu-west-1; or choose `network.nat: single`"
    ]


def test_rules_and_virtual_processors_of_a_new_account_are_compared(account: Any) -> None:
    found = short(replace(LITTLE, rules_of_a_group=61, on_demand_vcpu=6.5, rules_of_a_load_balancer=101))
    assert [fault.splitlines()[0].partition(", eu-west-1: ")[2] for fault in found] == [
        "rules of a security group, in one direction: 61 needed, 60 allowed",
        "vCPUs on Fargate while all is deployed: 6.5 needed, 6 allowed",
        "rules of a load balancer: 101 needed, 100 allowed",
    ]
    assert "--desired-value 7 " in found[1], "part of a vCPU is asked for as a whole one"


def test_who_may_not_ask_is_told_what_is_missing_and_stopped_by_nothing(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Any, operation: str, _parameters: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", denied)
    told = list(compare(an_environment(), LITTLE))
    assert all(isinstance(line, str) and "servicequotas:GetServiceQuota" in line for line in told)
    assert len(told) == 6, "of what is not needed at all, nothing is asked"


def test_every_code_has_the_form_that_the_api_takes() -> None:
    model = botocore.session.get_session().get_service_model("service-quotas")
    service, quota = model.shape_for("ServiceCode").metadata, model.shape_for("QuotaCode").metadata
    for its in QUOTAS:
        if its.service != LOAD_BALANCING:
            assert re.fullmatch(quota["pattern"], its.code)
            assert re.fullmatch(service["pattern"], its.service)
