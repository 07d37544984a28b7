"""Each formula, with numbers worked out by hand from its definition and the prices of eu-west-1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from costs.bill import FORMULAS, make_bill
from costs.facts import weekly_hours
from costs.formulas.edge import capacity_units
from costs.formulas.schedule import runs_a_month
from images.lifecycle import lifecycle_policy
from tests.costs.resources import facts_of

LOAD_BALANCER = {"aws_lb": {"it": {"internal": False, "subnets": ["a", "b", "c"], "idle_timeout": 60}}}
TARGET_GROUP: dict[str, Any] = {"aws_lb_target_group": {"it": {}}}
FARGATE = [{"capacity_provider": "FARGATE", "weight": 100, "base": 0}]
ARM = [{"cpu_architecture": "ARM64"}]
EXPORTER = {
    "aws_ecs_service": {"e": {"name": "grafana", "task_definition": "${aws_ecs_task_definition.d.arn}"}},
    "aws_ecs_task_definition": {
        "d": {"container_definitions": '[{"name": "grafana"}, {"name": "cloudwatch-exporter"}]'}
    },
}
LOG_GROUPS = {
    "aws_cloudwatch_log_group": {
        "g": {"name": "/dev/services/web", "retention_in_days": 14},
        "i": {
            "name": "/dev/services/web/infrequent",
            "retention_in_days": 14,
            "log_group_class": "INFREQUENT_ACCESS",
        },
    }
}
REPOSITORIES = {"orders": 30, "platform--grafana": 180, "previews--orders": 32}
"""The days after which images expire."""
SIZE = {"cpu": "256", "memory": "512", "runtime_platform": ARM}


def service(
    definition: Mapping[str, Any] = SIZE, strategy: Any = FARGATE, *, least: int = 2, most: int = 4, **more: Any
) -> dict[str, Any]:
    """A service with its task definition and range, in the JSON that Terraform reads."""
    return {
        "aws_ecs_service": {
            "s": {
                "name": "web",
                "task_definition": "${aws_ecs_task_definition.d.arn}",
                "capacity_provider_strategy": strategy,
                "desired_count": least,
            }
        },
        "aws_ecs_task_definition": {"d": dict(definition)},
        "aws_appautoscaling_target": {
            "t": {
                "min_capacity": least,
                "max_capacity": most,
                "resource_id": "service/dev/${aws_ecs_service.s.name}",
            }
        },
        **more,
    }


def tracking(measure: str, value: int) -> dict[str, Any]:
    configuration = {"predefined_metric_specification": {"predefined_metric_type": measure}, "target_value": value}
    return {
        "aws_appautoscaling_policy": {
            "p": {
                "resource_id": "${aws_appautoscaling_target.t.resource_id}",
                "target_tracking_scaling_policy_configuration": configuration,
            }
        }
    }


def scheduled(**crons: tuple[str, int]) -> dict[str, Any]:
    return {
        "aws_appautoscaling_scheduled_action": {
            name: {
                "name": name,
                "schedule": cron,
                "resource_id": "${aws_appautoscaling_target.t.resource_id}",
                "scalable_target_action": {"min_capacity": "0", "max_capacity": str(most)},
            }
            for name, (cron, most) in crons.items()
        }
    }


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = {
    # 2 x 730 x 0.048; 100 x 0.048
    "two NAT gateways": (
        {"network": {"aws_nat_gateway": {"a": {}, "b": {}}}},
        {"nat_gb": 100},
        {"NAT gateways, hours": 70.08, "NAT gateways, data": 4.80},
    ),
    # 2 x (40 + 2/3 x 90) x 0.01
    "one NAT gateway for three zones pays between zones": (
        {"network": {"aws_vpc": {"v": {}}, "aws_nat_gateway": {"a": {}}}},
        {"nat_gb": 90, "cross_zone_gb": 40},
        {"between zones": 2.00},
    ),
    # 2 x 730 x 0.005 and 3 x 730 x 0.005
    "addresses": (
        {"network": {"aws_eip": {"a": {}, "b": {}}}, "edge": LOAD_BALANCER},
        {},
        {"public addresses of NAT": 7.30, "public addresses of the load balancer": 10.95},
    ),
    # 2 endpoints x 3 zones x 730 x 0.011 + 50 x 0.01; 3 x 730 x 0.011
    "endpoints": (
        {
            "network": {
                "aws_vpc_endpoint": {
                    name: {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b", "c"]} for name in ("one", "two")
                }
                | {"s3": {"vpc_endpoint_type": "Gateway"}}
            },
            "logging": {"aws_opensearchserverless_vpc_endpoint": {"it": {"subnet_ids": ["a", "b", "c"]}}},
        },
        {"endpoint_gb": 50},
        {"interface endpoints": 48.68, "gateway endpoints": 0.0, "endpoint of the log collections": 24.09},
    ),
    # 200 x 0.57 + 200 x 0.15 x 90/30 x 0.03
    "flow logs in CloudWatch": (
        {
            "network": {
                "aws_flow_log": {"f": {"log_destination": "${aws_cloudwatch_log_group.g.arn}"}},
                "aws_cloudwatch_log_group": {"g": {"name": "/dev/flow", "retention_in_days": 90}},
            }
        },
        {"flow_log_gb": 200},
        {"flow logs": 116.70},
    ),
    # 200 x 0.285 + 200 x 0.15 x 90/30 x 0.03
    "flow logs in the infrequent-access class": (
        {
            "network": {
                "aws_flow_log": {"f": {"log_destination": "${aws_cloudwatch_log_group.g.arn}"}},
                "aws_cloudwatch_log_group": {
                    "g": {"name": "/f", "retention_in_days": 90, "log_group_class": "INFREQUENT_ACCESS"}
                },
            }
        },
        {"flow_log_gb": 200},
        {"flow logs": 59.70},
    ),
    # 200 x 0.285 + 200 x 0.15 x 90/30 x 0.023
    "flow logs in S3": (
        {
            "network": {
                "aws_flow_log": {"f": {"log_destination_type": "s3"}},
                "aws_s3_bucket_lifecycle_configuration": {"l": {"rule": [{"expiration": {"days": 90}}]}},
            }
        },
        {"flow_log_gb": 200},
        {"flow logs": 59.07},
    ),
    # 730 x 0.0252; 50 x 11 KiB x 3600 / 1024^2 = 1.88828 GB an hour x 730 x 0.008; 131.4 M x 0.6;
    # 131.4 M x 10 KiB / 1024^2 = 1253.13 GB x 0.09
    "the edge at 50 requests a second": (
        {
            "edge": LOAD_BALANCER | {"aws_wafv2_web_acl": {"w": {"rule": [{}, {}, {}, {}]}}},
            "service-web": TARGET_GROUP,
        },
        {"requests_per_second": 50, "response_kib": 10, "request_kib": 1},
        {
            "load balancer, hours": 18.396,
            "load balancer, capacity units": 11.0276,
            "firewall, rules": 9.0,
            "firewall, requests": 78.84,
            "data to the internet": 112.7815,
        },
    ),
    # 2 zones
    "zones": (
        {"edge": {"aws_route53_zone": {"z": {}}, "aws_service_discovery_private_dns_namespace": {"n": {}}}},
        {},
        {"DNS zones": 1.00},
    ),
    # 730 x 0.025
    "an accelerator": (
        {"edge": {"aws_globalaccelerator_accelerator": {"a": {}}}},
        {},
        {"Global Accelerator": 18.25},
    ),
    # 10 x 3600 x 730 = 26.28 M lines x 90 bytes = 2.3652 GB a month x 2 months x 0.023
    "access logs": (
        {
            "edge": {
                "aws_s3_bucket": {"b": {}},
                "aws_s3_bucket_lifecycle_configuration": {"l": {"rule": [{"expiration": [{"days": 60}]}]}},
            },
            "service-web": TARGET_GROUP,
        },
        {"requests_per_second": 10},
        {"access logs": 0.1088},
    ),
    # 2 x 730 x (0.25 x 0.03238 + 0.5 x 0.00356)
    "tasks on demand": ({"service-web": service()}, {}, {"tasks of web": 14.4175}),
    # 2 x 730 x (0.25 x 0.04048 + 0.5 x 0.004445)
    "tasks on x86": (
        {"service-web": service({"cpu": "256", "memory": "512", "runtime_platform": [{}]})},
        {},
        {"tasks of web": 18.0201},
    ),
    # 2 x 730 x (0.009875 + 30 x 0.000122)
    "tasks with 30 GiB of disk beyond the 20 that cost nothing": (
        {"service-web": service({**SIZE, "ephemeral_storage": {"size_in_gib": 50}})},
        {},
        {"tasks of web": 19.7611},
    ),
    # 1 on demand, of the other 9 half on Spot: 1 + 9 x (0.5 + 0.5 x 0.33) = 6.985 x 730 x 0.009875
    "tasks half on Spot beside one on demand": (
        {
            "service-web": service(
                strategy=[
                    {"capacity_provider": "FARGATE", "weight": 50, "base": 1},
                    {"capacity_provider": "FARGATE_SPOT", "weight": 50, "base": 0},
                ],
                least=10,
                most=10,
            )
        },
        {},
        {"tasks of web": 50.3531},
    ),
    # 50 x 60 / 1000 = 3 tasks x 730 x 0.009875
    "tasks by requests": (
        {"service-web": service(**tracking("ALBRequestCountPerTarget", 1000))},
        {"requests_per_second": 50},
        {"tasks of web": 21.6263, "alarms": 0.20},
    ),
    # 100 x 60 / 1000 = 6, but at most 4
    "tasks by requests never pass the range": (
        {"service-web": service(**tracking("ALBRequestCountPerTarget", 1000))},
        {"requests_per_second": 100},
        {"tasks of web": 28.835},
    ),
    # 2.5 tasks x 730 x 0.009875
    "tasks that are known to run": (
        {"service-web": service()},
        {"services": {"web": {"average_tasks": 2.5}}},
        {"tasks of web": 18.0219},
    ),
    # 65 hours a week x 730/168 = 282.44 h x 2 x 0.009875
    "tasks in office hours": (
        {
            "service-web": service(
                **scheduled(start=("cron(0 7 ? * MON-FRI *)", 4), stop=("cron(0 20 ? * MON-FRI *)", 0))
            )
        },
        {},
        {"tasks of web": 5.5782},
    ),
    # 30.4167 runs x 30 minutes / 60 x 0.009875 + 30.4167 / 1e6
    "a job every day": (
        {
            "service-report": {
                "aws_ecs_task_definition": {"d": SIZE},
                "aws_scheduler_schedule": {
                    "s": {
                        "schedule_expression": "rate(1 day)",
                        "target": {
                            "arn": "${aws_ecs_task_definition.d.arn}",
                            "dead_letter_config": {"arn": "${aws_sqs_queue.q.arn}"},
                        },
                    }
                },
                "aws_sqs_queue": {"q": {}},  # empty, but for what could not be started
            },
            "monitoring": {
                "aws_ecs_service": {
                    "e": {"name": "cloudwatch-exporter", "task_definition": "${aws_ecs_task_definition.d.arn}"}
                }
            },
        },
        {"task_minutes": 30},
        {"runs of the task": 0.1502, "queue": 0},
    ),
    # 40 deploys x 6 minutes / 60 x 0.009875
    "a migration before each deploy": (
        {"service-migrate": {"aws_ecs_task_definition": {"d": SIZE}}},
        {"deploys": 40, "task_minutes": 6},
        {"runs of the task": 0.0395},
    ),
    # 730 x 0.0368; 30 x 0.088; 50 x 0.088; 50 x 0.05
    "the instance of a cluster": (
        {
            "cluster": {
                "aws_autoscaling_group": {
                    "g": {"name": "dev-ec2", "min_size": 1, "launch_template": {"id": "${aws_launch_template.t.id}"}}
                },
                "aws_launch_template": {
                    "t": {"instance_type": "t4g.medium", "block_device_mappings": [{"ebs": {"volume_size": 30}}]}
                },
                "aws_ebs_volume": {"v": {"size": 50}},
                "aws_dlm_lifecycle_policy": {"p": {}},
            }
        },
        {},
        {
            "instances of dev-ec2": 26.864,
            "root disks of dev-ec2": 2.64,
            "disk of Prometheus": 4.40,
            "snapshots of that disk": 2.50,
        },
    ),
    # While what it is there for runs: 282.44 h x 0.0368; 30 GiB x 0.3869 x 0.088
    "an instance in office hours": (
        {
            "cluster": {
                "aws_autoscaling_group": {
                    "g": {"name": "dev-ec2", "min_size": 0, "launch_template": {"id": "${aws_launch_template.t.id}"}}
                },
                "aws_launch_template": {
                    "t": {"instance_type": "t4g.medium", "block_device_mappings": [{"ebs": {"volume_size": 30}}]}
                },
            },
            "monitoring": service(
                strategy=[{"capacity_provider": "dev-ec2", "weight": 1}],
                least=1,
                most=1,
                **scheduled(start=("cron(0 7 ? * MON-FRI *)", 1), stop=("cron(0 20 ? * MON-FRI *)", 0)),
            ),
        },
        {},
        {"instances of dev-ec2": 10.3938, "root disks of dev-ec2": 1.0214, "tasks of web": 0.0},
    ),
    # 730 x 0.0046 + 8 x 0.088; 2 x (40 + 2/3 x 90) x 0.01
    "an instance in place of NAT gateways": (
        {
            "network": {
                "aws_vpc": {"v": {}},
                "aws_instance": {"i": {"launch_template": {"id": "${aws_launch_template.t.id}"}}},
                "aws_launch_template": {
                    "t": {"instance_type": "t4g.nano", "block_device_mappings": [{"ebs": {"volume_size": 8}}]}
                },
            }
        },
        {"nat_gb": 90, "cross_zone_gb": 40},
        {"NAT instance": 4.062, "between zones": 2.00},
    ),
    # (20 deploys x 300 s + 730 h x 12 looks x 3 s) x 256/1024 GB x 0.0000133334
    "the function of the rollouts": (
        {"cluster": {"aws_lambda_function": {"f": {"memory_size": 256}}}},
        {"deploys": 20},
        {"function of the rollouts": 0.108},
    ),
    # 730 x 2 x 0.186; 20 x 2 x 0.127; (50 - 20) x 0.095; 0.40
    "a database with a standby": (
        {
            "database-orders": {
                "aws_db_instance": {
                    "d": {
                        "identifier": "dev-orders",
                        "instance_class": "db.m7g.large",
                        "multi_az": True,
                        "allocated_storage": 20,
                        "max_allocated_storage": 200,
                        "manage_master_user_password": True,
                    }
                }
            }
        },
        {"backup_gb": 50},
        {
            "database, instance": 271.56,
            "database, storage": 5.08,
            "database, backups": 2.85,
            "database, password": 0.40,
        },
    ),
    # 65 hours a week x 730/168 = 282.44 h x 0.017; 20 x 0.127, by night too
    "a database in office hours": (
        {
            "database-orders": {
                "aws_db_instance": {
                    "d": {"identifier": "dev-orders", "instance_class": "db.t4g.micro", "allocated_storage": 20}
                },
                "aws_scheduler_schedule": {
                    name: {
                        "schedule_expression": f"cron(0 {hour} ? * MON,TUE,WED,THU,FRI *)",
                        "target": {"arn": f"arn:aws:scheduler:::aws-sdk:rds:{name}DBInstance"},
                    }
                    for name, hour in (("start", 7), ("stop", 20))
                },
            }
        },
        {},
        {"database, instance": 4.8015, "database, storage": 2.54},
    ),
    "secrets and keys": (
        {"monitoring": {"aws_secretsmanager_secret": {"a": {}, "b": {}}, "aws_kms_key": {"k": {}, "l": {}, "m": {}}}},
        {},
        {"secrets": 0.80, "KMS keys": 3.00},
    ),
    # 12 x 0.10
    "images": ({"registry": {"aws_ecr_repository": {"r": {}}}}, {"image_gb": 12}, {"images": 1.20}),
    # 7 GB that stay and 2 GB a day for 30 days: 67 x 0.10; the platform's and the pull requests' are in the 7
    "images that expire": (
        {
            "registry": {
                "aws_ecr_repository": {name: {"name": name.replace("--", "/")} for name in REPOSITORIES},
                "aws_ecr_lifecycle_policy": {
                    name: {
                        "repository": f"${{aws_ecr_repository.{name}.name}}",
                        "policy": lifecycle_policy([], days=days),
                    }
                    for name, days in REPOSITORIES.items()
                },
            }
        },
        {"image_gb": 7, "image_gb_per_day": 2},
        {"images": 6.70},
    ),
    # 10 x 0.023 + 2,000 thousand x 0.005; 2 M x 0.4; 2 M x 0.5
    "what a service asks for": (
        {
            "extras-web": {
                "aws_s3_bucket": {"b": {}},
                "aws_sqs_queue": {"q": {}},
                "aws_sns_topic": {"t": {}},
                # 3 GB x 730 x 0.0924 + 2 x 0.0025
                "aws_elasticache_serverless_cache": {"c": {"engine": "valkey"}},
                # 10 x 0.283 + 1 x 0.705 + 1 x 0.1415
                "aws_dynamodb_table": {"d": {}},
                "aws_efs_file_system": {"e": {}},  # 10 x 0.33
                "aws_backup_vault": {"v": {}},  # 10 x 0.05
            }
        },
        {"bucket_gb": 10, "million_operations": 2, "cache_gb": 3},
        {
            "bucket": 10.23,
            "queue": 0.80,
            "topic": 1.00,
            "cache": 202.361,
            "table": 3.6765,
            "file system": 3.30,
            "backup vault": 0.50,
        },
    ),
    # At least 1 GB x 730 x 0.1375 + 10 x 0.0037
    "a small cache of Redis": (
        {"cache-web": {"aws_elasticache_serverless_cache": {"c": {"engine": "redis"}}}},
        {"cache_gb": 0.1, "million_operations": 10},
        {"cache": 100.412},
    ),
    # 2 OCU x 730 x 0.264 (the larger floor holds); 0.5 x 37 x 0.026
    "collections share compute units": (
        {
            "logs-web": {
                "aws_opensearchserverless_collection": {"c": {"standby_replicas": "ENABLED"}},
                "aws_opensearchserverless_lifecycle_policy": {"l": {"policy": '{"MinIndexRetention":"37d"}'}},
            },
            "logs-orders": {"aws_opensearchserverless_collection": {"c": {"standby_replicas": "DISABLED"}}},
        },
        {"log_gb_per_day": 0.5, "services": {"orders": {"log_gb_per_day": 0}}},
        {"log collections, compute units": 385.44, "log collection, storage": 0.481},
    ),
    # 0.5 x 30.4167 = 15.2083 GB x 0.57 + 15.2083 x 0.15 x 30/30 x 0.03; 4 x 0.57 + 4 x 0.15 x 1 x 0.03; 20 x 0.0057
    "logs in CloudWatch": (
        {
            "service-web": {"aws_cloudwatch_log_group": {"g": {"name": "/dev/services/web", "retention_in_days": 30}}},
            "monitoring": {"aws_cloudwatch_log_group": {"g": {"name": "/dev/grafana", "retention_in_days": 30}}},
        },
        {"log_gb_per_day": 0.5, "platform_log_gb": 4, "log_search_gb": 20},
        {
            "log": 8.7372,
            "logs of the platform and of databases": 2.298,
            "searches in CloudWatch Logs": 0.114,
        },
    ),
    # 0.5 x 30.4167 = 15.2083 GB x 0.285 + 15.2083 x 0.15 x 14/30 x 0.03; nothing is written to the other group
    "a log of the class infrequent-access": (
        {
            "service-web": {
                **LOG_GROUPS,
                "aws_ecs_task_definition": {
                    "d": {"container_definitions": '[{"g": "${aws_cloudwatch_log_group.i.name}"}]'}
                },
            },
        },
        {"log_gb_per_day": 0.5, "platform_log_gb": 4},
        {"log": 4.3663},
    ),
    # 15.2083 GB x 0.57 + 15.2083 x 0.15 x 14/30 x 0.03
    "a log that is back in the class standard": (
        {
            "service-web": {
                **LOG_GROUPS,
                "aws_ecs_task_definition": {
                    "d": {"container_definitions": '[{"g": "${aws_cloudwatch_log_group.g.name}"}]'}
                },
            },
        },
        {"log_gb_per_day": 0.5, "platform_log_gb": 4},
        {"log": 8.7007},
    ),
    # 8 x 0.3; (11 + 6) x 0.3
    "Container Insights": (
        {
            "cluster": {"aws_ecs_cluster": {"c": {"setting": [{"name": "containerInsights", "value": "enabled"}]}}},
            "service-web": service(),
        },
        {},
        {"Container Insights, cluster": 2.40, "Container Insights, web": 5.10},
    ),
    # 8 x 0.07; 17 x 0.07
    "Container Insights enhanced": (
        {
            "cluster": {"aws_ecs_cluster": {"c": {"setting": [{"name": "containerInsights", "value": "enhanced"}]}}},
            "service-web": service(),
        },
        {},
        {"Container Insights, cluster": 0.56, "Container Insights, web": 1.19},
    ),
    # 1 + 2 metrics in the expression + 2 of the policy + 2 of the provider = 7 x 0.10; and 0.50
    "alarms": (
        {
            "cluster": {
                "aws_ecs_capacity_provider": {"p": {}},
                "aws_cloudwatch_composite_alarm": {"c": {"alarm_rule": "ALARM(one)"}},
                "aws_cloudwatch_metric_alarm": {
                    "one": {"metric_name": "x"},
                    "share": {"metric_query": [{"expression": "a/b"}, {"metric": {"a": 1}}, {"metric": {"b": 1}}]},
                },
                "aws_appautoscaling_policy": {"p": {"target_tracking_scaling_policy_configuration": {"x": 1}}},
            }
        },
        {},
        {"alarms": 1.20},
    ),
    # A month has 8,760 rounds: 12 x 8.76 thousand x 0.01; 7 x 8.76 x 0.01; (11 + 6) x 8.76 x 0.01
    "the CloudWatch exporter": (
        {
            "edge": LOAD_BALANCER,
            "service-web": TARGET_GROUP,
            "monitoring": EXPORTER,
        },
        {},
        {"metrics asked of CloudWatch": 1.0512 + 0.6132, "metrics listed by CloudWatch": 1.4892},
    ),
    # 2,000 series x 730 x 3600 / 30 = 175.2 million samples x 0.09
    "metrics sent to a workspace of its own": (
        {
            "monitoring": {
                "aws_prometheus_workspace": {"w": {}},
                "aws_iam_role_policy": {
                    "sends": {"policy": '{"Statement": [{"Action": ["aps:RemoteWrite"]}]}'},
                    "reads": {"policy": '{"Statement": [{"Action": ["ecs:ListTasks"]}]}'},
                },
                "aws_ecs_service": {"p": {"name": "prometheus", "task_definition": "${aws_ecs_task_definition.d.arn}"}},
                "aws_ecs_task_definition": {"d": dict(SIZE)},
            }
        },
        {"sent_series": 2000},
        {"metrics sent to a workspace": 15.768},
    ),
    # Of two queues 2 x 3 x 8.76 thousand x 0.01. Of the firewall 2 of all rules, 2 of its own, 22 and 12 of the rules
    # in AWS' groups: 38 x 8.76 x 0.01. Listed are 3 + 4 x 8.76 x 0.01
    "the CloudWatch exporter asks of queues and of the firewall": (
        {
            "edge": {
                "aws_wafv2_web_acl": {
                    "w": {
                        "rule": [
                            {"statement": {"managed_rule_group_statement": {"name": "AWSManagedRulesCommonRuleSet"}}},
                            {
                                "statement": {
                                    "managed_rule_group_statement": {"name": "AWSManagedRulesKnownBadInputsRuleSet"}
                                }
                            },
                        ]
                    }
                }
            },
            "storage-web": {"aws_sqs_queue": {"q": {}, "dead": {}}},
            "monitoring": EXPORTER,
        },
        {},
        {"metrics asked of CloudWatch": 0.5256 + 3.3288, "metrics listed by CloudWatch": 0.6132},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_formula_comes_to_what_was_worked_out_by_hand(case: str) -> None:
    stacks, usage, expected = CASES[case]
    lines = make_bill(facts_of(stacks=stacks, **usage)).lines
    for item, usd in expected.items():
        found = [line.usd for line in lines if line.item == item]
        assert found, f"{item} is no line"
        assert sum(amount or 0 for amount in found) == pytest.approx(usd, abs=0.0006), item


def test_every_formula_is_worked_out() -> None:
    covered = {
        formula
        for stacks, usage, expected in CASES.values()
        for formula in FORMULAS
        for line in formula(facts_of(stacks=stacks, **usage))
        if line.item in expected
    }
    assert {formula.__name__ for formula in FORMULAS} == {formula.__name__ for formula in covered}


def test_the_largest_dimension_of_a_capacity_unit_is_billed() -> None:
    # data 0.001 GB/h; new connections 100 x 1 / 25 = 4; open 100 x 1 x 60 / 3000 = 2; rules 0
    assert capacity_units(100, kib=0.003, new_connections=1, idle_s=60, rules=3) == pytest.approx(4)
    # open 100 x 1 x 300 / 3000 = 10
    assert capacity_units(100, kib=0.003, new_connections=1, idle_s=300, rules=3) == pytest.approx(10)
    # (60 - 10) x 100 / 1000 = 5
    assert capacity_units(100, kib=0.003, new_connections=0.2, idle_s=60, rules=60) == pytest.approx(5)


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(15 minutes)", 2920),
        ("rate(1 day)", 730 / 24),
        ("cron(30 3 * * ? *)", 730 / 24),
        ("cron(0 8-17 ? * MON-FRI *)", 10 * 5 * 730 / 168),
        ("cron(0/5 * ? * SUN *)", 12 * 24 * 730 / 168),
        ("cron(0 0 1 1 ? *)", 730 / 24 / 31 / 12),
        ("at(2026-11-27T12:00:00)", 1),
    ],
)
def test_a_schedule_runs_so_often(expression: str, runs: float) -> None:
    assert runs_a_month(expression) == pytest.approx(runs)


@pytest.mark.parametrize(
    ("actions", "hours"),
    [
        ([], 168),
        ([("cron(0 7 ? * MON-FRI *)", 4.0), ("cron(30 19 ? * MON-FRI *)", 0.0)], 62.5),
        # It is never started: what starts it again is not known.
        ([("cron(0 20 ? * MON-FRI *)", 0.0)], 168),
        # Two ranges by day, none at zero.
        ([("cron(0 7 ? * * *)", 10.0), ("cron(0 20 ? * * *)", 2.0)], 168),
    ],
)
def test_hours_of_a_week(actions: list[tuple[str, float]], hours: float) -> None:
    assert weekly_hours(actions) == pytest.approx(hours)
