"""Why a collection did not answer: not reachable, or one of two gates is shut; and how to get in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import DENIED, code_of, expired, explained
from cli.errors import CommandError
from cli.logs.collection_client import PORT, Address, Answer
from config.models.environment.environment import Environment
from config.models.environment.platform_service import GRAFANA

LOCAL_PORT = 9200
READERS = "logging.reader_role_arns"
READ = "aoss:ReadDocument"
IAM_ACTION = "aoss:APIAccessAll"


@dataclass(frozen=True)
class CollectionAccess:
    """The way to the log of one service, and whoever stands in it."""

    settings: Environment
    service: str
    arn: str
    host: str
    through: Address | None

    @property
    def collection(self) -> str:
        """Its name, which is its data policy's too."""
        return self.settings.collection(self.service)

    def unreachable(self, why: str) -> CommandError:
        """Nothing answered, or what did is not the collection."""
        if self.through:
            return CommandError(
                f"{self.collection} does not answer through {self.through}: {why}\n"
                "  fix: is the session still open, and does it lead to the host below? Open it again:\n"
                + "\n".join(f"    {line}" for line in self._tunnel(self.through.port))
            )
        environment = self.settings.name
        return CommandError(
            f"{self.collection} cannot be reached from here: {why}\n"
            f"  The data of {environment}'s collections is behind its VPC endpoint {self.settings.logging_name}, "
            "which only its own network reaches.\n"
            f"  fix: read the log in Grafana, https://{self.settings.hostname(GRAFANA)}\n"
            f"    or connect to a VPN into {environment}'s network, if there is one, and repeat the command\n"
            "    or go through the environment's instance, with AWS' Session Manager plugin:\n"
            + "\n".join(f"      {line}" for line in self._tunnel(LOCAL_PORT))
            + f"\n      groundwork logs {environment} {self.service} --through 127.0.0.1:{LOCAL_PORT}\n"
            f"    or read the copy of its errors: groundwork logs {environment} {self.service} --cloudwatch"
        )

    def refused(self, answer: Answer) -> CommandError:
        """Return the error of a request that the collection refused."""
        text = answer.text[:300]
        if answer.status not in (401, 403):
            if answer.status == 429:
                ceiling = "it has no more OpenSearch compute units; the ceiling is logging.max_search_ocu"
                return CommandError(f"{self.collection} is busy, 429: {ceiling}", fix="wait, or ask for less: --since")
            return CommandError(f"{self.collection} answered {answer.status}: {text}")
        if "expired" in text or "security token" in text:
            return expired(self.settings.account_id, text)
        if IAM_ACTION in text:
            return self._shut_by_iam(answer.status)
        if self.through is None and ip_address(answer.peer).is_global:
            return self.unreachable(
                f"{answer.status} from {answer.peer}, its public address: the network policy lets nobody in there"
            )
        return self._shut_gate(answer.status)

    def explained(self, error: BotoCoreError | ClientError) -> CommandError:
        """Explain what went wrong before anything was sent."""
        right, account = f"{IAM_ACTION} on {self.arn}", self.settings.account_id
        return explained(error, doing=f"read {self.collection}", right=right, account_id=account)

    def _shut_gate(self, status: int) -> CommandError:
        """Ask the data policy whether it is the one."""
        aoss: Any = boto3.client("opensearchserverless", region_name=self.settings.region)
        try:
            me = boto3.client("sts", region_name=self.settings.region).get_caller_identity()["Arn"]
            policy = aoss.get_access_policy(name=self.collection, type="data")["accessPolicyDetail"]["policy"]
        except (BotoCoreError, ClientError) as error:
            if code_of(error) == "ResourceNotFoundException":
                return self._shut_by_policy(status, "you", f"there is no data policy {self.collection}")
            if code_of(error) not in DENIED:
                return self.explained(error)
            return CommandError(
                f"{self.collection} refuses you ({status}); which of its two gates is shut, IAM or the data policy, "
                "cannot be told without the right to aoss:GetAccessPolicy",
                fix=f"the data policy: {self._field('the ARN of your role')}\n"
                f"    and IAM: allow your role {IAM_ACTION} on {self.arn}",
            )
        if any(_is(reader, me) for reader in _readers(policy)):
            return self._shut_by_iam(status)
        return self._shut_by_policy(
            status, _with_path(role_of(me)), f"the data policy {self.collection} does not name {me}"
        )

    def _shut_by_policy(self, status: int, role: str, why: str) -> CommandError:
        return CommandError(
            f"{self.collection} refuses you ({status}): {why}",
            fix=f"{self._field(role)}\n"
            f"    IAM must allow the role {IAM_ACTION} on {self.arn} as well: the collection has two gates",
        )

    def _shut_by_iam(self, status: int) -> CommandError:
        return CommandError(
            f"{self.collection} refuses you ({status}): IAM does not allow your role {IAM_ACTION}",
            fix=f"allow it in a policy of the role, on {self.arn}\n"
            f"    {READERS} opens the other gate, the data policy, only",
        )

    def _field(self, role: str) -> str:
        name = self.settings.name
        return (
            f"add {role} to {READERS} in environments/{name}.yaml, then: groundwork deploy {name} logs-{self.service}"
        )

    def _tunnel(self, port: int) -> Iterator[str]:
        """Return the command, and what it needs first."""
        if not self.settings.cluster.ec2.session_manager:
            name = self.settings.name
            yield f"# first: cluster.ec2.session_manager: true in environments/{name}.yaml, and"
            yield f"groundwork deploy {name} cluster"
        instance = self._instance()
        if instance is None:
            yield "# i-... is the environment's instance: none runs, or you have no right to ec2:DescribeInstances"
        parameters = {"host": [self.host], "portNumber": [str(PORT)], "localPortNumber": [str(port)]}
        yield (
            f"aws ssm start-session --region {self.settings.region} --target {instance or 'i-...'} "
            f"--document-name AWS-StartPortForwardingSessionToRemoteHost --parameters '{json.dumps(parameters)}'"
        )

    def _instance(self) -> str | None:
        ec2 = boto3.client("ec2", region_name=self.settings.region)
        filters: Any = [
            {"Name": "tag:groundwork:environment", "Values": [self.settings.name]},
            {"Name": "instance-state-name", "Values": ["running"]},
        ]
        try:
            found = ec2.describe_instances(Filters=filters)["Reservations"]
        except (BotoCoreError, ClientError):
            return None
        return next((one["InstanceId"] for reservation in found for one in reservation["Instances"]), None)


def role_of(caller: str) -> str:
    """Return the ARN of the role that a session is of, as far as STS tells: it leaves a role's path out."""
    _, _, _, _, account, resource = caller.split(":", 5)
    kind, _, name = resource.partition("/")
    return f"arn:aws:iam::{account}:role/{name.split('/')[0]}" if kind == "assumed-role" else caller


def _with_path(role: str) -> str:
    """Return the ARN as IAM knows it: a role of IAM Identity Center has a path, and data policies want all of it."""
    try:
        arn: str = boto3.client("iam").get_role(RoleName=_name(role))["Role"]["Arn"]
    except (BotoCoreError, ClientError):
        return role
    return arn


def _readers(policy: list[dict[str, Any]]) -> Iterator[str]:
    """Whom a data policy lets read."""
    for statement in policy:
        if any(READ in rule.get("Permission", []) for rule in statement["Rules"]):
            yield from statement.get("Principal", [])


def _is(principal: str, caller: str) -> bool:
    mine = role_of(caller)
    return principal == mine or (
        ":role/" in principal and principal.split(":")[4:5] == mine.split(":")[4:5] and _name(principal) == _name(mine)
    )


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
