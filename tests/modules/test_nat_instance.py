"""The NAT instance: what private subnets send goes through it, and nothing from outside comes in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.session
import pytest
from cdktf import App

from config.models.nat import Nat
from modules.local_context import LOCAL_AWS
from stacks.network import NatStack, NetworkStack
from tests.settings import an_environment
from tests.synthesis import Platform, Stack, read_platform


def both_stacks(nat: str, **nat_instance: object) -> Platform:
    network: dict[str, object] = {"cidr": "10.0.0.0/16", "nat": nat}
    if nat_instance:
        network["nat_instance"] = nat_instance
    environment = an_environment(network=network)
    with TemporaryDirectory() as out:
        app = App(outdir=out, skip_validation=True, context={LOCAL_AWS: False})
        NatStack(app, environment=environment, network=NetworkStack(app, environment=environment))
        app.synth()
        return read_platform(Path(out))


def a_nat_stack(nat: str, **nat_instance: object) -> Stack:
    return both_stacks(nat, **nat_instance)["test-nat"]


@pytest.fixture(scope="module")
def platform() -> Platform:
    return both_stacks("instance")


@pytest.fixture(scope="module")
def nat(platform: Platform) -> Stack:
    return platform["test-nat"]


@pytest.fixture(scope="module")
def private(platform: Platform) -> list[str]:
    """The addresses of the private subnets."""
    subnets = platform["test-network"].all("aws_subnet")
    return sorted(one["cidr_block"] for one in subnets if one["tags"]["groundwork:tier"] == "private")


def user_data(nat: Stack) -> str:
    return str(nat.one("aws_instance")["user_data"])


def test_one_instance_serves_all_zones_through_an_interface_that_outlives_it(nat: Stack) -> None:
    interface = nat.id_of(nat.one("aws_network_interface"))
    assert [route["network_interface_id"] for route in nat.all("aws_route")] == [interface] * 3
    (attached,) = nat.one("aws_instance")["network_interface"]
    assert attached["network_interface_id"] == interface
    assert "delete_on_termination" not in attached  # EC2's own default keeps an interface that it did not make
    assert nat.one("aws_eip_association")["network_interface_id"] == interface


def test_each_zone_has_its_own_where_they_are_per_zone() -> None:
    platform = both_stacks("instance-per-zone")
    nat, ways = platform["test-nat"], set()
    for route in nat.all("aws_route"):
        interface = nat.target(route["network_interface_id"])
        subnet, table = (
            owner.target(reference)
            for owner, reference in (
                platform.resolve(nat, value) for value in (interface["subnet_id"], route["route_table_id"])
            )
        )
        zone = subnet["availability_zone"][-1]
        assert (subnet["tags"]["groundwork:tier"], table["tags"]["Name"]) == ("public", f"test-network-private-{zone}")
        (association,) = nat.all("aws_eip_association", network_interface_id=nat.id_of(interface))
        owner, address = platform.resolve(nat, association["allocation_id"])
        assert owner.target(address)["tags"]["Name"] == f"test-network-nat-{zone}"
        ways.add(zone)
    assert len(ways) == len(nat.all("aws_instance")) == 3


def test_the_address_in_a_packet_need_not_be_its_own(nat: Stack) -> None:
    assert nat.one("aws_network_interface")["source_dest_check"] is False


def test_only_private_subnets_get_in(nat: Stack, private: list[str]) -> None:
    (group,) = nat.one("aws_network_interface")["security_groups"]
    doors = nat.all("aws_vpc_security_group_ingress_rule", security_group_id=group)
    assert sorted(door["cidr_ipv4"] for door in doors) == private
    assert len(private) == 3


def test_nobody_has_a_key_to_it_and_its_disk_and_metadata_are_closed(nat: Stack) -> None:
    template = nat.one("aws_launch_template")
    assert template["metadata_options"]["http_tokens"] == "required"
    assert [disk["ebs"]["encrypted"] for disk in template["block_device_mappings"]] == ["true"]
    for resource in (template, nat.one("aws_instance")):
        assert not {"key_name", "iam_instance_profile"} & resource.keys()
    assert nat.all("aws_iam_role", name="test-network-nat-a-instance") == []


def test_session_manager_is_a_choice() -> None:
    nat = a_nat_stack("instance", session_manager=True)
    role = nat.one("aws_iam_role", name="test-network-nat-a-instance")
    (attached,) = nat.all("aws_iam_role_policy_attachment", role=nat.id_of(role).replace(".id}", ".name}"))
    assert attached["policy_arn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert nat.one("aws_launch_template")["iam_instance_profile"]["arn"]


@pytest.mark.parametrize(("instance_type", "architecture"), [("t4g.nano", "arm64"), ("t3.nano", "x86_64")])
def test_the_system_fits_its_processor(instance_type: str, architecture: str) -> None:
    image = a_nat_stack("instance", instance_type=instance_type).one("aws_launch_template")["image_id"]
    name = f"al2023-ami-kernel-default-{architecture}"
    assert image == f"resolve:ssm:/aws/service/ami-amazon-linux-latest/{name}"


def test_one_that_hangs_is_restarted_by_an_action_that_cloudwatch_knows_and_people_are_told(nat: Stack) -> None:
    alarm = nat.one("aws_cloudwatch_metric_alarm")
    assert alarm["dimensions"] == {"InstanceId": nat.id_of(nat.one("aws_instance"))}
    operation = botocore.session.get_session().get_service_model("cloudwatch").operation_model("PutMetricAlarm")
    assert operation.input_shape
    known = re.sub(r"<[^>]+>", "", operation.input_shape.members["AlarmActions"].documentation)
    restart, tell = alarm["alarm_actions"]
    assert restart.replace("eu-west-1", "region") in known
    assert tell == an_environment().alerts_topic_arn


def test_aws_is_not_told_to_leave_it_on_hardware_that_fails(nat: Stack) -> None:
    """Recovery is EC2's default: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html."""
    assert "maintenance_options" not in nat.one("aws_instance").keys() | nat.one("aws_launch_template").keys()


def test_its_script_is_one_that_bash_can_read(nat: Stack) -> None:
    subprocess.run(["bash", "-n"], input=user_data(nat), text=True, check=True)
    assert len(user_data(nat)) < 16_384  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html


def test_only_what_private_subnets_send_outside_is_passed_on(nat: Stack, private: list[str]) -> None:
    rules = re.search(r"'RULES'\n(.*?)\nRULES", user_data(nat), re.DOTALL)
    assert rules
    lines = [line.strip() for line in rules[1].splitlines()]
    out = f"ip saddr {{ {', '.join(private)} }} ip daddr != 10.0.0.0/16"
    assert f"{out} accept" in lines
    assert f"{out} masquerade" in lines
    assert "type filter hook forward priority filter; policy drop;" in lines


def test_a_gateway_has_no_instance_and_an_instance_no_gateway() -> None:
    for nat in Nat:
        assert not (nat.has_gateways and nat.has_instances)
