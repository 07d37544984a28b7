"""The id by which Terraform imports a resource of each type: its code has it, or AWS has to be asked.

The formats are those of the provider's pages "Import", https://registry.terraform.io/providers/hashicorp/aws/5.100.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from cli.recovery import named_lookups, network_lookups
from cli.recovery.account import Look, Place

FROM_CODE: Mapping[str, str] = {
    "aws_autoscaling_group": "{name}",
    "aws_backup_vault": "{name}",
    "aws_budgets_budget": "{account}:{name}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_db_instance": "{identifier}",
    "aws_db_parameter_group": "{name}",
    "aws_db_subnet_group": "{name}",
    "aws_ecr_repository": "{name}",
    "aws_ecs_capacity_provider": "{name}",
    "aws_ecs_cluster": "{name}",
    "aws_elasticache_serverless_cache": "{name}",
    "aws_iam_instance_profile": "{name}",
    "aws_iam_role": "{name}",
    "aws_kms_alias": "{name}",
    "aws_lambda_alias": "{function_name}/{name}",
    "aws_lambda_function": "{function_name}",
    "aws_lambda_permission": "{function_name}/{statement_id}",
    "aws_opensearchserverless_access_policy": "{name}/{type}",
    "aws_opensearchserverless_lifecycle_policy": "{name}/{type}",
    "aws_opensearchserverless_security_policy": "{name}/{type}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route53_record": "{zone_id}_{name}_{type}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_s3_bucket": "{bucket}",
    "aws_scheduler_schedule": "{group_name}/{name}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws_ssm_parameter": "{name}",
}
"""Whether they exist is seen by Terraform itself, which refuses to import what is not there."""

FROM_AWS: Mapping[str, Look] = {
    **network_lookups.BY_NAME_TAG,
    "aws_acm_certificate": named_lookups.certificate,
    "aws_backup_plan": named_lookups.backup_plan,
    "aws_backup_selection": named_lookups.backup_selection,
    "aws_dlm_lifecycle_policy": named_lookups.snapshot_policy,
    "aws_ecs_service": named_lookups.ecs_service,
    "aws_efs_access_point": named_lookups.access_point,
    "aws_efs_file_system": named_lookups.file_system,
    "aws_efs_mount_target": named_lookups.mount_target,
    "aws_instance": network_lookups.instance,
    "aws_kms_key": named_lookups.kms_key,
    "aws_launch_template": network_lookups.launch_template,
    "aws_lb": network_lookups.load_balancer,
    "aws_lb_listener": network_lookups.listener,
    "aws_lb_listener_rule": network_lookups.listener_rule,
    "aws_lb_target_group": network_lookups.target_group,
    "aws_opensearchserverless_collection": named_lookups.collection,
    "aws_opensearchserverless_vpc_endpoint": named_lookups.collection_endpoint,
    "aws_prometheus_workspace": named_lookups.workspace,
    "aws_route53_zone": named_lookups.zone,
    "aws_secretsmanager_secret": named_lookups.secret,
    "aws_service_discovery_private_dns_namespace": named_lookups.namespace,
    "aws_service_discovery_service": named_lookups.registry,
    "aws_sqs_queue": named_lookups.queue,
    "aws_vpc_security_group_egress_rule": network_lookups.firewall_rule(is_egress=True),
    "aws_vpc_security_group_ingress_rule": network_lookups.firewall_rule(is_egress=False),
    "aws_wafv2_ip_set": network_lookups.of_waf("list_ip_sets", "IPSets"),
    "aws_wafv2_web_acl": network_lookups.of_waf("list_web_acls", "WebACLs"),
}

WRITTEN_AGAIN = frozenset(
    {
        # To make them is to write a setting of what is imported: made again, it is as before, and nothing is doubled.
        "aws_acm_certificate_validation",
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_backup_vault_lock_configuration",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_metric_alarm",
        "aws_default_security_group",
        "aws_ecr_lifecycle_policy",
        "aws_ecr_repository_policy",
        "aws_ecs_cluster_capacity_providers",
        "aws_efs_backup_policy",
        "aws_efs_file_system_policy",
        "aws_eip_association",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_invocation",
        "aws_lb_listener_certificate",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_secretsmanager_secret_rotation",
        "aws_secretsmanager_secret_version",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
        "aws_sqs_queue_policy",
        "aws_sqs_queue_redrive_allow_policy",
        "aws_wafv2_web_acl_association",
        "aws_wafv2_web_acl_logging_configuration",
        # The next revision takes the place of one that nothing runs.
        "aws_ecs_task_definition",
    }
)
BY_HAND = frozenset(
    {
        # Of all environments, or of one in many, and a person's: they are named, and imported by hand.
        "aws_globalaccelerator_accelerator",
        "aws_globalaccelerator_endpoint_group",
        "aws_globalaccelerator_listener",
        "aws_iam_openid_connect_provider",
        "aws_iam_policy",
        "aws_opensearchserverless_security_config",
    }
)


def import_ids(kind: str, values: Mapping[str, Any], place: Place) -> list[str]:
    """Return the ids under which what the code plans may exist already; none where its values are not known yet."""
    if template := FROM_CODE.get(kind):
        known = {"account": place.account_id, "region": place.region, **values}
        fields = [field for _, field, _, _ in Formatter().parse(template) if field]
        return [template.format(**known)] if all(known.get(field) for field in fields) else []
    if look := FROM_AWS.get(kind):
        return sorted(look(place, values))
    return []
