"""The NAT instance: what private subnets send goes through it, and nothing from outside comes in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.session
import pytest
from cdktf import App

from config.models.environment.subnets import Tier
from config.models.nat import Nat
from stacks.network import NetworkStack
from stacks.platform_stack import LOCAL_AWS
from tests.modules.test_vpc import routes_of
from tests.settings import an_environment
from tests.synthesis import Stack, read_platform


def a_network_stack(nat: str, **nat_instance: object) -> Stack:
    network: dict[str, object] = {"cidr": "10.0.0.0/16", "nat": nat}
    if nat_instance:
        network["nat_instance"] = nat_instance
    with TemporaryDirectory() as out:
        app = App(outdir=out, skip_validation=True, context={LOCAL_AWS: False})
        NetworkStack(app, environment=an_environment(network=network))
        app.synth()
        return read_platform(Path(out))["test-network"]


@pytest.fixture(scope="module")
def network() -> Stack:
    return a_network_stack("instance")


def user_data(network: Stack) -> str:
    return str(network.one("aws_instance")["user_data"])


def test_one_instance_serves_all_zones_through_an_interface_that_outlives_it(network: Stack) -> None:
    interface = network.id_of(network.one("aws_network_interface"))
    for routes in routes_of(network, Tier.PRIVATE).values():
        assert [route["network_interface_id"] for route in routes] == [interface]
    (attached,) = network.one("aws_instance")["network_interface"]
    assert attached["network_interface_id"] == interface
    assert "delete_on_termination" not in attached  # EC2's own default keeps an interface that it did not make
    assert network.one("aws_eip")["network_interface"] == interface
    assert network.all("aws_nat_gateway") == []


def test_each_zone_has_its_own_where_they_are_per_zone() -> None:
    network = a_network_stack("instance-per-zone")
    ways = [routes[0]["network_interface_id"] for routes in routes_of(network, Tier.PRIVATE).values()]
    assert len(set(ways)) == len(network.all("aws_instance")) == 3
    for zone, (route,) in routes_of(network, Tier.PRIVATE).items():
        subnet = network.target(network.target(route["network_interface_id"])["subnet_id"])
        assert (subnet["availability_zone"], subnet["tags"]["groundwork:tier"]) == (zone, "public")


def test_the_address_in_a_packet_need_not_be_its_own(network: Stack) -> None:
    assert network.one("aws_network_interface")["source_dest_check"] is False


def test_only_private_subnets_get_in(network: Stack) -> None:
    (group,) = network.one("aws_network_interface")["security_groups"]
    doors = network.all("aws_vpc_security_group_ingress_rule", security_group_id=group)
    private = {s["cidr_block"] for s in network.all("aws_subnet") if s["tags"]["groundwork:tier"] == "private"}
    assert {door["cidr_ipv4"] for door in doors} == private
    assert len(private) == 3


def test_nobody_has_a_key_to_it_and_its_disk_and_metadata_are_closed(network: Stack) -> None:
    template = network.one("aws_launch_template")
    assert template["metadata_options"]["http_tokens"] == "required"
    assert [disk["ebs"]["encrypted"] for disk in template["block_device_mappings"]] == ["true"]
    for resource in (template, network.one("aws_instance")):
        assert not {"key_name", "iam_instance_profile"} & resource.keys()
    assert network.all("aws_iam_role", name="test-network-nat-a-instance") == []


def test_session_manager_is_a_choice() -> None:
    network = a_network_stack("instance", session_manager=True)
    role = network.one("aws_iam_role", name="test-network-nat-a-instance")
    (attached,) = network.all("aws_iam_role_policy_attachment", role=network.id_of(role).replace(".id}", ".name}"))
    assert attached["policy_arn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    assert network.one("aws_launch_template")["iam_instance_profile"]["arn"]


@pytest.mark.parametrize(("instance_type", "architecture"), [("t4g.nano", "arm64"), ("t3.nano", "x86_64")])
def test_the_system_fits_its_processor(instance_type: str, architecture: str) -> None:
    image = a_network_stack("instance", instance_type=instance_type).one("aws_launch_template")["image_id"]
    name = f"al2023-ami-kernel-default-{architecture}"
    assert image == f"resolve:ssm:/aws/service/ami-amazon-linux-latest/{name}"


def test_one_that_hangs_is_restarted_by_an_action_that_cloudwatch_knows_and_people_are_told(network: Stack) -> None:
    alarm = network.one("aws_cloudwatch_metric_alarm")
    assert alarm["dimensions"] == {"InstanceId": network.id_of(network.one("aws_instance"))}
    operation = botocore.session.get_session().get_service_model("cloudwatch").operation_model("PutMetricAlarm")
    assert operation.input_shape
    known = re.sub(r"<[^>]+>", "", operation.input_shape.members["AlarmActions"].documentation)
    restart, tell = alarm["alarm_actions"]
    assert restart.replace("eu-west-1", "region") in known
    assert tell == an_environment().alerts_topic_arn


def test_aws_is_not_told_to_leave_it_on_hardware_that_fails(network: Stack) -> None:
    """Recovery is EC2's default: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html."""
    assert "maintenance_options" not in network.one("aws_instance").keys() | network.one("aws_launch_template").keys()


def test_its_script_is_one_that_bash_can_read(network: Stack) -> None:
    subprocess.run(["bash", "-n"], input=user_data(network), text=True, check=True)
    assert len(user_data(network)) < 16_384  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html


def test_only_what_private_subnets_send_outside_is_passed_on(network: Stack) -> None:
    private = sorted(s["cidr_block"] for s in network.all("aws_subnet") if s["tags"]["groundwork:tier"] == "private")
    rules = re.search(r"'RULES'\n(.*?)\nRULES", user_data(network), re.DOTALL)
    assert rules
    lines = [line.strip() for line in rules[1].splitlines()]
    out = f"ip saddr {{ {', '.join(private)} }} ip daddr != 10.0.0.0/16"
    assert f"{out} accept" in lines
    assert f"{out} masquerade" in lines
    assert "type filter hook forward priority filter; policy drop;" in lines


def test_a_gateway_has_no_instance_and_an_instance_no_gateway() -> None:
    for nat in Nat:
        assert not (nat.has_gateways and nat.has_instances)
    gateways = a_network_stack("single")
    assert gateways.all("aws_instance") == gateways.all("aws_network_interface") == []
