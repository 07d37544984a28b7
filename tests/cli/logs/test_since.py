"""How long ago, or when: what is understood, and the one message for all else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.errors import CommandError
from cli.logs.since import parse_since

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        (" 3d ", timedelta(days=3)),
        ("2026-11-27T09:30", timedelta(hours=2, minutes=30)),
        ("2026-11-27T09:30:00Z", timedelta(hours=2, minutes=30)),
        ("2026-11-27T10:30+01:00", timedelta(hours=2, minutes=30)),
        ("2026-11-27 09:30", timedelta(hours=2, minutes=30)),
        ("2026-11-26", timedelta(hours=36)),
    ],
)
def test_an_age_and_a_time_are_understood(text: str, ago: timedelta) -> None:
    assert parse_since(text, NOW) == NOW - ago


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "h", "1w", "1.5h", "-5m", "0s", "1h30m", "٣h", "999999999d", "99999d", "yesterday"),
        *("2027-01-01", "1066-10-14", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-13-01"),
        "2026-11-27T12:00",
    ],
)
def test_anything_else_is_one_message_with_what_is_allowed(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_since(text, NOW)
    assert refused.value.exit_code == 2
    assert str(refused.value) == (
        "--since: no time in the last 3653 days\n"
        f"  value: {text}\n"
        "  allowed: 90s, 15m, 2h, 3d, or a time such as 2026-11-27T09:30 (UTC) or 2026-11-27T10:30+01:00"
    )
