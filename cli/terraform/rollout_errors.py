"""Makes lines of what the function of an environment answers when it refuses: Terraform shows it as JSON, in one."""

from __future__ import annotations

import json
import re

FROM_THE_FUNCTION = re.compile(r"^Error: invoking Lambda Function \((?P<name>[\w-]+)\): (?P<answer>\{.*\})$")
OF_OURS = ("RolloutError", "TaskError")
"""What rollouts/refusal.py raises: its message is for people as it is."""


def readable(line: str) -> list[str]:
    """Return the lines of the message in a line of Terraform's; any other line as it is."""
    match = FROM_THE_FUNCTION.match(line.strip())
    if not match:
        return [line]
    try:
        answer = json.loads(match["answer"])
        message, kind = str(answer["errorMessage"]), answer.get("errorType")
    except (ValueError, KeyError):
        return [line]
    first, *rest = message.split("\n")
    source = "" if kind in OF_OURS else f"{match['name']}: {kind}: "
    return [f"Error: {source}{first}", *rest]
