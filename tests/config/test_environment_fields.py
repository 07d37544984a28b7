"""What makes environments differ: instances, hours, a budget, the role that deploys."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from config.loader.platform import load_platform
from config.models.environment.office_hours import Day, OfficeHours
from config.models.environment.shared import shared_place
from config.models.environment.usage import Usage
from tests.config.bad_yaml import DEV, PROD, Bad, check
from tests.config.platform_files import VALID, added, replaced, write_platform
from tests.settings import an_environment
from tests.synthesis import ROOT, SHOP

GUIDE = ROOT / "docs/environments.md"

CASES = [
    Bad(
        "two budgets of one account",
        {
            DEV: VALID[DEV] + "budget: {monthly_usd: 100, alert_emails: [a@example.com]}\n",
            PROD: VALID[PROD].replace('"222222222222"', '"111111111111"')
            + "budget:\n  monthly_usd: 100\n  alert_emails: [a@example.com]\n",
        },
        """
environments/prod.yaml:6: budget: it counts account 111111111111, as the budget of environment dev does, see \
environments/dev.yaml:6
  value: 100
  allowed: one budget that counts the account
  fix: write `counts: environment` under `budget:`, or remove the budget
""",
    ),
    Bad(
        "a budget of what is no part of a bill",
        added(DEV, "budget: {monthly_usd: 100, counts: team, alert_emails: [a@example.com]}\n"),
        """
environments/dev.yaml:6: budget.counts: is none of the choices
  value: team
  allowed: account, environment
""",
    ),
    Bad(
        "flow logs into a store that does not exist",
        replaced(DEV, "nat: single", "nat: single\n  flow_logs: elastic"),
        """
environments/dev.yaml:6: network.flow_logs: is none of the choices
  value: elastic
  allowed: s3, cloudwatch
""",
    ),
    Bad(
        "usage of a service that is not there",
        added(DEV, "usage:\n  services:\n    ap: {requests_per_second: 3}\n"),
        """
environments/dev.yaml:8: usage.services: there is no service ap (in dev)
  value: {requests_per_second: 3}
  allowed: api, web
  fix: did you mean `api`?
""",
    ),
    Bad(
        "fewer requests than none",
        added(DEV, "usage: {requests_per_second: -1}\n"),
        """
environments/dev.yaml:6: usage.requests_per_second: is too small
  value: -1
  allowed: a number from 0 to 1000000
  fix: write 0
""",
    ),
    Bad(
        "an estimate that does not exist",
        added(DEV, "usage: {request_per_second: 1}\n"),
        """
environments/dev.yaml:6: usage.request_per_second: there is no such field
  value: request_per_second: 1
  allowed: requests_per_second, ...
  fix: did you mean `requests_per_second`?
""",
    ),
    Bad(
        "a mail address that is told twice",
        added(DEV, "monitoring:\n  alert_emails: [a@b.cd, a@b.cd]\n"),
        """
environments/dev.yaml:7: monitoring.alert_emails: a@b.cd is written twice
  value: [a@b.cd, a@b.cd]
  allowed: each address once
  fix: remove one of the two
""",
    ),
    Bad(
        "an instance in a zone without a subnet",
        added(DEV, "cluster:\n  ec2:\n    zone: d\n"),
        """
environments/dev.yaml:8: cluster.ec2.zone: the network has no zone d
  value: d
  allowed: a, b, c
""",
    ),
    Bad(
        "a day that ends before it starts",
        added(DEV, "office_hours:\n  start: 09:00\n  stop: 07:00\n"),
        """
environments/dev.yaml:8: office_hours.stop: 07:00 is not after 09:00
  value: 07:00
  allowed: later than start, 09:00
""",
    ),
    Bad(
        "hours in which no database can be backed up and maintained",
        added(DEV, "office_hours:\n  start: 09:00\n  stop: 10:00\n  timezone: Europe/Dublin\n"),
        """
environments/dev.yaml:8: office_hours.stop: 09:00 to 10:00 is too short for databases: RDS wants an hour in which they run, at one time of UTC in summer and winter, for the backup and the maintenance
  value: 10:00
  allowed: 30 minutes more, or databases that always run
  fix: write a later stop, or databases: false
""",  # noqa: E501
    ),
    Bad(
        "a time that no clock shows",
        added(DEV, "office_hours:\n  stop: 25:00\n"),
        """
environments/dev.yaml:7: office_hours.stop: has the wrong form
  value: 25:00
  allowed: a time such as 08:30
""",
    ),
    Bad(
        "a time zone that does not exist",
        added(DEV, "office_hours:\n  timezone: Dublin\n"),
        """
environments/dev.yaml:7: office_hours.timezone: there is no time zone Dublin
  value: Dublin
  allowed: a name of the tz database, such as UTC or Europe/Dublin
  fix: write Europe/Dublin
""",
    ),
    Bad(
        "a working day in the wrong language",
        added(DEV, "office_hours:\n  days: [lundi]\n"),
        """
environments/dev.yaml:7: office_hours.days[0]: is none of the choices
  value: lundi
  allowed: mon, tue, wed, thu, fri, sat, sun
""",
    ),
    Bad(
        "a heartbeat that nobody sends by night",
        added(DEV, "office_hours: {}\nmonitoring:\n  heartbeat_url: https://hc-ping.com/1\n"),
        """
environments/dev.yaml:8: monitoring.heartbeat_url: with office_hours no heartbeat is sent by night, and whoever waits for it would ring, see environments/dev.yaml:6
  value: https://hc-ping.com/1
  allowed: no heartbeat_url, or monitoring: false below office_hours
  fix: remove it, or let the monitoring run by night too: write monitoring: false below office_hours
""",  # noqa: E501
    ),
    Bad(
        "the size of an instance that there is not",
        replaced(DEV, "nat: single", "nat: single\n  nat_instance: {instance_type: t4g.small}"),
        """
environments/dev.yaml:6: network.nat_instance: with nat: single there is no NAT instance
  value: {instance_type: t4g.small}
  allowed: the fields instance_type, session_manager
  fix: remove it, or choose nat: instance
""",
    ),
    Bad(
        "a size that is none",
        replaced(DEV, "nat: single", "nat: instance\n  nat_instance: {instance_type: small}"),
        """
environments/dev.yaml:6: network.nat_instance.instance_type: has the wrong form
  value: small
  allowed: an EC2 instance type such as t4g.medium
""",
    ),
    Bad(
        "a name in place of an address",
        added(DEV, "monitoring:\n  alert_emails: oncall\n"),
        """
environments/dev.yaml:7: monitoring.alert_emails: needs a list, not text
  value: oncall
  allowed: a list, each an e-mail address of at most 50 characters
""",
    ),
    Bad(
        "an address in place of a list of them",
        added(DEV, "monitoring:\n  alert_emails: oncall@example.com\n"),
        """
environments/dev.yaml:7: monitoring.alert_emails: needs a list, not text
  value: oncall@example.com
  allowed: a list, each an e-mail address of at most 50 characters
  fix: write ["oncall@example.com"]
""",
    ),
    Bad(
        "a budget that nobody hears of",
        added(DEV, "budget:\n  monthly_usd: 100\n  alert_emails: []\n"),
        """
environments/dev.yaml:8: budget.alert_emails: 0 addresses
  value: []
  allowed: 1 to 10 e-mail addresses
  fix: add who looks after the bill
""",
    ),
    Bad(
        "a budget in words",
        added(DEV, "budget:\n  monthly_usd: lots\n  alert_emails: [a@example.com]\n"),
        """
environments/dev.yaml:7: budget.monthly_usd: needs a whole number, not text
  value: lots
  allowed: a whole number, at least 1
""",
    ),
    Bad(
        "a role in another account",
        added(DEV, "deploy_role_arn: arn:aws:iam::222222222222:role/deploy\n"),
        """
environments/dev.yaml:6: deploy_role_arn: the role is not in account 111111111111
  value: arn:aws:iam::222222222222:role/deploy
  allowed: a role of the environment's own account: arn:aws:iam::111111111111:role/...
""",
    ),
    Bad(
        "a role by its name alone",
        added(DEV, "deploy_role_arn: deploy\n"),
        """
environments/dev.yaml:6: deploy_role_arn: has the wrong form
  value: deploy
  allowed: the ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploy, or null
""",
    ),
]


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: bad.name)
def test_an_environment_that_cannot_be_is_refused_with_the_reason(bad: Bad, tmp_path: Path) -> None:
    check(bad, tmp_path)


def test_times_are_written_without_quotes(tmp_path: Path) -> None:
    files = added(DEV, "office_hours:\n  start: 08:30\n  stop: 19:00\n")
    dev, _ = load_platform(write_platform(tmp_path, files))
    assert dev.environment.office_hours == OfficeHours(start=time(8, 30), stop=time(19))


def test_hours_become_crons_of_aws() -> None:
    hours = OfficeHours(start=time(8, 30), stop=time(19), days=(Day.SATURDAY, Day.MONDAY))
    assert hours.start_cron == "cron(30 8 ? * MON,SAT *)"
    assert hours.stop_cron == "cron(0 19 ? * MON,SAT *)"


def test_without_hours_services_always_run() -> None:
    assert an_environment().office_hours is None


def test_what_all_environments_share_is_deployed_by_the_role_in_its_account() -> None:
    role = "arn:aws:iam::111111111111:role/deploy"
    dev = an_environment(account_id="111111111111", deploy_role_arn=role, registry_account_id="111111111111")
    prod = an_environment(account_id="222222222222", registry_account_id="111111111111")
    assert shared_place([prod, dev]).deploy_role_arn == role
    assert shared_place([prod]).deploy_role_arn is None


def test_the_guide_says_what_the_environments_of_the_shop_say() -> None:
    told_of_each = GUIDE.read_text().partition("## What each default costs")[0]
    rows = re.findall(r"^\| `([a-z_.]+)` \|(.+?)\|(.+?)\|(.+?)\|", told_of_each, re.M)
    assert len(rows) >= 8
    deployments = {each.environment.name: each.environment for each in load_platform(SHOP)}
    for path, *told in rows:
        for name, cell in zip(("dev", "staging", "prod"), told, strict=True):
            value: object = deployments[name]
            for field in path.split("."):
                value = getattr(value, field)
            said = cell.strip().strip("`")
            if path == "office_hours":
                assert (said == "") is (value is None), name
            else:
                assert said == str(value).lower(), (name, path)


@pytest.mark.parametrize(
    ("field", "value"), [("requests_per_second", 400), ("response_kib", 20), ("log_gb_per_day", 3)]
)
def test_usage_of_a_service_is_the_environments_unless_it_is_named(field: str, value: float) -> None:
    usage = Usage.model_validate({field: 7, "services": {"web": {field: value}}})
    asked = {"requests_per_second": usage.requests, "response_kib": usage.answer_kib, "log_gb_per_day": usage.log_gb}
    assert (asked[field]("web"), asked[field]("other")) == (value, 7)
    assert field not in usage.defaults
    assert "nat_gb" in usage.defaults
