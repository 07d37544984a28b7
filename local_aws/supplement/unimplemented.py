"""moto 5.2.5 answers 500 to what it does not implement, and clients then retry for minutes: answer 400."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from local_aws.supplement.patch import wrap

CODE = "NotImplemented"
_REST_XML = ("s3", "route53", "cloudfront")


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(DomainDispatcherApplication, "get_backend_for_host", _refuse_unknown_service)
    wrap(DomainDispatcherApplication, "__call__", _answer_400)


def _refuse_unknown_service(original: Callable[..., Any], dispatcher: Any, host: str | None) -> Any:
    backend = original(dispatcher, host)
    if host is not None and backend is None:
        raise NotImplementedError(f"there is no {host}")
    return backend


def _answer_400(
    original: Callable[..., Any], dispatcher: Any, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    try:
        answer: Iterable[bytes] = original(dispatcher, environ, start_response)
        return answer
    except NotImplementedError as error:
        message = f"The embedded AWS lacks this: {error}"
        sys.stderr.write(f"{message}\n")
        content_type, body = _error_body(environ, message)
        start_response("400 Bad Request", [("Content-Type", content_type), ("x-amzn-ErrorType", CODE)])
        return [body.encode()]


def _error_body(environ: dict[str, Any], message: str) -> tuple[str, str]:
    """Return an error in the service's own protocol; a client would retry one that it cannot read."""
    service = _signing_name(environ)
    error = f"<Error><Code>{CODE}</Code><Message>{message}</Message></Error>"
    if service == "s3":
        return "application/xml", error
    if service == "ec2":
        return "application/xml", f"<Response><Errors>{error}</Errors></Response>"
    is_query = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    if is_query or service in _REST_XML:
        return "application/xml", f"<ErrorResponse>{error}</ErrorResponse>"
    return "application/json", json.dumps({"__type": CODE, "message": message})


def _signing_name(environ: dict[str, Any]) -> str:
    # AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=…
    scope = environ.get("HTTP_AUTHORIZATION", "").split(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""
