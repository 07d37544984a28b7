"""Calls the function `<environment>-rollouts`, as Terraform does, and waits for its answer."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from config.models.environment.environment import Environment
from rollouts.contract import RunRequest, ShowRequest

LONGEST_S = 960
"""More than Lambda gives it: it always answers by itself."""
PENDING = "pending"


def invoke(environment: Environment, what: ShowRequest | RunRequest) -> dict[str, Any]:
    """Its result: one invocation after the other, until the work is done. Raises CommandError with its refusal."""
    function = environment.qualify("rollouts")
    # A call that is made again would ask twice; what it began goes on all the same, and is found again.
    patient = Config(read_timeout=LONGEST_S, tcp_keepalive=True, retries={"total_max_attempts": 1})
    client = boto3.client("lambda", region_name=environment.region, config=patient)
    asked: dict[str, Any] = {**what, "last": False}
    while True:
        try:
            answer = client.invoke(FunctionName=function, Payload=json.dumps(asked))
        except client.exceptions.ResourceNotFoundException as error:
            fix = f"groundwork deploy {environment.name} cluster"
            raise CommandError(f"{environment.name} has no function {function} yet", fix=fix) from error
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"{function} does not answer: {error}") from error
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise CommandError(result["errorMessage"])
        if result["verdict"] != PENDING:
            return result
        asked = {"last": False, "so_far": result}
