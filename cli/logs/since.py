"""`--since`: how long ago (90s, 15m, 2h, 3d), or a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from cli.errors import UsageError

LONGEST = timedelta(days=3653)
"""No log is kept longer."""

_AGO = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that it means, in UTC; one without a time zone is UTC."""
    found = _AGO.fullmatch(text.strip())
    since = now - timedelta(**{_UNITS[found[2]]: int(found[1])}) if found and int(found[1]) <= _most(found[2]) else None
    since = since if found else _time(text.strip())
    if since is None or not now - LONGEST <= since < now:
        raise UsageError(
            f"--since: no time in the last {LONGEST.days} days\n  value: {text}",
            allowed="90s, 15m, 2h, 3d, or a time such as 2026-11-27T09:30 (UTC) or 2026-11-27T10:30+01:00",
        )
    return since


def _most(unit: str) -> float:
    return LONGEST / timedelta(**{_UNITS[unit]: 1})


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
