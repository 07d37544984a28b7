"""moto 5.2.5 has no place for our own questions to the server: `/moto-api/groundwork/...` answers them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal.urls import url_paths

PREFIX = "/moto-api/groundwork"

Handler = Callable[[Any, str, Any], tuple[int, dict[str, str], str]]


def apply() -> None:
    """Apply the patches of this file to moto."""
    add("health", _health)


def add(name: str, handler: Handler) -> None:
    """Serve `/moto-api/groundwork/<name>` with `handler`, which is called as moto calls its own.

    A parameter that is missing or no number is answered by 400.
    """

    def answer(request: Any, url: str, headers: Any) -> tuple[int, dict[str, str], str]:
        try:
            return handler(request, url, headers)
        except KeyError as error:
            return 400, {}, json.dumps({"error": f"{name} lacks {error}"})
        except ValueError as error:
            return 400, {}, json.dumps({"error": f"{name}: {error}"})

    url_paths["{0}" + f"{PREFIX}/{name}"] = answer


def _health(_request: Any, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    return 200, {}, json.dumps({"status": "ok"})
