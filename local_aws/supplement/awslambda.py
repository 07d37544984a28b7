"""AWS Lambda for moto 5.2.5, which wants a container: a function's zip is unpacked and runs in a process of its own.

moto also forgets the log group of a function, and Terraform would write it again at each apply.

The process has the function's variables and its time limit, finds this embedded AWS under AWS_ENDPOINT_URL, and may
ask it while its caller waits. A test gives functions less time than their own:

    POST /moto-api/groundwork/lambda/limit?seconds=<seconds, or 0 for their own>
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.awslambda.models import LambdaFunction
from moto.moto_api._internal import mock_random

from local_aws.endpoint import Endpoint
from local_aws.supplement import control
from local_aws.supplement.patch import wrap
from local_aws.turn import given_away

RUNTIME = Path(__file__).resolve().parents[1] / "lambda_runtime.py"
FASTER = {"ROLLOUTS_POLL_S": "0.3", "ROLLOUTS_LONGEST_WATCH_S": "1"}
"""Nothing takes minutes here (rollouts/pace.py)."""

_limit_s = 0.0


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(LambdaFunction, "invoke", _invoke)
    wrap(LambdaFunction, "__init__", _init)
    wrap(LambdaFunction, "update_configuration", _update_configuration)
    wrap(LambdaFunction, "get_configuration", _get_configuration)
    control.add("lambda/limit", _set_limit)


def _init(original: Callable[..., Any], function: Any, *given: Any, **named: Any) -> None:
    original(function, *given, **named)
    spec = named["spec"] if "spec" in named else given[1]
    _remember_log(function, spec)


def _update_configuration(original: Callable[..., Any], function: Any, updates: dict[str, Any]) -> dict[str, Any]:
    _remember_log(function, updates)
    answer: dict[str, Any] = original(function, updates)
    return answer


def _get_configuration(original: Callable[..., Any], function: Any, *given: Any, **named: Any) -> dict[str, Any]:
    answer: dict[str, Any] = original(function, *given, **named)
    own = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}
    return answer | {"LoggingConfig": own | vars(function).get("logging_config", {})}


def _remember_log(function: Any, spec: dict[str, Any]) -> None:
    if logging_config := spec.get("LoggingConfig"):
        function.logging_config = logging_config


def _invoke(_original: Callable[..., Any], function: Any, body: Any, _asked: Any, headers: dict[str, str]) -> bytes:
    event = body.decode() if isinstance(body, bytes) else body
    seconds = min(float(function.timeout), _limit_s or float("inf"))
    with given_away():
        failed, answer = run(function.code_bytes, function.handler, event or "{}", seconds, _environment(function))
    if failed:
        headers["x-amz-function-error"] = "Unhandled"
    return answer.encode()


def run(code: bytes, handler: str, event: str, seconds: float, environment: dict[str, str]) -> tuple[bool, str]:
    """Run the function; return whether it failed, and its answer as JSON."""
    with TemporaryDirectory(prefix="lambda-") as home:
        folder, answer = Path(home) / "task", Path(home) / "answer"
        zipfile.ZipFile(io.BytesIO(code)).extractall(folder)
        process = subprocess.Popen(
            [sys.executable, "-P", str(RUNTIME), str(folder), handler, str(answer), str(time.time() + seconds)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            text=True,
        )
        try:
            if process.stdin:
                process.stdin.write(json.dumps(json.loads(event)) + "\n")
                process.stdin.flush()  # and left open: it is how the process sees that we are still here
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            error = f"RequestId: {mock_random.uuid4()} Error: Task timed out after {seconds:.2f} seconds"
            return True, json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": error})
        finally:
            if process.stdin:
                process.stdin.close()
        if answer.exists():
            return process.returncode != 0, answer.read_text()
        error = f"RequestId: {mock_random.uuid4()} Error: Runtime exited with error: exit status {process.returncode}"
        return True, json.dumps({"errorType": "Runtime.ExitError", "errorMessage": error})


def _environment(function: Any) -> dict[str, str]:
    here = Endpoint(port=int(os.environ["MOTO_PORT"]), pid=os.getpid()).environment(account_id=function.account_id)
    own = {
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    }
    variables: dict[str, str] = function.environment_vars
    return here | FASTER | own | variables


def _set_limit(request: Any, url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    global _limit_s
    if request.method != "POST":
        return 400, {}, json.dumps({"error": "POST it"})
    _limit_s = float(parse_qs(urlparse(url).query)["seconds"][0])
    return 200, {}, json.dumps({"status": "ok"})
