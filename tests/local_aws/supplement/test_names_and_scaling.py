"""Private zones, Cloud Map namespaces and scalable targets are whole."""

from __future__ import annotations

from collections.abc import Callable

from tests.local_aws.supplement.conftest import Aws, Promise
from tests.local_aws.supplement.test_ecs import create_service, register


def _vpc(aws: Aws) -> str:
    vpc: str = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return vpc


def test_a_zone_in_a_vpc_is_private(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        vpc = {"VPCId": _vpc(aws), "VPCRegion": "eu-west-1"}
        created = aws("route53").create_hosted_zone(Name="internal.test", CallerReference="1", VPC=vpc)
        zone = aws("route53").get_hosted_zone(Id=created["HostedZone"]["Id"])
        assert zone["HostedZone"]["Config"]["PrivateZone"]
        assert zone["VPCs"] == [vpc]


def test_a_namespace_has_a_zone_of_its_name_for_as_long_as_it_lives(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        vpc = _vpc(aws)
        aws("servicediscovery").create_private_dns_namespace(Name="app.local", Vpc=vpc)
        listed = aws("servicediscovery").list_namespaces()["Namespaces"]
        namespace = aws("servicediscovery").get_namespace(Id=listed[-1]["Id"])["Namespace"]
        zone_id = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
        zone = aws("route53").get_hosted_zone(Id=zone_id)
        assert zone["HostedZone"]["Name"] == "app.local."
        assert [one["VPCId"] for one in zone["VPCs"]] == [vpc]
        records = aws("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
        assert {record["Name"] for record in records} == {"app.local."}
        aws("servicediscovery").delete_namespace(Id=namespace["Id"])
        zones = aws("route53").list_hosted_zones()["HostedZones"]
        assert zone_id not in [zone["Id"].removeprefix("/hostedzone/") for zone in zones]


def test_a_namespace_keeps_its_zone_when_its_empty_answers_get_another_ttl(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        cloud_map = aws("servicediscovery")
        cloud_map.create_private_dns_namespace(Name="app.local", Vpc=_vpc(aws))
        id_ = cloud_map.list_namespaces()["Namespaces"][-1]["Id"]
        before = cloud_map.get_namespace(Id=id_)["Namespace"]["Properties"]["DnsProperties"]
        assert before["SOA"] == {"TTL": 300}
        cloud_map.update_private_dns_namespace(
            Id=id_, Namespace={"Properties": {"DnsProperties": {"SOA": {"TTL": 15}}}}
        )
        after = cloud_map.get_namespace(Id=id_)["Namespace"]["Properties"]["DnsProperties"]
        assert after == {**before, "SOA": {"TTL": 15}}


def test_a_scalable_target_has_tags(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        scaling = aws("application-autoscaling")
        arn = scaling.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{aws.name}/orders",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=1,
            MaxCapacity=3,
            Tags={"a": "1", "b": "2"},
        )["ScalableTargetARN"]
        scaling.tag_resource(ResourceARN=arn, Tags={"c": "3"})
        scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
        assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2", "c": "3"}


def test_a_service_has_its_own_policies_and_not_those_of_one_whose_name_begins_its_own(
    supplement_keeps: Callable[[Promise], None],
) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        scaling = aws("application-autoscaling")
        create_service(aws)
        aws("ecs").create_service(cluster=aws.name, serviceName="orders-gateway", taskDefinition=register(aws))
        for name in ("orders", "orders-gateway"):
            target = {
                "ServiceNamespace": "ecs",
                "ResourceId": f"service/{aws.name}/{name}",
                "ScalableDimension": "ecs:service:DesiredCount",
            }
            scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
            scaling.put_scaling_policy(
                **target,
                PolicyName="cpu",
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration={
                    "TargetValue": 60,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            )
        for name in ("orders", "orders-gateway"):
            answer = scaling.describe_scaling_policies(
                ServiceNamespace="ecs", ResourceId=f"service/{aws.name}/{name}", PolicyNames=["cpu"]
            )
            found = [policy["ResourceId"] for policy in answer["ScalingPolicies"]]
            assert found == [f"service/{aws.name}/{name}"]


def test_a_changed_scaling_policy_has_new_alarms_and_only_those(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        create_service(aws)
        scaling = aws("application-autoscaling")
        target = {
            "ServiceNamespace": "ecs",
            "ResourceId": f"service/{aws.name}/orders",
            "ScalableDimension": "ecs:service:DesiredCount",
        }
        scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
        alarms: set[str] = set()
        for percent in (60, 70):
            metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
            policy = scaling.put_scaling_policy(
                **target,
                PolicyName="cpu",
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration={
                    "TargetValue": percent,
                    "PredefinedMetricSpecification": metric,
                },
            )
            alarms = {alarm["AlarmName"] for alarm in policy["Alarms"]}
        prefix = f"TargetTracking-service/{aws.name}/"
        found = aws("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
        assert {alarm["AlarmName"] for alarm in found} == alarms
