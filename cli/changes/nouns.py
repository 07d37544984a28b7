"""Words for each resource type: its name, what is lost when it is destroyed, and what a caller notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Noun:
    """One resource type in words. `holds` says what is gone with it, where it holds anything of its own."""

    one: str
    many: str
    holds: str | None = None
    noticed: str | None = None
    """What those who use it notice while it is replaced, or when it is gone."""

    @property
    def is_main(self) -> bool:
        """Return whether it is what others of its stack are there for."""
        return self.holds is not None or self.one in ("ECS service", "cluster", "load balancer", "network")


def _noun(one: str, *, many: str | None = None, holds: str | None = None, noticed: str | None = None) -> Noun:
    return Noun(one, many or f"{one}s", holds, noticed)


NOUNS: Mapping[str, Noun] = {
    "aws_acm_certificate": _noun("certificate", noticed="HTTPS, until the new one is issued"),
    "aws_acm_certificate_validation": _noun("proof of a certificate", many="proofs of certificates"),
    "aws_appautoscaling_policy": _noun("scaling policy", many="scaling policies"),
    "aws_appautoscaling_scheduled_action": _noun("planned scaling"),
    "aws_appautoscaling_target": _noun("range of tasks", many="ranges of tasks"),
    "aws_autoscaling_group": _noun("group of instances", many="groups of instances"),
    "aws_backup_plan": _noun("backup plan"),
    "aws_backup_selection": _noun("choice of what is backed up", many="choices of what is backed up"),
    "aws_backup_vault": _noun("backup vault", holds="all backups in it"),
    "aws_backup_vault_lock_configuration": _noun("lock of a backup vault", many="locks of backup vaults"),
    "aws_budgets_budget": _noun("budget"),
    "aws_cloudwatch_composite_alarm": _noun("composite alarm"),
    "aws_cloudwatch_log_group": _noun("log group", holds="the logs in it"),
    "aws_cloudwatch_metric_alarm": _noun("alarm"),
    "aws_db_instance": _noun("database", holds="all its data", noticed="every service that uses it"),
    "aws_db_parameter_group": _noun("database parameter group"),
    "aws_db_subnet_group": _noun("database subnet group"),
    "aws_dlm_lifecycle_policy": _noun("plan of snapshots", many="plans of snapshots"),
    "aws_dynamodb_table": _noun("table", holds="all its items"),
    "aws_ebs_volume": _noun("disk", holds="what is on it"),
    "aws_ecr_lifecycle_policy": _noun("rule of which images are kept in", many="rules of which images are kept in"),
    "aws_ecr_repository_policy": _noun("right to pull from", many="rights to pull from"),
    "aws_ecr_repository": _noun("image repository", many="image repositories", holds="its images"),
    "aws_ecs_cluster": _noun("cluster"),
    "aws_ecs_service": _noun("ECS service", noticed="everybody who calls it"),
    "aws_ecs_task_definition": _noun("task definition"),
    "aws_efs_access_point": _noun("way into a file system", many="ways into file systems"),
    "aws_efs_backup_policy": _noun("file system's backup", many="backups of file systems"),
    "aws_efs_file_system": _noun("file system", holds="its files", noticed="every service that mounts it"),
    "aws_efs_file_system_policy": _noun("policy of a file system", many="policies of file systems"),
    "aws_efs_mount_target": _noun("address of a file system", many="addresses of file systems"),
    "aws_eip": _noun("public address", many="public addresses", noticed="whoever lets in only this address"),
    "aws_eip_association": _noun("use of a public address", many="uses of public addresses"),
    "aws_elasticache_serverless_cache": _noun("cache", holds="all that is in it", noticed="every service that uses it"),
    "aws_flow_log": _noun("flow log"),
    "aws_globalaccelerator_accelerator": _noun("accelerator", noticed="every customer, until the DNS follows"),
    "aws_iam_instance_profile": _noun("instance profile"),
    "aws_iam_openid_connect_provider": _noun("identity provider", noticed="every workflow on GitHub"),
    "aws_iam_policy": _noun("policy", many="policies"),
    "aws_iam_role": _noun("role"),
    "aws_iam_role_policy": _noun("right of a role", many="rights of roles"),
    "aws_iam_role_policy_attachment": _noun("right of a role", many="rights of roles"),
    "aws_instance": _noun("instance", noticed="what goes through it, for minutes"),
    "aws_internet_gateway": _noun("internet gateway", noticed="all traffic from and to the internet"),
    "aws_kms_alias": _noun("name of a key", many="names of keys"),
    "aws_kms_key": _noun(
        "encryption key", holds="everything that it encrypted, for ever once its waiting time is over"
    ),
    "aws_lambda_function": _noun("function"),
    "aws_lambda_invocation": _noun("call of a function", many="calls of functions"),
    "aws_launch_template": _noun("launch template"),
    "aws_lb": _noun("load balancer", noticed="every customer, until the DNS follows"),
    "aws_lb_listener": _noun("listener", noticed="every request from outside, for seconds"),
    "aws_lb_listener_certificate": _noun("certificate of a host", many="certificates of hosts"),
    "aws_lb_listener_rule": _noun("route from outside", many="routes from outside", noticed="its requests"),
    "aws_lb_target_group": _noun("target group", noticed="its requests, until tasks are registered again"),
    "aws_nat_gateway": _noun("NAT gateway", noticed="calls to the internet, for minutes"),
    "aws_network_interface": _noun("network interface", noticed="what goes through it, for minutes"),
    "aws_network_acl": _noun("network access list"),
    "aws_opensearchserverless_collection": _noun("log collection", holds="the logs in it"),
    "aws_prometheus_workspace": _noun("workspace of metrics", many="workspaces of metrics", holds="the metrics in it"),
    "aws_route": _noun("route", noticed="what goes that way"),
    "aws_route53_record": _noun("DNS record", noticed="whoever looks the name up"),
    "aws_route53_zone": _noun("DNS zone", holds="its records and its name servers"),
    "aws_route_table": _noun("route table"),
    "aws_route_table_association": _noun("way of a subnet", many="ways of subnets"),
    "aws_s3_bucket": _noun("bucket", holds="all objects in it"),
    "aws_scheduler_schedule": _noun("schedule"),
    "aws_secretsmanager_secret": _noun("secret", holds="its value"),
    "aws_secretsmanager_secret_version": _noun("value of a secret", many="values of secrets"),
    "aws_security_group": _noun("security group"),
    "aws_service_discovery_private_dns_namespace": _noun("private namespace", noticed="every call between services"),
    "aws_service_discovery_service": _noun("private name", noticed="whoever calls it by that name"),
    "aws_cloudwatch_event_rule": _noun("rule for events"),
    "aws_cloudwatch_event_target": _noun("target of a rule for events", many="targets of rules for events"),
    "aws_sns_topic": _noun("topic"),
    "aws_sqs_queue": _noun("queue", holds="the messages that wait in it"),
    "aws_sqs_queue_policy": _noun("right to use a queue", many="rights to use queues"),
    "aws_sqs_queue_redrive_allow_policy": _noun("right to use a queue", many="rights to use queues"),
    "aws_ssm_parameter": _noun("parameter"),
    "aws_subnet": _noun("subnet", noticed="everything that runs in it"),
    "aws_vpc": _noun("network", noticed="everything that runs in it"),
    "aws_vpc_endpoint": _noun("VPC endpoint", noticed="calls to AWS, for minutes"),
    "aws_vpc_security_group_egress_rule": _noun("way out to", many="ways out to", noticed="what goes that way"),
    "aws_vpc_security_group_ingress_rule": _noun("way in for", many="ways in for", noticed="what comes that way"),
    "aws_wafv2_ip_set": _noun("list of addresses the firewall lets pass"),
    "aws_wafv2_web_acl": _noun("firewall"),
    "terraform_data": _noun("step of a deploy", many="steps of a deploy"),
}


def noun_of(type_: str) -> Noun:
    """Return the words of a type; its own name where the table has none."""
    return NOUNS.get(type_) or _noun(type_.removeprefix("aws_").replace("_", " "))
