"""A service's database: encrypted, backed up, and closed to everybody until it is opened."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from cdktf import TerraformStack

from config.models.data.database import Database
from config.models.environment.subnets import Tier
from modules.data.postgres import Postgres
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from tests.settings import ACCOUNT, a_network, an_environment
from tests.synthesis import ROOT, Attributes, Stack, synthesize_construct


@cache
def rds_model() -> dict[str, Any]:
    """AWS' own API model of RDS."""
    found: dict[str, Any] = Loader().load_service_model("rds", "service-2")
    return found


def build(stack: TerraformStack, settings: Database, environment: dict[str, Any]) -> tuple[Postgres, Vpc]:
    vpc = Vpc(stack, "vpc", name="test", region="eu-west-1", settings=a_network())
    postgres = Postgres(
        stack,
        "postgres",
        name="test-orders",
        environment=an_environment(**environment),
        vpc=vpc,
        encryption_key=EncryptionKey(stack, "data-key", name="test", account_id=ACCOUNT),
        log_key=LogKey(stack, "log-key", name="test", account_id=ACCOUNT, region="eu-west-1"),
        settings=settings,
    )
    return postgres, vpc


def a_database(settings: Database | None = None, **environment: Any) -> Stack:
    return synthesize_construct(lambda stack: build(stack, settings or Database(), environment))


def opened() -> Stack:
    """A database that one caller may connect to."""

    def make(stack: TerraformStack) -> None:
        postgres, vpc = build(stack, Database(), {})
        caller = SecurityGroup(stack, "caller", name="test-caller", description="A caller", vpc=vpc)
        postgres.allow_from(caller, scope=stack, id_="database")

    return synthesize_construct(make)


@pytest.fixture(scope="module")
def database() -> Stack:
    return a_database()


@pytest.fixture(scope="module")
def instance(database: Stack) -> Attributes:
    return database.one("aws_db_instance")


def test_nothing_can_connect_until_it_is_allowed(database: Stack) -> None:
    assert database.all("aws_vpc_security_group_ingress_rule") == []
    (group,) = database.one("aws_db_instance")["vpc_security_group_ids"]
    assert "ingress" not in database.target(group)
    assert "egress" not in database.target(group)


def test_only_the_allowed_caller_can_connect_and_only_to_postgresql() -> None:
    stack = opened()
    rule = stack.one("aws_vpc_security_group_ingress_rule")
    assert rule["security_group_id"] == stack.one("aws_db_instance")["vpc_security_group_ids"][0]
    assert stack.target(rule["referenced_security_group_id"])["name"] == "test-caller"
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 5432, 5432)


def test_it_stands_in_the_isolated_subnets_and_has_no_public_address(database: Stack, instance: Attributes) -> None:
    group = database.target(instance["db_subnet_group_name"])
    tiers = [database.target(subnet)["tags"]["groundwork:tier"] for subnet in group["subnet_ids"]]
    assert tiers == [Tier.ISOLATED] * 3
    assert instance["publicly_accessible"] is False


def test_the_password_is_made_by_rds_and_never_passes_through_terraform(instance: Attributes) -> None:
    assert instance["manage_master_user_password"] is True
    assert not {"password", "password_wo"} & instance.keys()


def test_storage_insights_and_password_are_encrypted_with_the_data_key(database: Stack, instance: Attributes) -> None:
    assert instance["storage_encrypted"] is True
    for key in ("kms_key_id", "performance_insights_kms_key_id", "master_user_secret_kms_key_id"):
        assert database.target(instance[key])["description"] == "Databases and disks of test"
        assert database.target(instance[key])["enable_key_rotation"] is True


def test_a_connection_without_tls_is_refused(database: Stack, instance: Attributes) -> None:
    group = database.target(instance["parameter_group_name"])
    assert {"name": "rds.force_ssl", "value": "1"} in group["parameter"]


def test_its_log_is_exported_encrypted_and_expires(database: Stack, instance: Attributes) -> None:
    assert instance["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]
    groups = {group["name"]: group for group in database.all("aws_cloudwatch_log_group")}
    assert groups.keys() == {"/aws/rds/instance/test-orders/postgresql", "/aws/rds/instance/test-orders/upgrade"}
    assert all(group["retention_in_days"] and group["kms_key_id"] for group in groups.values())
    assert len(instance["depends_on"]) == 3  # both groups, or RDS would make its own, and the monitoring role


def test_production_has_a_standby_backups_and_cannot_be_deleted(instance: Attributes) -> None:
    assert instance["multi_az"] is True
    assert instance["backup_retention_period"] >= 7
    assert instance["deletion_protection"] is True


def test_deleting_it_leaves_a_snapshot_and_the_backups(instance: Attributes) -> None:
    assert instance["skip_final_snapshot"] is False
    assert instance["delete_automated_backups"] is False
    # The name is new each time, or the second deletion of a name would fail.
    assert instance["final_snapshot_identifier"].startswith("test-orders-${terraform_data.")


def test_an_environment_can_do_without_all_that() -> None:
    database = a_database(
        deletion_protection=False,
        databases={"multi_az": False, "kept_when_deleted": False, "backup_retention_days": 1},
    )
    instance = database.one("aws_db_instance")
    assert instance["multi_az"] is False
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is True
    assert instance["backup_retention_period"] == 1


def test_an_upgrade_makes_the_new_parameter_group_before_the_old_one_goes() -> None:
    groups = [a_database(Database(engine_version=v)).one("aws_db_parameter_group") for v in ("16", "17")]
    assert len({group["name"] for group in groups}) == 2
    assert [group["family"] for group in groups] == ["postgres16", "postgres17"]
    assert all(group["lifecycle"]["create_before_destroy"] for group in groups)


def test_resizing_or_upgrading_replaces_nothing() -> None:
    # What the AWS provider replaces an instance for, and no setting may change.
    # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/db_instance
    forces_replacement = ("engine", "db_name", "username", "kms_key_id", "storage_encrypted", "identifier")
    before = a_database().one("aws_db_instance")
    after = a_database(
        Database(engine_version="18", instance_class="db.r7g.large", storage_gib=500, max_storage_gib=1000)
    ).one("aws_db_instance")
    assert before != after
    assert [before[name] for name in forces_replacement] == [after[name] for name in forces_replacement]


@pytest.mark.parametrize(
    ("storage_gib", "iops", "throughput"), [(20, None, None), (399, None, None), (400, 12_000, 500), (500, 12_000, 500)]
)
def test_striped_storage_says_what_rds_wants_of_it(storage_gib: int, iops: int | None, throughput: int | None) -> None:
    instance = a_database(Database(storage_gib=storage_gib, max_storage_gib=1000)).one("aws_db_instance")
    assert (instance.get("iops"), instance.get("storage_throughput")) == (iops, throughput)


@pytest.mark.parametrize("wanted", [True, False])
def test_extended_support_is_billed_only_where_it_is_asked_for(wanted: bool) -> None:
    documented = rds_model()["shapes"]["CreateDBInstanceMessage"]["members"]["EngineLifecycleSupport"]["documentation"]
    support = a_database(Database(), databases={"extended_support": wanted}).one("aws_db_instance")[
        "engine_lifecycle_support"
    ]
    assert f"<code>{support}</code>" in documented
    assert support.endswith("-disabled") is not wanted


def test_no_documented_command_gives_postgresql_what_is_oracles() -> None:
    """Each `aws rds` command of the page has the options that AWS' own API model has, and none for another engine."""
    model = rds_model()
    text = (ROOT / "docs/databases.md").read_text().replace("\\\n", " ")
    text = re.sub(r'"\$\([^)]*\)"', "...", text)
    commands = re.findall(r"aws rds ([a-z-]+-db-[a-z-]+) ([^`\n]*)", text)
    assert "modify-db-instance" in {name for name, _ in commands}
    for name, options in commands:
        operation = "".join(word.title() for word in name.split("-")).replace("Db", "DB")
        if operation not in model["operations"]:
            continue
        shape = model["operations"][operation]["input"]["shape"]
        members = {xform_name(member, "-"): known for member, known in model["shapes"][shape]["members"].items()}
        for option in re.findall(r"--([a-z-]+)", options):
            if option in ("query", "output", "region"):  # of every command
                continue
            known = members.get(option) or members.get(option.removeprefix("no-")) or {}
            assert known, f"{name} has no --{option}"
            assert "Applies to RDS for Oracle only" not in known.get("documentation", ""), f"{name} --{option}"
