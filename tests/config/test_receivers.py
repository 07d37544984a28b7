"""The message for receivers of alerts and owners of services that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.bad_yaml import API, DEV, Bad, check
from tests.config.platform_files import added

CASES = [
    Bad(
        "a receiver of no known type",
        added(DEV, "monitoring:\n  receivers:\n    chat: {type: slak}\n"),
        """
environments/dev.yaml:8: monitoring.receivers.chat.type: is none of the choices
  value: slak
  allowed: mail, opsgenie, pagerduty, slack, teams, webhook
  fix: did you mean `slack`?
""",
    ),
    Bad(
        "mail to nobody",
        added(DEV, "monitoring:\n  receivers:\n    people: {type: mail}\n"),
        """
environments/dev.yaml:8: monitoring.receivers.people.to: nobody would get the mail
  value: nothing
  allowed: one e-mail address or more
  fix: add `to: [oncall@example.com]`
""",
    ),
    Bad(
        "a channel of a pager",
        added(DEV, 'monitoring:\n  receivers:\n    pager: {type: pagerduty, channel: "#alerts"}\n'),
        """
environments/dev.yaml:8: monitoring.receivers.pager.channel: a receiver of type pagerduty has none
  value: "#alerts"
  allowed: only with type slack
  fix: remove it
""",
    ),
    Bad(
        "a receiver that is told of nothing",
        added(DEV, "monitoring:\n  receivers:\n    chat: {type: slack, severities: []}\n"),
        """
environments/dev.yaml:8: monitoring.receivers.chat.severities: it would be told of nothing
  value: []
  allowed: critical, warning, or both
  fix: remove the line, or the receiver
""",
    ),
    Bad(
        "an owner that no service has",
        {
            **added(DEV, "monitoring:\n  receivers:\n    chat: {type: slack, owners: [shpo]}\n"),
            **added(API, "owner: shop\n"),
        },
        """
environments/dev.yaml:8: monitoring.receivers.chat.owners: no service says `owner: shpo`
  value: shpo
  allowed: shop
  fix: did you mean `shop`?
""",
    ),
    Bad(
        "an owner with a blank",
        added(API, "owner: The Shop\n"),
        """
service_configs/api.yaml:9: owner: has the wrong form
  value: The Shop
  allowed: up to 40 lower-case letters, digits and single hyphens, a letter first, or null
  fix: write the-shop
""",
    ),
    Bad(
        "a night without an end",
        added(DEV, 'monitoring:\n  quiet_hours: {start: "08:00"}\n'),
        """
environments/dev.yaml:7: monitoring.quiet_hours.stop: warnings would wait for ever, or never
  value: start: "08:00"
  allowed: another time than start
  fix: write `quiet_hours: null` for warnings at any hour
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_the_message(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)
