"""Alarms, queries, budgets, images, instances and firewall rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.local_aws.supplement.conftest import Aws, Promise

ACCOUNT = "123456789012"


def test_a_composite_alarm_exists(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("cloudwatch").put_composite_alarm(AlarmName=aws.name, AlarmRule="ALARM(a)")
        found = aws("cloudwatch").describe_alarms(AlarmNames=[aws.name], AlarmTypes=["CompositeAlarm"])
        assert [alarm["AlarmRule"] for alarm in found["CompositeAlarms"]] == ["ALARM(a)"]


def test_a_query_is_saved_changed_and_deleted(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        logs = aws("logs")

        def saved() -> list[str]:
            found = logs.describe_query_definitions(queryDefinitionNamePrefix=aws.name)
            return [query["queryString"] for query in found["queryDefinitions"]]

        id_ = logs.put_query_definition(name=aws.name, queryString="fields a")["queryDefinitionId"]
        logs.put_query_definition(name=aws.name, queryString="fields b", queryDefinitionId=id_)
        assert saved() == ["fields b"]
        assert logs.delete_query_definition(queryDefinitionId=id_)["success"]
        assert saved() == []


def _budget(aws: Aws, amount: str) -> dict[str, Any]:
    return {
        "BudgetName": aws.name,
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": amount, "Unit": "USD"},
    }


def test_a_budget_tells_its_subscribers(supplement_keeps: Callable[[Promise], None]) -> None:
    notification = {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 80.0,
        "ThresholdType": "PERCENTAGE",
    }
    subscribers = [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}]

    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("budgets").create_budget(
            AccountId=ACCOUNT,
            Budget=_budget(aws, "1"),
            NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": subscribers}],
        )
        found = aws("budgets").describe_subscribers_for_notification(
            AccountId=ACCOUNT, BudgetName=aws.name, Notification=notification
        )
        assert found["Subscribers"] == subscribers


def test_a_budget_can_be_raised(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        aws("budgets").create_budget(AccountId=ACCOUNT, Budget=_budget(aws, "1"))
        aws("budgets").update_budget(AccountId=ACCOUNT, NewBudget=_budget(aws, "2"))
        found = aws("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=aws.name)["Budget"]
        assert found["BudgetLimit"]["Amount"] == "2"


def test_a_budget_has_tags(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        budgets, arn = aws("budgets"), f"arn:aws:budgets::{ACCOUNT}:budget/{aws.name}"
        budgets.create_budget(AccountId=ACCOUNT, Budget=_budget(aws, "1"), ResourceTags=[{"Key": "a", "Value": "1"}])
        budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "b", "Value": "2"}])
        budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])
        assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "b", "Value": "2"}]


def test_public_images_can_be_cached(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ecr, rule = aws("ecr"), {"ecrRepositoryPrefix": aws.name}
        ecr.create_pull_through_cache_rule(**rule, upstreamRegistryUrl="public.ecr.aws")
        asked = {"ecrRepositoryPrefixes": [aws.name]}
        (found,) = ecr.describe_pull_through_cache_rules(**asked)["pullThroughCacheRules"]
        assert found["upstreamRegistryUrl"] == "public.ecr.aws"
        ecr.delete_pull_through_cache_rule(**rule)
        try:
            ecr.describe_pull_through_cache_rules(**asked)
        except ecr.exceptions.PullThroughCacheRuleNotFoundException:
            return
        raise AssertionError("the rule is still there")


def _template(aws: Aws, **data: Any) -> dict[str, Any]:
    own = {"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}
    image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    data |= {"ImageId": image, "InstanceType": "t3.micro"}
    aws("ec2").create_launch_template(LaunchTemplateName=aws.name, LaunchTemplateData=data, TagSpecifications=[own])
    asked = {"LaunchTemplateName": aws.name}
    versions = aws("ec2").describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
    found: dict[str, Any] = versions[0]["LaunchTemplateData"]
    return found


def test_a_launch_templates_own_tags_are_not_its_instances(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    instances = {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "n"}]}

    @supplement_keeps
    def promise(aws: Aws) -> None:
        assert _template(aws, TagSpecifications=[instances])["TagSpecifications"] == [instances]


def test_a_launch_templates_tags_can_change(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _template(aws)
        asked = {"LaunchTemplateNames": [aws.name]}
        (template,) = aws("ec2").describe_launch_templates(**asked)["LaunchTemplates"]
        aws("ec2").create_tags(Resources=[template["LaunchTemplateId"]], Tags=[{"Key": "a", "Value": "c"}])
        (template,) = aws("ec2").describe_launch_templates(**asked)["LaunchTemplates"]
        assert template["Tags"] == [{"Key": "a", "Value": "c"}]


def test_a_launch_template_that_is_gone_says_so_by_its_id(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        error: dict[str, Any] = {}
        try:
            aws("ec2").delete_launch_template(LaunchTemplateId="lt-0123456789abcdef0")
        except ClientError as refused:
            error = dict(refused.response["Error"])
        assert error["Code"] == "InvalidLaunchTemplateId.NotFound"


def test_a_protected_group_drains_once_its_protection_ends(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _template(aws)
        group = {"AutoScalingGroupName": aws.name}
        scaling = aws("autoscaling")
        scaling.create_auto_scaling_group(
            **group,
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=["eu-west-1a"],
            LaunchTemplate={"LaunchTemplateName": aws.name},
            NewInstancesProtectedFromScaleIn=True,
        )

        def instances() -> list[str]:
            found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[aws.name])
            return [one["InstanceId"] for one in found["AutoScalingGroups"][0]["Instances"]]

        protected = instances()
        scaling.update_auto_scaling_group(**group, MinSize=0, MaxSize=0, DesiredCapacity=0)
        assert instances() == protected
        scaling.set_instance_protection(**group, InstanceIds=protected, ProtectedFromScaleIn=False)
        assert instances() == []


def test_a_group_remembers_when_and_how_its_instances_are_replaced(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        scaling = aws("autoscaling")
        first_out = {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}
        image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        aws("ec2").create_launch_template(
            LaunchTemplateName=aws.name, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=aws.name,
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["eu-west-1a"],
            LaunchTemplate={"LaunchTemplateName": aws.name},
            MaxInstanceLifetime=2_592_000,
            InstanceMaintenancePolicy=first_out,
        )

        def kept() -> tuple[int, dict[str, int] | None]:
            (found,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[aws.name])["AutoScalingGroups"]
            return int(found["MaxInstanceLifetime"]), found.get("InstanceMaintenancePolicy")

        assert kept() == (2_592_000, first_out)
        scaling.update_auto_scaling_group(AutoScalingGroupName=aws.name, MaxInstanceLifetime=86_400)
        assert kept() == (86_400, first_out)
        none = {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}
        scaling.update_auto_scaling_group(AutoScalingGroupName=aws.name, InstanceMaintenancePolicy=none)
        assert kept() == (86_400, None)


def test_a_group_remembers_how_it_spreads_over_zones_and_how_long_instances_warm_up(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        scaling = aws("autoscaling")
        image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        aws("ec2").create_launch_template(
            LaunchTemplateName=aws.name, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
        )
        balanced = {"CapacityDistributionStrategy": "balanced-only"}
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=aws.name,
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["eu-west-1a", "eu-west-1b"],
            LaunchTemplate={"LaunchTemplateName": aws.name},
            AvailabilityZoneDistribution=balanced,
            DefaultInstanceWarmup=600,
        )

        def kept() -> tuple[dict[str, str], int]:
            (found,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[aws.name])["AutoScalingGroups"]
            return found["AvailabilityZoneDistribution"], found["DefaultInstanceWarmup"]

        assert kept() == (balanced, 600)
        scaling.update_auto_scaling_group(AutoScalingGroupName=aws.name, DefaultInstanceWarmup=300)
        assert kept() == (balanced, 300)


def test_a_terminated_instance_leaves_no_network_interface(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ec2 = aws("ec2")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        (instance,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
        interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
        ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
        listed = ec2.describe_network_interfaces()["NetworkInterfaces"]
        assert interface not in [one["NetworkInterfaceId"] for one in listed]


def test_a_groups_instances_can_be_refreshed(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _template(aws)
        group = {"AutoScalingGroupName": aws.name}
        aws("autoscaling").create_auto_scaling_group(
            **group,
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["eu-west-1a"],
            LaunchTemplate={"LaunchTemplateName": aws.name},
        )
        id_ = aws("autoscaling").start_instance_refresh(**group)["InstanceRefreshId"]
        (refresh,) = aws("autoscaling").describe_instance_refreshes(**group, InstanceRefreshIds=[id_])[
            "InstanceRefreshes"
        ]
        assert refresh["Status"] == "Successful"


def test_a_deleted_nat_gateway_leaves_no_network_interface(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ec2 = aws("ec2")
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        gateway = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
        (found,) = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
        ec2.delete_nat_gateway(NatGatewayId=gateway)
        left = ec2.describe_network_interfaces()["NetworkInterfaces"]
        interface = found["NatGatewayAddresses"][0]["NetworkInterfaceId"]
        assert interface not in [one["NetworkInterfaceId"] for one in left]


def test_every_firewall_rule_keeps_its_description(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ec2 = aws("ec2")
        group = ec2.create_security_group(GroupName=aws.name, Description="d")["GroupId"]
        lists = ec2.describe_prefix_lists()["PrefixLists"]
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
        sources = [
            {"UserIdGroupPairs": [{"GroupId": group, "Description": "from a group"}]},
            {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "from a range"}]},
            {"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], "Description": "from a list"}]},
        ]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https | source for source in sources])
        mine = [{"Name": "group-id", "Values": [group]}]
        rules = ec2.describe_security_group_rules(Filters=mine)["SecurityGroupRules"]
        assert {rule["Description"] for rule in rules if not rule["IsEgress"]} == {
            "from a group",
            "from a range",
            "from a list",
        }


def test_a_firewall_rule_can_change_all_it_says(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ec2 = aws("ec2")
        group, other = (
            ec2.create_security_group(GroupName=aws.name + suffix, Description="d")["GroupId"] for suffix in ("a", "b")
        )
        permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group, "Description": "before"}]}
        added = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
        rule = {"SecurityGroupRuleId": added["SecurityGroupRules"][0]["SecurityGroupRuleId"]}
        wanted = {"IpProtocol": "-1", "ReferencedGroupId": other, "Description": "after"}
        ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[{**rule, "SecurityGroupRule": wanted}])
        (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=list(rule.values()))["SecurityGroupRules"]
        assert found["ReferencedGroupInfo"]["GroupId"] == other
        assert found["Description"] == "after"
