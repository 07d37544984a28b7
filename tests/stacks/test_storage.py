"""A service's buckets, queues, cache and volumes: safe by default, its own alone, and there after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modules.ecs.scaling.queue_scaling import steps
from tests.modules.iam_simulator import Role
from tests.synthesis import Checkout, Platform, Stack

WEB = """\
kind: public-web
port: 80
image: a/web:1
buckets: {uploads: {infrequent_days: 30}}
queues:
  jobs: {attempts: 3, retention_days: 7, visibility_timeout_s: 300}
  events: {fifo: true, deletion_protection: false}
cache: {max_storage_gb: 2}
volumes: {media: {path: /srv/media}, scratch: {path: /srv/scratch, backup: false, deletion_protection: false}}
"""
WORKER = """\
kind: worker
image: a/web:1
buckets: {uploads: {of: web}}
queues: {jobs: {of: web}}
cache: {of: web}
volumes: {media: {of: web, path: /media, read_only: true}}
scaling: {min_tasks: 0, max_tasks: 50, messages_per_task: 10}
"""
PLAIN = "kind: worker\nimage: a/web:1\n"
FILES = "arn:aws:elasticfilesystem:eu-west-1:1:file-system/fs-media"
ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:1:access-point/fsap-media"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    checkout = Checkout(tmp_path_factory.mktemp("storage") / "checkout")
    checkout.keep_services()
    for name, text in {"web": WEB, "worker": WORKER, "plain": PLAIN}.items():
        checkout.write(f"service_configs/{name}.yaml", text)
    return checkout.synthesize(only="prod")


@pytest.fixture(scope="module")
def storage(platform: Platform) -> Stack:
    return platform["prod-storage-web"]


def environment_of(platform: Platform, service: str) -> dict[str, str]:
    """The variables of a service's container; a reference is followed to the attribute that it reads."""
    stack = platform[f"prod-service-{service}"]
    own, *_ = json.loads(stack.one("aws_ecs_task_definition")["container_definitions"])
    return {one["name"]: platform.resolve(stack, one["value"])[1] for one in own["environment"]}


def rights_of(platform: Platform, service: str, policy: str = "storage") -> Role:
    """What the task role may do, ARNs written out as AWS will have them."""
    stack = platform[f"prod-service-{service}"]
    documents = [one["policy"] for one in stack.all("aws_iam_role_policy", name=policy)]
    arns = {
        "bucketbucket-uploads": "arn:aws:s3:::acme-prod-web-uploads",
        "queuequeue-jobs": "arn:aws:sqs:eu-west-1:1:prod-web_jobs",
        "queuequeue-events": "arn:aws:sqs:eu-west-1:1:prod-web_events.fifo",
        "aws_efs_file_systemvolume-media": FILES,
        "aws_efs_file_systemvolume-scratch": f"{FILES}-scratch",
        "aws_efs_access_pointvolume-media": ACCESS_POINT,
        "aws_efs_access_pointvolume-scratch": f"{ACCESS_POINT}-scratch",
        "kms_key": "arn:aws:kms:eu-west-1:1:key/data",
    }

    def written_out(value: str) -> str:
        for part, arn in arns.items():
            if value.startswith("${") and part in value:
                return arn + value.partition("}")[2]
        return value

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(its) for key, its in value.items()}
        if isinstance(value, list):
            return [walk(its) for its in value]
        return written_out(value) if isinstance(value, str) else value

    return Role([walk(json.loads(document)) for document in documents], EVERYTHING)


def test_a_bucket_is_encrypted_private_and_reached_by_tls_alone(storage: Stack) -> None:
    bucket = storage.one("aws_s3_bucket")
    assert bucket["bucket"] == "acme-prod-web-uploads"
    closed = storage.one("aws_s3_bucket_public_access_block")
    flags = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(closed[flag] is True for flag in flags)
    (rule,) = storage.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    (statement,) = json.loads(storage.one("aws_s3_bucket_policy")["policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert storage.one("aws_s3_bucket_ownership_controls")["rule"]["object_ownership"] == "BucketOwnerEnforced"


def test_old_versions_of_objects_are_kept_for_a_while_and_parts_are_not_left_behind(storage: Stack) -> None:
    assert storage.one("aws_s3_bucket_versioning")["versioning_configuration"]["status"] == "Enabled"
    (rule,) = storage.one("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert rule["transition"] == [{"days": 30, "storage_class": "STANDARD_IA"}]
    assert rule["abort_incomplete_multipart_upload"]
    assert "expiration" not in rule


def test_a_queue_has_its_dead_letters_and_takes_tls_alone(storage: Stack) -> None:
    jobs, dead = (storage.one("aws_sqs_queue", name=f"prod-web_jobs{end}") for end in ("", "_dead"))
    redrive = json.loads(jobs["redrive_policy"])
    assert redrive["maxReceiveCount"] == 3
    assert storage.target(redrive["deadLetterTargetArn"]) is dead
    assert (jobs["message_retention_seconds"], jobs["visibility_timeout_seconds"]) == (7 * 86_400, 300)
    assert dead["message_retention_seconds"] == 14 * 86_400
    assert all(one["sqs_managed_sse_enabled"] is True for one in storage.all("aws_sqs_queue"))
    policies = [json.loads(one["policy"])["Statement"] for one in storage.all("aws_sqs_queue_policy")]
    assert len(policies) == len(storage.all("aws_sqs_queue"))
    assert all([one["Effect"] for one in statements] == ["Deny"] for statements in policies)
    names = {one["name"] for one in storage.all("aws_sqs_queue", fifo_queue=True)}
    assert names == {"prod-web_events.fifo", "prod-web_events_dead.fifo"}


def test_a_cache_is_a_valkey_in_the_private_subnets_that_may_grow_to_its_limit(storage: Stack) -> None:
    cache = storage.one("aws_elasticache_serverless_cache")
    assert (cache["engine"], cache["name"]) == ("valkey", "prod-web")
    assert len(cache["subnet_ids"]) == 3
    assert all("private" in subnet for subnet in cache["subnet_ids"])
    (limits,) = cache["cache_usage_limits"]
    assert limits["data_storage"] == [{"maximum": 2, "unit": "GB"}]
    assert "kms_key_id" in cache


def file_system(storage: Stack, name: str) -> Any:
    return storage.one("aws_efs_file_system", creation_token=f"prod-web-{name}")


def test_a_volume_is_encrypted_backed_up_and_mounted_by_tls_alone(storage: Stack) -> None:
    media = file_system(storage, "media")
    assert media["encrypted"] is True
    assert "kms_key_id" in media
    backups = {one["file_system_id"]: one["backup_policy"] for one in storage.all("aws_efs_backup_policy")}
    assert backups[storage.id_of(media)] == {"status": "ENABLED"}
    assert backups[storage.id_of(file_system(storage, "scratch"))] == {"status": "DISABLED"}
    (policy,) = [
        json.loads(one["policy"])["Statement"]
        for one in storage.all("aws_efs_file_system_policy", file_system_id=storage.id_of(media))
    ]
    assert [one["Effect"] for one in policy] == ["Deny"], "so that whoever has no role is nobody"
    assert policy[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_volume_is_in_every_zone_and_closed_to_all_but_who_mounts_it(platform: Platform, storage: Stack) -> None:
    targets = storage.all("aws_efs_mount_target", file_system_id=storage.id_of(file_system(storage, "media")))
    assert len(targets) == 3
    assert all("private" in target["subnet_id"] for target in targets)
    (group,) = {group for target in targets for group in target["security_groups"]}
    assert not [
        rule for rule in storage.all("aws_vpc_security_group_ingress_rule") if rule["security_group_id"] == group
    ]
    for service, volumes in (("web", 2), ("worker", 1), ("plain", 0)):
        stack = platform[f"prod-service-{service}"]
        rules = stack.all("aws_vpc_security_group_ingress_rule", from_port=2049, to_port=2049, ip_protocol="tcp")
        assert len(rules) == volumes
        opened = {platform.resolve(stack, rule["security_group_id"])[1] for rule in rules}
        assert (group in opened) is bool(volumes)


def test_a_task_mounts_it_by_the_access_point_as_its_role(platform: Platform) -> None:
    for service, path, only_read in (("web", "/srv/media", False), ("worker", "/media", True)):
        stack = platform[f"prod-service-{service}"]
        task = stack.one("aws_ecs_task_definition")
        (volume,) = [one for one in task["volume"] if one["name"] == "media"]
        configuration = volume["efs_volume_configuration"]
        assert configuration["transit_encryption"] == "ENABLED"
        assert configuration["authorization_config"]["iam"] == "ENABLED"
        point = platform.resolve(stack, configuration["authorization_config"]["access_point_id"])[1]
        assert point.startswith("${aws_efs_access_point.volume-media")
        own, *_ = json.loads(task["container_definitions"])
        (mounted,) = [one for one in own["mountPoints"] if one["sourceVolume"] == "media"]
        assert (mounted["containerPath"], mounted["readOnly"]) == (path, only_read)


def test_a_role_mounts_what_is_named_and_writes_unless_it_only_reads(platform: Platform) -> None:
    web, worker, plain = (rights_of(platform, name) for name in ("web", "worker", "plain"))
    by_point = {"elasticfilesystem:AccessPointArn": ACCESS_POINT}
    for role in (web, worker):
        assert role.may("elasticfilesystem:ClientMount", FILES, by_point)
        assert not role.may("elasticfilesystem:ClientMount", FILES), "the whole file system"
        assert not role.may("elasticfilesystem:ClientRootAccess", FILES, by_point)
        assert not role.may("elasticfilesystem:DeleteFileSystem", FILES, by_point)
    assert web.may("elasticfilesystem:ClientWrite", FILES, by_point)
    assert not worker.may("elasticfilesystem:ClientWrite", FILES, by_point)
    scratch = {"elasticfilesystem:AccessPointArn": f"{ACCESS_POINT}-scratch"}
    assert not worker.may("elasticfilesystem:ClientMount", f"{FILES}-scratch", scratch)
    assert not plain.policies


def test_files_belong_to_one_user_whoever_writes_them(storage: Stack) -> None:
    for point in storage.all("aws_efs_access_point"):
        owner = point["root_directory"]["creation_info"]
        assert (owner["owner_uid"], owner["owner_gid"], owner["permissions"]) == (1000, 1000, "0750")
        assert point["posix_user"] == {"uid": 1000, "gid": 1000}


def test_what_holds_data_is_protected_as_the_environment_is_or_as_it_says_itself(storage: Stack) -> None:
    protected = {
        resource.get("bucket") or resource.get("creation_token") or resource["name"]
        for kind in ("aws_s3_bucket", "aws_sqs_queue", "aws_elasticache_serverless_cache", "aws_efs_file_system")
        for resource in storage.all(kind, lifecycle={"prevent_destroy": True})
    }
    assert protected == {"acme-prod-web-uploads", "prod-web_jobs", "prod-web_jobs_dead", "prod-web", "prod-web-media"}
    assert storage.one("aws_s3_bucket")["force_destroy"] is False


def test_a_service_and_who_shares_with_it_find_the_same_variables(platform: Platform) -> None:
    web, worker = environment_of(platform, "web"), environment_of(platform, "worker")
    assert web["BUCKET_UPLOADS"].startswith("${aws_s3_bucket.bucket-uploads")
    assert web["QUEUE_JOBS_URL"].endswith(".url}")
    assert web["CACHE_PORT"] == "6379"
    assert web["CACHE_URL"].startswith("rediss://${")
    shared = ("BUCKET_UPLOADS", "QUEUE_JOBS_URL", "CACHE_HOST", "CACHE_PORT", "CACHE_URL")
    assert {name: worker[name] for name in shared} == {name: web[name] for name in shared}
    assert web.keys() - worker.keys() == {"QUEUE_EVENTS_URL"}


def test_the_code_uses_its_own_and_nothing_else(platform: Platform) -> None:
    web, worker = rights_of(platform, "web"), rights_of(platform, "worker")
    bucket, queue = "arn:aws:s3:::acme-prod-web-uploads", "arn:aws:sqs:eu-west-1:1:prod-web_jobs"
    for role in (web, worker):
        assert role.may("s3:PutObject", f"{bucket}/a")
        assert role.may("s3:ListBucket", bucket)
        assert role.may("sqs:ReceiveMessage", queue)
        assert role.may("sqs:SendMessage", queue)
        by_s3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": bucket}
        assert role.may("kms:GenerateDataKey", "arn:aws:kms:eu-west-1:1:key/data", by_s3)
        elsewhere = by_s3 | {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::acme-prod-edge-logs"}
        assert not role.may("kms:Decrypt", "arn:aws:kms:eu-west-1:1:key/data", elsewhere)
        assert not role.may("s3:DeleteBucket", bucket)
        assert not role.may("s3:GetObject", "arn:aws:s3:::acme-prod-terraform-state/x")
        assert not role.may("sqs:PurgeQueue", queue)
    assert not worker.may("sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:prod-web_events.fifo")


def test_a_service_with_nothing_of_all_this_has_no_stack_and_no_right(platform: Platform) -> None:
    assert {stack.name for stack in platform if "-storage-" in stack.name} == {"prod-storage-web"}
    names = {one["name"] for one in platform["prod-service-plain"].all("aws_iam_role_policy")}
    assert not names & {"storage", "permissions"}


def test_a_worker_runs_as_many_tasks_as_its_messages_ask_for_and_none_without_any(platform: Platform) -> None:
    stack = platform["prod-service-worker"]
    assert (stack.one("aws_appautoscaling_target")["min_capacity"], stack.one("aws_ecs_service")["desired_count"]) == (
        0,
        0,
    )
    policies = {one["name"]: one for one in stack.all("aws_appautoscaling_policy")}
    assert policies.keys() == {"backlog", "no-backlog"}
    up, down = (policies[name]["step_scaling_policy_configuration"] for name in ("backlog", "no-backlog"))
    assert up["adjustment_type"] == down["adjustment_type"] == "ExactCapacity"
    assert [step["scaling_adjustment"] for step in down["step_adjustment"]] == [0]
    alarms = {one["alarm_name"]: one for one in stack.all("aws_cloudwatch_metric_alarm")}
    for name in policies:
        alarm = alarms[f"prod-worker-{name}"]
        (action,) = alarm["alarm_actions"]
        assert stack.target(action) is policies[name]
        assert alarm["metric_query"][0]["expression"] == "FILL(waiting, 0) + FILL(working, 0)"
        (queue,) = {query["metric"]["dimensions"]["QueueName"] for query in alarm["metric_query"][1:]}
        assert platform.resolve(stack, queue)[1].startswith("${aws_sqs_queue.queue-jobs_queue")


@pytest.mark.parametrize(("messages", "tasks"), [(1, 1), (10, 1), (11, 2), (35, 4), (999, 5)])
def test_one_task_runs_for_every_so_many_messages_up_to_the_most(messages: int, tasks: int) -> None:
    found = [
        its
        for low, high, its in steps(10, 0, 5)
        if (low or 0) <= messages - 1 and (high is None or messages - 1 < high)
    ]
    assert found == [tasks]


@pytest.mark.parametrize(("least", "most"), [(0, 1), (2, 20), (0, 21), (3, 1000)])
def test_the_steps_leave_no_gap_and_are_no_more_than_aws_takes(least: int, most: int) -> None:
    found = steps(7, least, most)
    assert len(found) <= 20
    assert [high for _, high, _ in found] == [*(low for low, _, _ in found[1:]), None]
    assert found[0][0] == 0
    assert found[-1][2] == most
    assert all(its >= least for _, _, its in found)


def test_a_bucket_of_an_environment_without_protection_goes_with_its_objects(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    checkout.keep_services("mailer")
    stack = checkout.synthesize(only="dev")["dev-storage-mailer"]
    assert stack.one("aws_s3_bucket")["force_destroy"] is True
    assert "prevent_destroy" not in stack.text
