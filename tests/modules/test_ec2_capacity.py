"""Instances for what needs a disk: locked down, tagged, and gone when the cluster goes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.loaders import Loader
from cdktf import TerraformStack

from modules.ecs.cluster import EcsCluster
from modules.ecs.user_data import user_data
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, a_network, an_environment
from tests.synthesis import Stack, synthesize_construct

TAGS = {"owner": "platform"}


def a_cluster(ec2: dict[str, Any], **fields: Any) -> Stack:
    def build(stack: TerraformStack) -> None:
        EcsCluster(
            stack,
            "cluster",
            environment=an_environment(cluster={"ec2": ec2}, **fields),
            vpc=Vpc(stack, "vpc", name="test", region="eu-west-1", settings=a_network()),
            log_key=LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region="eu-west-1"),
            encryption_key=EncryptionKey(stack, "data-key", name="test", account_id=ACCOUNT),
            tags=TAGS,
        )

    return synthesize_construct(build)


@pytest.fixture(scope="module")
def cluster() -> Stack:
    return a_cluster({})


def zones_of(stack: Stack) -> set[str]:
    return {
        stack.target(subnet)["availability_zone"]
        for subnet in stack.one("aws_autoscaling_group")["vpc_zone_identifier"]
    }


def test_the_cluster_offers_them_beside_fargate(cluster: Stack) -> None:
    fargate, spot, own = cluster.one("aws_ecs_cluster_capacity_providers")["capacity_providers"]
    assert (fargate, spot) == ("FARGATE", "FARGATE_SPOT")
    assert cluster.target(own) is cluster.one("aws_ecs_capacity_provider")


def test_the_instance_is_where_its_disk_is_in_a_private_subnet(cluster: Stack) -> None:
    (subnet,) = cluster.one("aws_autoscaling_group")["vpc_zone_identifier"]
    assert cluster.target(subnet)["tags"]["groundwork:tier"] == "private"
    for stack, zone in ((cluster, "eu-west-1a"), (a_cluster({"zone": "b"}), "eu-west-1b")):
        assert zones_of(stack) == {stack.one("aws_ebs_volume")["availability_zone"]} == {zone}


def test_there_is_one_instance_as_there_is_one_disk_and_the_old_one_goes_first(cluster: Stack) -> None:
    group = cluster.one("aws_autoscaling_group")
    assert (group["min_size"], group["max_size"]) == (1, 1)
    first_out = {"min_healthy_percentage": 0, "max_healthy_percentage": 100}
    assert group["instance_maintenance_policy"] == group["instance_refresh"]["preferences"] == first_out


def test_the_data_is_encrypted_and_belongs_to_no_instance(cluster: Stack) -> None:
    volume = cluster.one("aws_ebs_volume")
    assert volume["encrypted"] is True
    assert cluster.target(volume["kms_key_id"])["description"] == "Databases and disks of test"
    assert cluster.all("aws_volume_attachment") == []
    assert volume["final_snapshot"] is True
    assert a_cluster({"data_kept_when_deleted": False}).one("aws_ebs_volume")["final_snapshot"] is False


def test_snapshots_are_made_of_the_disk_alone_every_night_and_kept_for_a_week(cluster: Stack) -> None:
    policy = cluster.one("aws_dlm_lifecycle_policy")
    details = policy["policy_details"]
    assert details["resource_types"] == ["VOLUME"]
    assert details["target_tags"] == cluster.one("aws_ebs_volume")["tags"] == {"Name": "test-ec2-data"}
    (schedule,) = details["schedule"]
    assert schedule["create_rule"] == {"interval": 24, "interval_unit": "HOURS", "times": ["03:00"]}
    assert schedule["retain_rule"] == {"interval": 7, "interval_unit": "DAYS"}
    assert schedule["copy_tags"] is True, "`groundwork monitoring restore` finds them by the disk's name"
    assert a_cluster({"data_snapshot_retention_days": 0}).all("aws_dlm_lifecycle_policy") == []


def test_what_data_lifecycle_manager_is_told_is_of_the_form_that_it_takes(cluster: Stack) -> None:
    """The provider checks the times alone, and the embedded AWS nothing."""
    shapes = Loader().load_service_model("dlm", "service-2")["shapes"]
    policy = cluster.one("aws_dlm_lifecycle_policy")
    (schedule,) = policy["policy_details"]["schedule"]
    described, named = shapes["PolicyDescription"], shapes["ScheduleName"]
    assert re.fullmatch(described["pattern"], policy["description"])
    assert len(policy["description"]) <= described["max"]
    assert re.fullmatch(named["pattern"], schedule["name"])
    assert schedule["retain_rule"]["interval_unit"] in shapes["RetentionIntervalUnitValues"]["enum"]
    assert schedule["create_rule"]["interval"] in (1, 2, 3, 4, 6, 8, 12, 24)


@pytest.mark.parametrize(
    ("name", "figures", "expected"),
    [
        ("test-ec2-impaired", [1] * 9 + [None], False),  # its group has replaced it
        ("test-ec2-impaired", [1] * 9 + [0], False),
        ("test-ec2-impaired", [None] * 10, False),  # no instance by night
        ("test-ec2-impaired", [1] * 10, True),
        ("test-ec2-data-stalled", [1, 1, 1, 1, 0], False),
        ("test-ec2-data-stalled", [None] * 5, False),  # attached to nothing
        ("test-ec2-data-stalled", [1] * 5, True),
    ],
)
def test_an_instance_that_is_not_replaced_and_a_disk_that_stands_still_tell_the_topic(
    cluster: Stack, name: str, figures: list[int | None], expected: bool
) -> None:
    alarm = cluster.one("aws_cloudwatch_metric_alarm", alarm_name=name)
    assert (alarm["statistic"], alarm["comparison_operator"]) == ("Maximum", "GreaterThanOrEqualToThreshold")
    assert (alarm["period"], alarm["treat_missing_data"]) == (60, "notBreaching")
    assert alarm["alarm_actions"] == alarm["ok_actions"] == [an_environment().alerts_topic_arn]
    assert "Runbook: docs/runbooks/" in alarm["alarm_description"]
    recent = figures[-alarm["evaluation_periods"] :]
    assert all(figure is not None and figure >= alarm["threshold"] for figure in recent) is expected


def test_the_alarms_watch_the_group_and_each_disk_of_it() -> None:
    stack = a_cluster({"instance_type": "t4g.large"}, monitoring={"replicas": 2})
    by_metric = {
        metric: [one["dimensions"] for one in stack.all("aws_cloudwatch_metric_alarm", metric_name=metric)]
        for metric in ("StatusCheckFailed", "VolumeStalledIOCheck")
    }
    volumes = [{"VolumeId": stack.id_of(volume)} for volume in stack.all("aws_ebs_volume")]
    group = stack.one("aws_autoscaling_group")["name"]
    assert len(volumes) == 2
    assert by_metric == {"StatusCheckFailed": [{"AutoScalingGroupName": group}], "VolumeStalledIOCheck": volumes}


def test_snapshots_are_made_by_a_role_that_can_delete_no_others(cluster: Stack) -> None:
    (role,) = cluster.all("aws_iam_role", name="test-ec2-data-snapshots")
    (trust,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "dlm.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    (rights,) = cluster.all("aws_iam_role_policy", name="snapshots")
    of_the_disk = {"StringEquals": {"aws:ResourceTag/Name": "test-ec2-data"}}
    changes = [one for one in json.loads(rights["policy"])["Statement"] if one["Resource"] != ["*"]]
    assert [(one["Action"], one["Resource"][0].rpartition(":")[2], one.get("Condition")) for one in changes] == [
        (["ec2:CreateSnapshot"], "volume/*", of_the_disk),
        (["ec2:CreateSnapshot", "ec2:CreateTags"], "snapshot/*", None),
        (["ec2:DeleteSnapshot"], "snapshot/*", of_the_disk),
    ]


def test_the_data_is_destroyed_in_two_steps_where_things_are_protected(cluster: Stack) -> None:
    assert cluster.one("aws_ebs_volume")["lifecycle"]["prevent_destroy"] is True
    assert "lifecycle" not in a_cluster({}, deletion_protection=False).one("aws_ebs_volume")


def test_the_instance_may_attach_its_own_disk_and_no_other(cluster: Stack) -> None:
    (attach,) = cluster.all("aws_iam_role_policy", name="attach-data-volume")
    statements = json.loads(attach["policy"])["Statement"]
    arn = cluster.id_of(cluster.one("aws_ebs_volume")).replace(".id}", ".arn}")
    to_attach = [one for one in statements if one["Action"] == ["ec2:AttachVolume"]]
    assert [one["Resource"] for one in to_attach] == [[arn], [f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"]]
    assert to_attach[1]["Condition"] == {"StringEquals": {"aws:ResourceTag/Name": "test-ec2"}}
    (grant,) = [one for one in statements if one["Action"] == ["kms:CreateGrant"]]
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_nobody_can_connect_to_them_and_there_is_no_key(cluster: Stack) -> None:
    template = cluster.one("aws_launch_template")
    assert cluster.all("aws_vpc_security_group_ingress_rule") == []
    assert "key_name" not in template
    assert [rule["from_port"] for rule in cluster.all("aws_vpc_security_group_egress_rule")] == [443]


def test_a_task_cannot_reach_the_credentials_of_its_instance(cluster: Stack) -> None:
    template = cluster.one("aws_launch_template")
    assert template["metadata_options"] == {
        "http_endpoint": "enabled",
        "http_put_response_hop_limit": 1,
        "http_tokens": "required",
    }
    assert "ECS_AWSVPC_BLOCK_IMDS=true" in user_data(an_environment())


def test_their_disks_are_encrypted(cluster: Stack) -> None:
    (disk,) = cluster.one("aws_launch_template")["block_device_mappings"]
    assert disk["ebs"]["encrypted"] == "true"
    assert disk["ebs"]["volume_type"] == "gp3"


@pytest.mark.parametrize(
    ("instance_type", "path"),
    [
        ("t4g.medium", "/arm64/recommended"),
        ("c7gn.large", "/arm64/recommended"),
        ("a1.large", "/arm64/recommended"),
        ("t3.medium", "amazon-linux-2023/recommended"),
        ("g5.xlarge", "amazon-linux-2023/recommended"),
        ("m6id.large", "amazon-linux-2023/recommended"),
    ],
)
def test_the_image_fits_the_processor_and_a_new_one_is_no_change(instance_type: str, path: str) -> None:
    image = a_cluster({"instance_type": instance_type}).one("aws_launch_template")["image_id"]
    assert image.startswith("resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023")
    assert f"{path}/image_id" in image


def test_old_instances_are_replaced(cluster: Stack) -> None:
    assert cluster.one("aws_autoscaling_group")["max_instance_lifetime"] == 30 * 24 * 60 * 60


def test_an_instance_that_hangs_is_not_drained_and_lets_go_of_the_disk(cluster: Stack) -> None:
    assert cluster.one("aws_ecs_capacity_provider")["auto_scaling_group_provider"]["managed_draining"] == "DISABLED"


def test_nothing_keeps_the_group_from_being_destroyed(cluster: Stack) -> None:
    provider = cluster.one("aws_ecs_capacity_provider")["auto_scaling_group_provider"]
    assert provider["managed_termination_protection"] == "DISABLED"
    assert "protect_from_scale_in" not in cluster.one("aws_autoscaling_group")
    assert cluster.one("aws_autoscaling_group")["force_delete"] is True


def test_a_provider_is_taken_out_of_the_cluster_before_it_is_replaced(cluster: Stack) -> None:
    (address,) = cluster.one("aws_ecs_cluster_capacity_providers")["lifecycle"]["replace_triggered_by"]
    assert f"${{{address}}}" == cluster.id_of(cluster.one("aws_ecs_capacity_provider"))


def test_instances_and_disks_carry_the_tags(cluster: Stack) -> None:
    expected = {**TAGS, "Name": "test-ec2"}
    started = cluster.one("aws_launch_template")["tag_specifications"]
    assert {each["resource_type"]: each["tags"] for each in started} == {"instance": expected, "volume": expected}
    group = {tag["key"]: tag["value"] for tag in cluster.one("aws_autoscaling_group")["tag"]}
    assert group == {**expected, "AmazonECSManaged": "true"}  # without it ECS and Terraform would take turns


def test_an_instance_may_join_this_cluster_and_no_other(cluster: Stack) -> None:
    (agent,) = cluster.all("aws_iam_role_policy", name="agent")
    statements = json.loads(agent["policy"])["Statement"]
    arn = cluster.id_of(cluster.one("aws_ecs_cluster")).replace(".id}", ".arn}")
    resources = {resource for statement in statements for resource in statement["Resource"]}
    assert resources == {arn, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:container-instance/test/*", "*"}
    assert [statement["Action"] for statement in statements if statement["Resource"] == ["*"]] == [
        ["ecs:DiscoverPollEndpoint"]
    ]
    actions = {action for statement in statements for action in statement["Action"]}
    assert all(action.startswith("ecs:") for action in actions)


def test_a_shell_is_there_only_where_it_was_asked_for(cluster: Stack) -> None:
    assert cluster.all("aws_iam_role_policy_attachment") == []
    (attached,) = a_cluster({"session_manager": True}).all("aws_iam_role_policy_attachment")
    assert attached["policy_arn"] == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def test_two_replicas_have_an_instance_and_a_disk_each_in_two_zones() -> None:
    cluster = a_cluster({"zone": "b"}, monitoring={"replicas": 2})
    group = cluster.one("aws_autoscaling_group")
    assert (group["min_size"], group["max_size"]) == (2, 2)
    volumes = {volume["tags"]["Name"]: volume for volume in cluster.all("aws_ebs_volume")}
    zones = {name: volume["availability_zone"] for name, volume in volumes.items()}
    assert zones == {"test-ec2-data": "eu-west-1b", "test-ec2-data-2": "eu-west-1a"}
    assert zones_of(cluster) == set(zones.values())
    assert {volume["encrypted"] for volume in volumes.values()} == {True}
    attached = {policy["name"]: policy["policy"] for policy in cluster.all("aws_iam_role_policy")}
    for name, volume in (("attach-data-volume", "test-ec2-data"), ("attach-data-volume-2", "test-ec2-data-2")):
        assert cluster.id_of(volumes[volume]).replace(".id}", ".arn}") in attached[name]


def test_of_two_instances_one_stays_while_the_other_is_replaced_in_its_own_zone() -> None:
    group = a_cluster({}, monitoring={"replicas": 2}).one("aws_autoscaling_group")
    one_by_one = {"min_healthy_percentage": 50, "max_healthy_percentage": 100}
    assert group["instance_maintenance_policy"] == group["instance_refresh"]["preferences"] == one_by_one
    assert group["default_instance_warmup"] == 600
    # Elsewhere there is no disk for it.
    assert group["availability_zone_distribution"] == {"capacity_distribution_strategy": "balanced-only"}


def test_with_office_hours_both_instances_are_gone_by_night() -> None:
    group = a_cluster({}, monitoring={"replicas": 2}, office_hours={}).one("aws_autoscaling_group")
    assert (group["min_size"], group["max_size"]) == (0, 2)
