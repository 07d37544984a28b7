"""PostgreSQL's own programs, psql and pg_dump, on a service's database; the login reaches them by variables alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from cli.aws_errors import explained
from cli.database.instances import Instance, ServiceDatabase
from cli.database.tunnel import HOST, open_tunnel
from cli.errors import CommandError, UsageError

INSTALL = "https://www.postgresql.org/download/"


def shell(database: ServiceDatabase, instance: Instance, arguments: Sequence[str]) -> int:
    """Run psql on the database with these arguments; return its exit code."""
    program = _need("psql")
    return _run([program, "--no-password", *arguments], database, instance)


def dump(database: ServiceDatabase, instance: Instance, file: Path) -> None:
    """Write all of the database into a new file, in pg_dump's own format; an unfinished one is left nowhere."""
    program = _need("pg_dump")
    if file.exists():
        raise UsageError(f"{file} exists", fix="choose another name with --file")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    has, wanted = (int(re.findall(r"\d+", text)[0]) for text in (said, instance["EngineVersion"]))
    if has < wanted:
        raise CommandError(
            f"pg_dump {has} refuses a newer server: {instance['DBInstanceIdentifier']} runs PostgreSQL {wanted}",
            fix=f"install PostgreSQL's programs in version {wanted} or later: {INSTALL}",
        )
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise UsageError(f"{unfinished} cannot be written: {error.strerror}") from error
    try:
        code = _run([program, "--no-password", "--format=custom", f"--file={unfinished}"], database, instance)
        if code != 0:
            raise CommandError(f"pg_dump has ended with {code}; nothing is kept")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def secret_arn(instance: Instance) -> str:
    """Return the secret with the login of the instance."""
    if "MasterUserSecret" not in instance:
        raise CommandError(f"RDS does not manage the password of {instance['DBInstanceIdentifier']}")
    return str(instance["MasterUserSecret"]["SecretArn"])


def _run(command: Sequence[str], database: ServiceDatabase, instance: Instance) -> int:
    with open_tunnel(database, instance) as tunnel:
        login = _login(database, instance)
        environment = {
            **os.environ,
            "PGHOST": HOST,
            "PGPORT": str(tunnel.port),
            "PGDATABASE": instance["DBName"],
            "PGUSER": login["username"],
            "PGPASSWORD": login["password"],
            "PGSSLMODE": "require",
        }
        # Ctrl-C is the program's own: it cancels a query. A handler, unlike SIG_IGN, is not inherited.
        before = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            signal.signal(signal.SIGINT, before)


def _login(database: ServiceDatabase, instance: Instance) -> dict[str, str]:
    arn = secret_arn(instance)
    secrets = boto3.client("secretsmanager", region_name=database.session.environment.region)
    try:
        found: dict[str, str] = json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])
    except ClientError as error:
        raise explained(
            error,
            doing="read the login of the database",
            right=f"secretsmanager:GetSecretValue on {arn}, and kms:Decrypt on the environment's data key",
            account_id=database.session.environment.account_id,
        ) from error
    return found


def _need(program: str) -> str:
    if found := shutil.which(program):
        return found
    raise CommandError(f"there is no {program} on this machine", fix=f"install PostgreSQL's programs: {INSTALL}")
