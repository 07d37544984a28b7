"""A visitor's checkout of the shop, its dev environment on an embedded AWS, and each call that was made there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3

from cli.terraform.provider_mirror import prepare_terraform
from cli.terraform.synthesized import OUTPUT
from local_aws import launcher
from local_aws.calls import RECORD
from tests.delivered import DELIVERED
from tests.e2e.named import context, resource
from tests.e2e.recorded_calls import Call
from tests.modules.iam_simulator import Role
from tests.modules.iam_simulator import role as role_of
from tests.synthesis import ROOT, SHOP, Stack

GROUNDWORK = Path(sys.executable).with_name("groundwork")
SERVICES = {"mailer", "orders", "storefront"}
OF_ANYBODY = "sts:GetCallerIdentity"


class Visitor:
    """A checkout of the shop, which GitHub delivers, and what its first command deployed."""

    def __init__(self, root: Path, *first: str) -> None:
        self.root = root
        shutil.copytree(SHOP, root)
        for name in ("main.py", "node_modules", ".venv"):
            (root / name).symlink_to(ROOT / name)
        for name, text in DELIVERED.items():
            (root / name).write_text((root / name).read_text() + text)
        self.record = root.parent / "calls.jsonl"
        self.calls_of_the_plan: list[Call] = []
        self.calls_of_the_preview: list[Call] = []
        self.first_output = self.run(*first)
        endpoint = launcher.status(directory=root / ".local-aws")
        assert endpoint is not None
        self.url = endpoint.url
        self.aws = boto3.Session("test", "test", region_name="eu-west-1")

    def run(self, *arguments: str, code: int = 0) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            [str(GROUNDWORK), *arguments],
            cwd=self.root,
            env={**environment, "COLUMNS": "200", RECORD: str(self.record)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def plans_nothing(self, stack: str) -> bool:
        """Whether Terraform itself finds no difference in a stack, as it was synthesized last."""
        endpoint = launcher.status(directory=self.root / ".local-aws")
        assert endpoint is not None
        environment = prepare_terraform(self.root, endpoint.environment(os.environ)).environment
        done = subprocess.run(
            ["terraform", "plan", "-detailed-exitcode", "-input=false", "-lock=false", "-no-color"],
            cwd=self.root / OUTPUT / "stacks" / stack,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode in (0, 2), done.stdout
        return done.returncode == 0

    def states(self) -> set[str]:
        s3 = self.aws.client("s3", endpoint_url=self.url)
        found = s3.list_objects_v2(Bucket="acme-dev-terraform-state", Prefix="dev/")["Contents"]
        return {entry["Key"] for entry in found if not entry["Key"].endswith(".applied")}

    def code(self) -> dict[str, str]:
        """Every stack's synthesized JSON."""
        return {path.parent.name: path.read_text() for path in (self.root / OUTPUT / "stacks").glob("*/cdk.tf.json")}

    def collections(self) -> set[str]:
        """The names of the log collections that are ready."""
        found = self.aws.client("opensearchserverless", endpoint_url=self.url).list_collections()
        return {one["name"] for one in found["collectionSummaries"] if one["status"] == "ACTIVE"}

    def containers(self, service: str) -> set[str]:
        """What runs in a service's task."""
        ecs = self.aws.client("ecs", endpoint_url=self.url)
        definition = ecs.describe_task_definition(taskDefinition=f"dev-{service}")["taskDefinition"]
        return {one["name"] for one in definition["containerDefinitions"]}


def is_question(call: Call) -> bool:
    """Whether it changes nothing."""
    return call.action.partition(":")[2].startswith(("Get", "List", "Describe", "Head"))


def is_a_persons(call: Call) -> bool:
    """Whether it changes the stack `delivery`, whose roles cannot change themselves."""
    names = [str(call.parameters.get(name, "")) for name in ("RoleName", "PolicyName", "PolicyArn")]
    return call.action.startswith("iam:") and any("groundwork-dev-" in name for name in names) and not is_read(call)


def is_read(call: Call) -> bool:
    return call.action.partition(":")[2].startswith(("Get", "List"))


def allowed(its: Role, call: Call) -> bool:
    return call.action == OF_ANYBODY or its.may(call.action, resource(call), context(call))


def workflow_role(visitor: Visitor, kind: str) -> Role:
    """A role of dev's workflows, as it was deployed."""
    document = json.loads(visitor.code()["dev-delivery"])
    return role_of(Stack("dev-delivery", document), f"groundwork-dev-{kind}")
