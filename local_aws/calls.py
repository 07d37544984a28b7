"""A record of the calls that the embedded AWS answered, for whoever asks what rights a deploy needs."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

RECORD = "LOCAL_AWS_RECORD"
"""The environment variable that names the file: one JSON object a line, written before the answer is sent."""

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def recorded(application: Application, file: Path) -> Application:
    """Wrap the application: each request is appended to the file as it arrived."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        if length:
            environ["wsgi.input"] = io.BytesIO(body)
        with file.open("a") as record:
            record.write(json.dumps(_described(environ, body)) + "\n")
        return application(environ, start_response)

    return answer


def _described(environ: dict[str, Any], body: bytes) -> dict[str, str]:
    return {
        "method": environ["REQUEST_METHOD"],
        "host": environ.get("HTTP_HOST", ""),
        "path": environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"],
        "authorization": environ.get("HTTP_AUTHORIZATION", ""),
        "target": environ.get("HTTP_X_AMZ_TARGET", ""),
        "copy_source": environ.get("HTTP_X_AMZ_COPY_SOURCE", ""),
        "agent": environ.get("HTTP_USER_AGENT", ""),
        "content_type": environ.get("CONTENT_TYPE", ""),
        "body": base64.b64encode(body).decode(),
    }
