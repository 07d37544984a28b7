"""The monitoring of an environment: what runs where, what it may do, and what makes which part of it change."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any

import pytest
from moto.events.models import EventPattern

from config.loader.platform import load_platform
from images.render import image_tags
from tests.synthesis import Attributes, Checkout, Platform, Stack

PARTS = {"alertmanager", "cloudwatch-exporter", "grafana", "prometheus"}


@pytest.fixture(scope="module")
def monitoring(shop: Platform) -> Stack:
    return shop["prod-monitoring"]


def definition(stack: Stack, name: str) -> Attributes:
    (found,) = [one for one in stack.all("aws_ecs_task_definition") if one["family"].partition("-")[2] == name]
    return found


def container(stack: Stack, name: str) -> dict[str, Any]:
    own, *_beside = json.loads(definition(stack, name)["container_definitions"])
    return dict(own)


def rights(stack: Stack, name: str) -> set[str]:
    """Every action that the code of a part may take."""
    (role,) = stack.all("aws_iam_role", name=f"prod-{name}-task")
    policies = stack.all("aws_iam_role_policy", role=stack.id_of(role))
    statements = [statement for one in policies for statement in json.loads(one["policy"])["Statement"]]
    return {action for statement in statements for action in statement["Action"]}


def images(platform: Platform) -> dict[str, str]:
    """Every image that a task definition of an environment names, by its family and container."""
    return {
        f"{one['family']} {container['name']}": container["image"]
        for stack in platform
        for one in stack.all("aws_ecs_task_definition")
        for container in json.loads(one["container_definitions"])
    }


def an_alert(checkout: Checkout) -> None:
    rule = "groups:\n- name: own\n  rules:\n  - alert: OrdersSlow\n    expr: vector(1)\n"
    checkout.write("docker/prometheus/rootfs/etc/prometheus/rules/own.yml", rule)


def another_threshold(checkout: Checkout) -> None:
    an_alert(checkout)
    path = checkout.root / "docker/prometheus/rootfs/etc/prometheus/rules/own.yml"
    path.write_text(path.read_text().replace("vector(1)", "vector(2)"))


def another_name(checkout: Checkout) -> None:
    (checkout.root / "service_configs/mailer.yaml").rename(checkout.root / "service_configs/postman.yaml")


def another_port(checkout: Checkout) -> None:
    path = checkout.root / "service_configs/mailer.yaml"
    path.write_text(path.read_text() + "metrics:\n  port: 9100\n")


@pytest.mark.parametrize("change", [an_alert, another_threshold, another_name, another_port])
def test_a_change_of_alerts_or_services_changes_exactly_prometheus(
    change: Callable[[Checkout], None], checkout: Checkout
) -> None:
    if change is another_threshold:
        an_alert(checkout)
    (old,) = load_platform(checkout.root, only="prod")
    tags, before = image_tags(checkout.root, old), images(checkout.synthesize(only="prod"))
    change(checkout)
    (new,) = load_platform(checkout.root, only="prod")
    new_tags, after = image_tags(checkout.root, new), images(checkout.synthesize(only="prod"))

    assert {name for name in tags if tags[name] != new_tags[name]} == {"prometheus"}
    both = before.keys() & after.keys()
    assert {one for one in both if before[one] != after[one]} == {"prod-prometheus prometheus"}
    assert after["prod-prometheus prometheus"].endswith(f"/platform/prometheus:{new_tags['prometheus']}")


def test_a_comment_changes_nothing_at_all(checkout: Checkout) -> None:
    before = {stack.name: stack.text for stack in checkout.synthesize(only="prod")}
    for path in [*(checkout.root / "service_configs").glob("*.yaml"), *(checkout.root / "environments").glob("*.yaml")]:
        path.write_text(f"# a remark\n{path.read_text()}# another\n")
    assert {stack.name: stack.text for stack in checkout.synthesize(only="prod")} == before


def test_every_part_has_a_name_in_app_local_and_a_check_that_ecs_makes(monitoring: Stack) -> None:
    assert {one["name"] for one in monitoring.all("aws_service_discovery_service")} == PARTS
    for name in PARTS:
        assert container(monitoring, name)["healthCheck"]["command"][:2] == ["CMD", "wget"], name


def test_what_keeps_data_runs_on_the_instance_with_its_folder_of_the_disk(monitoring: Stack) -> None:
    for name, path in (("prometheus", "/prometheus"), ("alertmanager", "/alertmanager")):
        task = definition(monitoring, name)
        assert task["requires_compatibilities"] == ["EC2"]
        assert task["volume"] == [{"host_path": f"/data/{name}", "name": "data"}]
        (mount,) = container(monitoring, name)["mountPoints"]
        assert mount == {"containerPath": path, "readOnly": False, "sourceVolume": "data"}
        service = monitoring.one("aws_ecs_service", name=name)
        healthy = service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]
        assert healthy == (0, 100), "two on one disk would both be stopped"
    for name in ("grafana", "cloudwatch-exporter"):
        assert definition(monitoring, name)["requires_compatibilities"] == ["FARGATE"]


def test_what_is_measured_is_kept_as_long_as_asked_and_never_fills_the_disk(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    prod.write_text(prod.read_text().replace("cluster:\n", "cluster:\n  ec2: {data_volume_gib: 200}\n"))
    command = container(checkout.synthesize(only="prod")["prod-monitoring"], "prometheus")["command"]
    assert "--storage.tsdb.retention.time=90d" in command
    assert "--storage.tsdb.retention.size=160GB" in command
    assert "--config.file=/etc/prometheus/prometheus.yml" in command, "a command replaces the image's own"
    assert "--storage.tsdb.path=/prometheus" in command


def test_a_workspace_of_its_own_is_encrypted_protected_and_prometheus_may_write_to_no_other(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    prod.write_text(prod.read_text().replace("monitoring:\n", "monitoring:\n  remote_write: {}\n"))
    platform = checkout.synthesize(only="prod")
    stack = platform["prod-monitoring"]
    workspace = stack.one("aws_prometheus_workspace")
    key, reference = platform.resolve(stack, workspace["kms_key_arn"])
    assert key.target(reference)["enable_key_rotation"] is True
    assert workspace["alias"] == "prod"
    assert workspace["lifecycle"] == {"prevent_destroy": True}
    id_ = stack.id_of(workspace)
    own = container(stack, "prometheus")
    assert {"name": "WORKSPACE_ID", "value": id_} in own["environment"]
    assert own["entryPoint"] == ["/bin/sh", "/etc/prometheus/start.sh"]
    (policy,) = [one for one in stack.all("aws_iam_role_policy") if one["name"] == "remote-write"]
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert statement["Action"] == ["aps:RemoteWrite"]
    assert statement["Resource"] == [f"arn:aws:aps:eu-west-1:123456789012:workspace/{id_}"]


def test_a_workspace_that_is_named_is_nobodys_to_make(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    named = "  remote_write: {workspace_id: ws-12345678-1234-1234-1234-123456789012}\n"
    prod.write_text(prod.read_text().replace("monitoring:\n", f"monitoring:\n{named}"))
    stack = checkout.synthesize(only="prod")["prod-monitoring"]
    assert stack.all("aws_prometheus_workspace") == []
    assert "entryPoint" not in container(stack, "prometheus")
    assert "workspace/ws-12345678-1234-1234-1234-123456789012" in stack.text


def test_every_part_is_rolled_back_when_it_fails_and_the_apply_waits_for_the_verdict(monitoring: Stack) -> None:
    for service in monitoring.all("aws_ecs_service"):
        assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    inputs = [one["input"] for one in monitoring.all("aws_lambda_invocation")]
    judged = {json.loads(text)["service_id"] for text in inputs if '"do": "judge"' in text}
    assert judged == {monitoring.id_of(service) for service in monitoring.all("aws_ecs_service")}


def test_each_part_may_do_what_it_is_for(monitoring: Stack) -> None:
    assert rights(monitoring, "alertmanager") == {"kms:Decrypt", "kms:GenerateDataKey*", "sns:Publish"}
    to_read_logs = {"aoss:APIAccessAll", "logs:StartQuery", "logs:StopQuery"}
    for name, more in (("cloudwatch-exporter", set()), ("grafana", to_read_logs), ("prometheus", set())):
        found = rights(monitoring, name)
        assert more <= found, name
        verbs = {action.partition(":")[2] for action in found - more}
        assert all(verb.startswith(("Describe", "Get", "List")) for verb in verbs), name


def test_grafana_reads_the_collections_of_this_environment_and_no_others(shop: Platform) -> None:
    stack = shop["prod-monitoring"]
    (told,) = [one for one in container(stack, "grafana")["environment"] if one["name"] == "LOGS_COLLECTIONS"]
    words = dict(word.split("=", 1) for word in re.split(r" (?=[a-z]+=)", told["value"]))
    assert list(words) == ["mailer", "orders", "storefront"]
    # An expression that Terraform reads, with one dollar: two would be the words themselves.
    hosts = r"\$\{nonsensitive\(data\.terraform_remote_state\.[\w.-]+\)\}\.eu-west-1\.aoss\.amazonaws\.com"
    assert all(re.fullmatch(hosts, host) for host in words.values())
    (policy,) = [one for one in stack.all("aws_iam_role_policy") if one["name"] == "logs"]
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert statement["Action"] == ["aoss:APIAccessAll"]
    assert len(statement["Resource"]) == len(words)
    read = {state["config"]["key"] for state in stack.document["data"]["terraform_remote_state"].values()}
    assert {key for key in read if "/logs" in key} == {f"prod/logs-{name}.tfstate" for name in words}


def test_grafana_reads_the_log_groups_of_this_environment_and_no_others(shop: Platform) -> None:
    for environment in ("dev", "prod"):
        (policy,) = [
            one for one in shop[f"{environment}-monitoring"].all("aws_iam_role_policy") if one["name"] == "dashboards"
        ]
        statements = json.loads(policy["policy"])["Statement"]
        reading = {
            resource: set(one["Action"])
            for one in statements
            for resource in one["Resource"]
            if any(action.startswith("logs:") for action in one["Action"])
        }
        group = f"arn:aws:logs:eu-west-1:123456789012:log-group:/{environment}/*"
        assert reading == {
            group: {"logs:GetLogEvents", "logs:GetLogGroupFields", "logs:StartQuery"},
            "*": {"logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StopQuery"},
        }


def test_another_destination_of_a_services_log_is_another_task_of_grafana_with_the_same_image(
    checkout: Checkout,
) -> None:
    def grafana(platform: Platform) -> tuple[str, str]:
        own = container(platform["prod-monitoring"], "grafana")
        return own.pop("image"), json.dumps(own)

    before = grafana(checkout.synthesize(only="prod"))
    mailer = checkout.root / "service_configs/mailer.yaml"
    mailer.write_text(mailer.read_text() + "logs: {destination: cloudwatch}\n")
    after = grafana(checkout.synthesize(only="prod"))
    assert before[0] == after[0]
    assert "mailer=" in before[1]
    assert "mailer=" not in after[1]


def test_without_collections_grafana_is_told_of_none_and_reaches_none(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    prod.write_text(prod.read_text() + "logging: {destination: cloudwatch}\n")
    stack = checkout.synthesize(only="prod")["prod-monitoring"]
    assert {"name": "LOGS_COLLECTIONS", "value": ""} in container(stack, "grafana")["environment"]
    assert "aoss:" not in stack.text


def test_the_password_of_grafana_is_nowhere_but_in_its_secret(monitoring: Stack) -> None:
    (secret,) = container(monitoring, "grafana")["secrets"]
    assert secret["name"] == "GF_SECURITY_ADMIN_PASSWORD"
    version = monitoring.one("aws_secretsmanager_secret_version")
    assert "secret_string" not in version
    assert version["secret_string_wo"].startswith("${ephemeral.aws_secretsmanager_random_password.")
    (made_up,) = monitoring.document["ephemeral"]["aws_secretsmanager_random_password"].values()
    assert made_up["password_length"] >= 32


def test_alerts_are_encrypted_and_mailed_to_everyone_named(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    prod.write_text(prod.read_text().replace("[oncall@example.com]", "[night@example.com, day@example.com]"))
    stack = checkout.synthesize(only="prod")["prod-monitoring"]
    topic = stack.one("aws_sns_topic", name="prod-alerts")
    assert stack.target(topic["kms_master_key_id"])["enable_key_rotation"] is True
    mails = {one["endpoint"]: one["protocol"] for one in stack.all("aws_sns_topic_subscription")}
    assert mails == {"night@example.com": "email", "day@example.com": "email"}


def test_somebody_outside_says_when_nobody_inside_can(monitoring: Stack) -> None:
    topic = monitoring.id_of(monitoring.one("aws_sns_topic", name="prod-alerts")).replace(".id}", ".arn}")
    watched = set()
    for alarm in monitoring.all("aws_cloudwatch_metric_alarm", treat_missing_data="breaching"):
        assert alarm["alarm_actions"] == alarm["ok_actions"] == [topic]
        watched.add(tuple(alarm["dimensions"].values()))
    assert watched == {("prod", "prometheus"), ("prod", "alertmanager"), ("prod-heartbeat",)}


def test_no_service_waits_for_the_monitoring(shop: Platform) -> None:
    assert not [stack.name for stack in shop if any(name.endswith("-monitoring") for name in stack.dependencies)]


def test_a_receivers_secret_reaches_alertmanager_alone_and_its_mail_is_filtered(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    receivers = (
        "  receivers:\n    night-pager: {type: pagerduty}\n"
        "    people: {type: mail, to: [a@example.com], severities: [critical], owners: [shop]}\n"
        "    others: {type: mail, to: [b@example.com]}\n"
    )
    prod.write_text(prod.read_text().replace("monitoring:\n", f"monitoring:\n{receivers}"))
    orders = checkout.root / "service_configs/orders.yaml"
    orders.write_text(f"owner: shop\n{orders.read_text()}")
    stack = checkout.synthesize(only="prod")["prod-monitoring"]
    assert "prod/alertmanager/night-pager" in stack.text
    own = container(stack, "alertmanager")
    assert [one["name"] for one in own["secrets"]] == ["RECEIVER_NIGHT_PAGER"]
    assert {"name": "RECEIVERS", "value": "/tmp/receiver-night-pager=RECEIVER_NIGHT_PAGER"} in own["environment"]
    subscriptions = {
        one["endpoint"]: one.get("filter_policy", "null") for one in stack.all("aws_sns_topic_subscription")
    }
    assert subscriptions["oncall@example.com"] == "null"
    assert json.loads(subscriptions["a@example.com"]) == {"owner": ["shop"], "severity": ["critical"]}
    assert json.loads(subscriptions["b@example.com"]) == {
        "owner": [{"anything-but": ["shop"]}],
        "severity": ["critical", "warning"],
    }


def rings(alarm: Attributes, published: list[int | None]) -> bool:
    """Evaluate an alarm as CloudWatch does: every one of its last periods breaches, and a missing one as is said."""
    breaches = {"LessThanThreshold": operator.lt, "GreaterThanOrEqualToThreshold": operator.ge}
    compare = breaches[alarm["comparison_operator"]]
    recent = published[-alarm["evaluation_periods"] :]
    breaching = alarm["treat_missing_data"] == "breaching"
    return all(breaching if figure is None else compare(figure, alarm["threshold"]) for figure in recent)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ([3, 2, 3, 2], False),
        ([3, 2, None, None], False),  # the instance is replaced
        ([2, None, None, None], True),  # Alertmanager is stopped, or its topic refuses
        ([2, 0, 0, 0], True),
        ([2, None, 1, None], False),
    ],
)
def test_a_missing_heartbeat_rings_from_outside(monitoring: Stack, published: list[int | None], expected: bool) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="prod-heartbeat-missing")
    assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/SNS", "NumberOfMessagesPublished")
    assert alarm["dimensions"] == {"TopicName": "prod-heartbeat"}
    assert (alarm["statistic"], alarm["period"]) == ("Sum", 300)
    assert monitoring.target(re.sub(r"\.arn\}", ".id}", alarm["alarm_actions"][0]))["name"] == "prod-alerts"
    assert rings(alarm, published) is expected


def test_the_internet_gets_404_where_grafanas_metrics_are(monitoring: Stack) -> None:
    rules = {one["tags"]["Name"]: one for one in monitoring.all("aws_lb_listener_rule")}
    own, hidden = rules["prod-grafana"], rules["prod-grafana-metrics"]
    assert hidden["priority"] < own["priority"]
    assert hidden["condition"][0] == own["condition"][0]
    assert hidden["condition"][1]["path_pattern"]["values"] == ["/metrics", "/metrics/*"]
    assert [one["fixed_response"]["status_code"] for one in hidden["action"]] == ["404"]


def test_prometheus_sees_a_limit_below_its_tasks_and_refuses_queries_that_want_too_much(monitoring: Stack) -> None:
    task = definition(monitoring, "prometheus")
    own, exporter = json.loads(task["container_definitions"])
    assert own["memory"] + exporter["memory"] == int(task["memory"])
    assert "--query.max-samples=10000000" in own["command"]


def matched(monitoring: Stack, rule: str, event: dict[str, Any]) -> bool:
    """Whether the rule's pattern takes the event, as the local AWS matches it."""
    pattern = monitoring.one("aws_cloudwatch_event_rule", name=rule)["event_pattern"]
    return bool(EventPattern.load(pattern).matches_event(event))


def of_ecs(**detail: Any) -> dict[str, Any]:
    """A task of a job that has ended with 1, but for what is said.

    `containers` is a list, of which EventBridge looks into each and the local AWS into none: here it is one of them.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
    """
    usual = {
        "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod",
        "lastStatus": "STOPPED",
        "group": "family:prod-nightly",
        "stopCode": "EssentialContainerExited",
        "containers": {"exitCode": 1},
    }
    return {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": usual | detail}


def of_rds(*categories: str, database: str = "prod-orders") -> dict[str, Any]:
    arn = f"arn:aws:rds:eu-west-1:123456789012:db:{database}"
    detail = {"SourceArn": arn, "EventCategories": list(categories), "Message": "...", "EventID": "RDS-EVENT-0049"}
    return {"source": "aws.rds", "detail-type": "RDS DB Instance Event", "detail": detail}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (of_ecs(), True),
        (of_ecs(containers={"exitCode": 0}), False),
        (of_ecs(containers={"exitCode": 0}, stopCode="TaskFailedToStart"), True),
        (of_ecs(lastStatus="RUNNING"), False),
        (of_ecs(group="service:orders"), False),
        (of_ecs(clusterArn="arn:aws:ecs:eu-west-1:123456789012:cluster/dev"), False),
    ],
    ids=["fails", "ends well", "never begins", "runs", "of a service", "of another environment"],
)
def test_a_job_that_fails_tells_the_topic(monitoring: Stack, event: dict[str, Any], told: bool) -> None:
    assert matched(monitoring, "prod-failed-jobs", event) is told


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (of_rds("failover"), True),
        (of_rds("low storage"), True),
        (of_rds("availability", "failure"), True),
        (of_rds("backup"), False),
        (of_rds("notification"), False),
        (of_rds("failover", database="staging-orders"), False),
    ],
    ids=["failover", "low storage", "failure", "backup", "stopped at night", "of another environment"],
)
def test_a_database_that_fails_over_or_fills_up_tells_the_topic(
    monitoring: Stack, event: dict[str, Any], told: bool
) -> None:
    assert matched(monitoring, "prod-database-events", event) is told


@pytest.mark.parametrize(
    ("event", "counted"),
    [
        (of_ecs(group="service:orders", stopCode="SpotInterruption"), True),
        (of_ecs(group="service:orders", stopCode="SpotInterruption", lastStatus="STOPPING"), False),
        (of_ecs(stopCode="SpotInterruption"), False),
        (of_ecs(group="service:orders", stopCode="ServiceSchedulerInitiated"), False),
    ],
    ids=["taken back", "about to be taken back", "a job, which tells by itself", "a deploy"],
)
def test_a_task_of_a_service_that_spot_takes_back_is_counted_once(
    monitoring: Stack, event: dict[str, Any], counted: bool
) -> None:
    assert matched(monitoring, "prod-spot-interruptions", event) is counted


def test_many_interruptions_within_a_quarter_of_an_hour_tell_the_topic_and_a_few_do_not(monitoring: Stack) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="prod-spot-interruptions")
    alerts = monitoring.id_of(monitoring.one("aws_sns_topic", name="prod-alerts")).replace(".id}", ".arn}")
    assert alarm["alarm_actions"] == [alerts]
    assert (alarm["statistic"], alarm["period"]) == ("Sum", 900)
    assert rings(alarm, [5, 4]) is rings(alarm, [5, None]) is False
    assert rings(alarm, [None, 5]) is True


def test_interruptions_are_counted_by_what_is_sent_to_a_topic_that_nobody_reads(monitoring: Stack) -> None:
    """EventBridge counts what it sends, so the rule needs a target, and that needs its rights."""
    topic = monitoring.one("aws_sns_topic", name="prod-spot-interruptions")
    arn = monitoring.id_of(topic).replace(".id}", ".arn}")
    assert topic["kms_master_key_id"] == monitoring.one("aws_sns_topic", name="prod-alerts")["kms_master_key_id"]
    assert arn not in {one["topic_arn"] for one in monitoring.all("aws_sns_topic_subscription")}
    target = monitoring.one("aws_cloudwatch_event_target", arn=arn)
    rule = monitoring.target(target["rule"].replace(".name}", ".id}"))
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", namespace="AWS/Events", metric_name="Invocations")
    assert alarm["dimensions"] == {"RuleName": rule["name"]}
    policy = monitoring.one("aws_sns_topic_policy", arn=arn)
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "events.amazonaws.com"}, ["sns:Publish"])


def test_a_nightly_snapshot_that_fails_tells_the_topic_and_one_of_another_disk_does_not(monitoring: Stack) -> None:
    rule = "prod-failed-snapshots"
    pattern = json.loads(monitoring.one("aws_cloudwatch_event_rule", name=rule)["event_pattern"])
    (policy,), (volume,) = pattern["$or"][0]["resources"], pattern["$or"][1]["detail"]["source"]
    assert "aws_dlm_lifecycle_policy" in policy
    assert "aws_ebs_volume" in volume["suffix"]
    of_dlm = {"source": "aws.dlm", "detail-type": "DLM Policy State Change", "detail": {"state": "ERROR", "cause": ""}}
    assert matched(monitoring, rule, {**of_dlm, "resources": [policy]}) is True
    assert matched(monitoring, rule, {**of_dlm, "resources": ["arn:aws:dlm:eu-west-1:1:policy/policy-2"]}) is False

    def of_ebs(**detail: str) -> dict[str, Any]:
        """Of the form of https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html#snapshot-events."""
        usual = {"event": "createSnapshot", "result": "failed", "source": f"arn:aws:ec2::eu-west-1{volume['suffix']}"}
        return {"source": "aws.ec2", "detail-type": "EBS Snapshot Notification", "detail": usual | detail}

    assert matched(monitoring, rule, of_ebs()) is True
    for other in (
        {"result": "succeeded"},
        {"event": "copySnapshot"},
        {"source": "arn:aws:ec2::eu-west-1:volume/vol-2"},
    ):
        assert matched(monitoring, rule, of_ebs(**other)) is False, other


def test_what_a_rule_writes_to_the_topic_names_all_that_it_took_from_the_event(monitoring: Stack) -> None:
    targets = [one for one in monitoring.all("aws_cloudwatch_event_target") if "input_transformer" in one]
    assert len(targets) == 3
    for target in targets:
        transformer = target["input_transformer"]
        template = json.loads(transformer["input_template"])
        assert {f"<{name}>" for name in transformer["input_paths"]} == set(re.findall("<[a-z]+>", template))
    (statement,) = [
        one
        for policy in monitoring.all("aws_sns_topic_policy")
        for one in json.loads(policy["policy"])["Statement"]
        if one.get("Sid") == "RulesOfEventBridge"
    ]
    assert statement["Action"] == ["sns:Publish"]


def test_two_replicas_run_one_on_each_instance_and_tell_each_other_what_they_sent(checkout: Checkout) -> None:
    prod = checkout.root / "environments/prod.yaml"
    prod.write_text(prod.read_text().replace("monitoring:\n", "monitoring:\n  replicas: 2\n"))
    platform = checkout.synthesize(only="prod")
    stack = platform["prod-monitoring"]
    for name in ("prometheus", "alertmanager"):
        service = stack.one("aws_ecs_service", name=name)
        assert service["desired_count"] == len(service["network_configuration"]["subnets"]) == 2
        assert service["placement_constraints"] == [{"type": "distinctInstance"}]
        healthy = service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]
        assert healthy == (50, 100), "one stays, and none is on another's disk"
    assert {
        stack.one("aws_ecs_service", name=name)["desired_count"] for name in ("grafana", "cloudwatch-exporter")
    } == {1}
    assert "--cluster.peer=alertmanager.app.local:9094" in container(stack, "alertmanager")["command"]
    doors = [rule for rule in stack.all("aws_vpc_security_group_ingress_rule") if rule["to_port"] == 9094]
    (group,) = stack.all("aws_security_group", name="prod-alertmanager")
    assert {rule["ip_protocol"] for rule in doors} == {"tcp", "udp"}
    for rule in doors:
        assert rule["security_group_id"] == rule["referenced_security_group_id"] == stack.id_of(group)
    acls = platform["prod-network"].all("aws_network_acl")
    assert [acl["tags"]["groundwork:tier"] for acl in acls if "udp" in str(acl)] == ["private"]


@pytest.fixture(scope="module")
def single_task(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Staging, with Grafana and the exporters in one task."""
    checkout = Checkout(tmp_path_factory.mktemp("single-task") / "checkout")
    staging = checkout.root / "environments/staging.yaml"
    staging.write_text(staging.read_text().replace("monitoring:\n", "monitoring:\n  single_task: true\n"))
    return checkout.synthesize(only="staging")


def test_in_a_single_task_the_exporters_are_containers_beside_grafana_and_have_room(single_task: Platform) -> None:
    stack = single_task["staging-monitoring"]
    apart = PARTS - {"cloudwatch-exporter"}
    assert {one["name"] for one in stack.all("aws_ecs_service")} == apart
    assert {one["name"] for one in stack.all("aws_service_discovery_service")} == apart
    task = definition(stack, "grafana")
    containers = {one["name"]: one for one in json.loads(task["container_definitions"])}
    assert containers.keys() == {"grafana", "ecs-exporter", "cloudwatch-exporter", "blackbox-exporter"}
    assert [name for name, one in containers.items() if one["essential"]] == ["grafana"]
    assert all(one["restartPolicy"] == {"enabled": True} for one in containers.values() if not one["essential"])
    # ECS refuses a task whose containers may take more than it has, and Grafana has no limit but what is left.
    beside = sum(one["memory"] for name, one in containers.items() if name != "grafana")
    assert int(task["memory"]) - beside >= 512
    assert "secrets" not in containers["cloudwatch-exporter"]


def test_in_a_single_task_prometheus_alone_reaches_the_exporters(single_task: Platform) -> None:
    stack = single_task["staging-monitoring"]
    group = stack.id_of(stack.one("aws_security_group", name="staging-grafana"))
    rules = stack.all("aws_vpc_security_group_ingress_rule", security_group_id=group)
    to = {rule["from_port"]: rule["referenced_security_group_id"] for rule in rules}
    assert {5000, 9115} <= to.keys()
    assert to[5000] == to[9115] == to[9779], "the scraper's group"


def test_grafanas_own_role_has_all_that_the_cloudwatch_exporter_needs(shop: Platform) -> None:
    stack = shop["prod-monitoring"]
    assert rights(stack, "cloudwatch-exporter") <= rights(stack, "grafana")
