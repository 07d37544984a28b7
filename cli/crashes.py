"""The report of an error that none of a command's own code expected."""

from __future__ import annotations

import os
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import explained
from cli.terraform.run_log import LOGS


def report(error: Exception, root: Path) -> int:
    """Say why AWS did not do what it was asked, or that we made a mistake, in one line and a log; the exit code."""
    if isinstance(error, BotoCoreError | ClientError):
        told = explained(error, doing="do this", right="see docs/aws.md", account_id="of this environment")
        print(told, file=sys.stderr)
        return told.exit_code
    if os.environ.get("GROUNDWORK_DEBUG"):
        raise error
    log = root / LOGS / f"{time.strftime('%Y%m%d-%H%M%S')}-crash.log"
    where = ""
    with suppress(OSError):  # a full disk is the reason, perhaps
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(traceback.format_exception(error)))
        where = f" (traceback: {log})"
    print(f"groundwork failed: {type(error).__name__}: {error}{where}", file=sys.stderr)
    return 1
