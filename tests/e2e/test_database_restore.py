"""A database is restored beside the old one, and takes its place: with the real Terraform and provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_aws import launcher
from tests.e2e.small_program import SmallCheckout

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ORDERS = "kind: internal\nhealth_check: none\nimage: public.ecr.aws/nginx/nginx:1.29.1\nport: 80\ndatabase: {}\n"
LOGINS = "dev-logins-orders"
STACK, OWN, COPY = "dev-database-orders", "dev-orders", "dev-orders-restored"
# The stacks of the database and of its logins, what they need, and a reader of its address and secrets in place of the
# service.
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
import main  # it prepares the import of the provider

from cdktf import App
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter

from config.loader.platform import load_platform
from config.models.nat import Nat
from stacks.cluster import ClusterStack
from stacks.database import databases_of
from stacks.logins import logins_of
from stacks.network import NetworkStack
from modules.local_context import LOCAL_AWS
from stacks.platform_stack import PlatformStack

assert {pause!r}
app = App(context={{LOCAL_AWS: True}})
[deployment] = load_platform(Path(__file__).parent, only="dev")
environment, services = deployment.environment, deployment.services
settings = environment.network.model_copy(update={{"nat": Nat.NONE}})
environment = environment.model_copy(update={{"network": settings}})
network = NetworkStack(app, environment=environment)
tags = dict.fromkeys(("database-roles", "fluent-bit"), "0" * 16)
runtime = ClusterStack(app, environment=environment, network=network, image_tags=tags).runtime
databases = databases_of(app, services, runtime=runtime)
login = logins_of(app, services, databases, runtime=runtime)["orders"]
reader = PlatformStack(app, name="service-orders", environment=environment)
postgres = login.postgres
told = {{"host": postgres.instance.address, "master": postgres.secret_arn, "login": login.secret_arn}}
for name, value in told.items():
    SsmParameter(reader, name, name=f"/dev/{{name}}", type="String", value=value)
app.synth()
"""


class Place:
    """A checkout and its AWS."""

    def __init__(self, root: Path) -> None:
        self.endpoint = launcher.start(directory=root / "aws")
        self.checkout = SmallCheckout.make(root / "checkout", self.endpoint.environment(), PROGRAM)
        (self.checkout.root / "service_configs/orders.yaml").write_text(ORDERS)
        self._session = boto3.Session("test", "test", region_name="eu-west-1")
        self.rds, self.ssm, self.ecs = self.client("rds"), self.client("ssm"), self.client("ecs")

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint.url)  # type: ignore[call-overload]

    def groundwork(self, *arguments: str, code: int = 0) -> str:
        found, output = self.checkout.run(*arguments)
        assert found == code, output
        return output

    def instances(self) -> dict[str, Any]:
        return {one["DBInstanceIdentifier"]: one for one in self.rds.describe_db_instances()["DBInstances"]}

    def roles_made(self) -> list[str]:
        """The secrets of the master users as whom the roles were made, in turn."""
        arns = self.ecs.list_tasks(cluster="dev", family="dev-orders_roles", desiredStatus="STOPPED")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="dev", tasks=arns)["tasks"] if arns else []
        return [self._master(one["taskDefinitionArn"]) for one in sorted(tasks, key=lambda one: one["createdAt"])]

    def _master(self, definition: str) -> str:
        found = self.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
        (its,) = found["containerDefinitions"]
        references = {one["name"]: one["valueFrom"] for one in its["secrets"]}
        return str(references["PGPASSWORD"].removesuffix(":password::"))

    def told(self, name: str) -> str:
        return str(self.ssm.get_parameter(Name=f"/dev/{name}")["Parameter"]["Value"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("restore")
    try:
        made = Place(root)
        made.groundwork("deploy", "dev", "--yes")
        yield made
    finally:
        launcher.stop(directory=root / "aws")


def test_the_login_is_a_secret_with_user_and_password_and_the_roles_are_made_as_master(place: Place) -> None:
    read = place.client("secretsmanager").get_secret_value(SecretId=place.told("login"))
    assert read["Name"] == "dev/orders/app_schema"
    value = json.loads(read["SecretString"])
    assert value.keys() == {"username", "password"}
    assert value["username"] == "app_schema"
    assert len(value["password"]) == 40
    assert place.roles_made() == [place.instances()[OWN]["MasterUserSecret"]["SecretArn"]]
    assert place.checkout.plan(LOGINS) == 0
    state = place.client("s3").get_object(Bucket="acme-dev-terraform-state", Key="dev/logins-orders.tfstate")
    assert value["password"] not in state["Body"].read().decode()


def test_it_is_restored_beside_the_old_one_and_takes_its_place(place: Place) -> None:
    before = place.instances()[OWN]
    output = place.groundwork("database", "switchover", "dev", "orders", "--yes", code=1)
    assert "nothing is restored: there is no dev-orders-restored" in output

    output = place.groundwork("database", "restore", "dev", "orders", "--at", "latest", "--yes")
    assert "database switchover dev orders" in output
    own, copy = (place.instances()[name] for name in (OWN, COPY))
    assert own["DbiResourceId"] == before["DbiResourceId"]
    for shared in ("KmsKeyId", "DBInstanceClass", "MultiAZ", "PubliclyAccessible", "DeletionProtection"):
        assert copy[shared] == own[shared], shared
    assert copy["DBSubnetGroup"]["DBSubnetGroupName"] == own["DBSubnetGroup"]["DBSubnetGroupName"]
    assert [one["VpcSecurityGroupId"] for one in copy["VpcSecurityGroups"]] == [
        one["VpcSecurityGroupId"] for one in own["VpcSecurityGroups"]
    ]
    assert [one["DBParameterGroupName"] for one in copy["DBParameterGroups"]] == ["dev-orders-postgres17"]
    assert {"Key": "groundwork:environment", "Value": "dev"} in copy["TagList"]
    assert copy["MasterUserSecret"]["SecretArn"] != own["MasterUserSecret"]["SecretArn"]
    assert copy["MasterUserSecret"]["KmsKeyId"] == own["MasterUserSecret"]["KmsKeyId"]
    assert place.checkout.plan(STACK) == 0, "nothing that Terraform knows has changed so far"

    output = place.groundwork("database", "restore", "dev", "orders", "--at", "2026-01-01T00:00:00Z", "--yes", code=1)
    assert "dev-orders-restored was restored from the latest restorable time" in output

    output = place.groundwork("database", "switchover", "dev", "orders", "--yes")
    now = place.instances()
    (old,) = now.keys() - {OWN}
    assert old.startswith("dev-orders-until-")
    assert now[old]["DbiResourceId"] == before["DbiResourceId"]
    assert f"aws rds delete-db-instance --db-instance-identifier {old}" in output
    assert now[OWN]["DbiResourceId"] == copy["DbiResourceId"]
    assert now[OWN]["MasterUserSecret"]["SecretArn"] == copy["MasterUserSecret"]["SecretArn"] == place.told("master")
    assert now[OWN]["Endpoint"]["Address"] == place.told("host")
    assert "groundwork:restored" not in {tag["Key"] for tag in now[OWN]["TagList"]}
    assert now[OWN]["MonitoringInterval"] == before["MonitoringInterval"]
    masters = [one["MasterUserSecret"]["SecretArn"] for one in (before, now[OWN])]
    assert place.roles_made() == masters, "what was restored may have been from before its roles, or their passwords"
    assert [place.checkout.plan(stack) for stack in (STACK, LOGINS)] == [0, 0]


def test_a_switchover_that_was_killed_between_its_steps_goes_on(place: Place) -> None:
    place.groundwork("database", "restore", "dev", "orders", "--at", "latest", "--yes")
    before = place.instances()
    for name, then in ((OWN, "dev-orders-until-then"), (COPY, OWN)):
        place.rds.modify_db_instance(DBInstanceIdentifier=name, NewDBInstanceIdentifier=then, ApplyImmediately=True)
    place.groundwork("database", "switchover", "dev", "orders", "--yes")
    now = place.instances()
    assert now[OWN]["DbiResourceId"] == before[COPY]["DbiResourceId"]
    assert now["dev-orders-until-then"]["DbiResourceId"] == before[OWN]["DbiResourceId"]
    assert now[OWN]["MasterUserSecret"]["SecretArn"] == place.told("master")
    assert place.checkout.plan(STACK) == 0
