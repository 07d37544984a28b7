"""The AWS that a command talks to: the local one, or the account of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import is_unreachable, unreachable
from cli.errors import CommandError
from cli.root import ROOT
from config.loopback import is_loopback
from local_aws import launcher

LOCAL_AWS = ROOT / ".local-aws"


@dataclass(frozen=True)
class Target:
    """The AWS behind this process' environment variables."""

    embedded: bool
    description: str


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Return whether this environment of a process leads to the local AWS."""
    return is_loopback(environ.get("AWS_ENDPOINT_URL", ""))


def choose_target(*, local: bool, account_id: str) -> Target:
    """Lead this process, and all that it starts, to the embedded AWS if asked; else to what is configured.

    The embedded AWS has every account, so that `make demo` goes on working once the YAML names a real one.
    """
    if local:
        environment = launcher.start(directory=LOCAL_AWS).environment(account_id=account_id)
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        os.environ.update(environment)
    if is_embedded(os.environ):
        return Target(embedded=True, description=f"the embedded AWS at {os.environ['AWS_ENDPOINT_URL']}")
    return Target(embedded=False, description="your AWS account")


def act_as(role_arn: str, *, region: str) -> None:
    """Ask AWS as this role from here on.

    Terraform's provider and backend assume it by themselves, so that the environment variables, which they read too,
    keep the credentials of whoever runs the command.
    """
    try:
        sts = boto3.client("sts", region_name=region)
        credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName="groundwork")["Credentials"]
    except (BotoCoreError, ClientError) as error:
        if is_unreachable(error):
            raise unreachable(error) from error
        raise CommandError(
            f"you may not act as {role_arn}: {error}",
            fix="sign in as somebody whom the role trusts, or correct deploy_role_arn",
        ) from error
    boto3.setup_default_session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def check_account(target: Target, *, environment: str, account_id: str, region: str) -> Target:
    """Refuse to go on without credentials, or with those of another account than the environment's own."""
    try:
        found = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        if is_unreachable(error):
            raise unreachable(error) from error
        raise CommandError(
            f"AWS does not know you: {error}",
            fix=f"sign in to account {account_id} (aws sso login, or AWS_PROFILE=...), "
            "or add --local to use the embedded AWS",
        ) from error
    if found != account_id:
        raise CommandError(
            f"these are credentials of AWS account {found}, but environments/{environment}.yaml says {account_id}",
            fix="choose the right profile (AWS_PROFILE=...), or correct account_id",
        )
    return target if target.embedded else Target(embedded=False, description=f"AWS account {found}")
