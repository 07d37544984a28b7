"""Runs a Lambda function's handler once: a process of its own, started by local_aws/supplement/awslambda.py.

Arguments: the folder with its code, its handler, the file for the answer, the moment when it is ended (in seconds since
1970). The event comes on standard input, in one line; when that input ends, so does this process.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path


class Context:
    """The context object that Lambda gives to a function."""

    def __init__(self, ends: float) -> None:
        self._ends = ends

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda would end the invocation."""
        return int(1000 * (self._ends - time.time()))


def main(code: str, handler: str, answer: str, ends: str) -> int:
    """0 with the result in `answer`, or 1 with the error as Lambda's own runtime for Python writes it."""
    context = Context(float(ends))
    event = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_our_parent, daemon=True).start()
    sys.path.insert(0, code)
    module, _, function = handler.rpartition(".")
    try:
        result, failed = getattr(importlib.import_module(module), function)(event, context), 0
    except Exception as error:
        trace = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
        result, failed = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": trace}, 1
    Path(answer).write_text(json.dumps(result, ensure_ascii=False))
    return failed


def _end_with_our_parent() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
