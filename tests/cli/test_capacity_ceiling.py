"""The ceiling of OpenSearch's part of the bill: set by bootstrap, once for all environments of an account."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.stub import ANY, Stubber
from rich.console import Console

from cli.deploy import maintenance as repair_commands
from cli.deploy.capacity_ceiling import CapacityCeiling
from cli.deploy.commands import cost_warnings
from cli.deploy.opensearch_capacity import Ceiling, Wanted, wanted_ceiling
from cli.errors import CommandError
from cli.session import Session, open_session
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from config.loader.platform import load_platform
from local_aws.endpoint import Endpoint
from tests.cli.commands import groundwork_in
from tests.synthesis import Checkout

DEV = "account 123456789012, eu-west-1"


def limits(indexing: int, search: int) -> dict[str, int]:
    return {"maxIndexingCapacityInOCU": indexing, "maxSearchCapacityInOCU": search}


class Account:
    """What AWS answers, in the order in which it is asked."""

    def __init__(self, checkout: Checkout) -> None:
        (dev,) = load_platform(checkout.root, only="dev")
        self.ceiling = CapacityCeiling(dev.environment, client("opensearchserverless"), client("cloudwatch"))
        self.aoss, self.cloudwatch = Stubber(self.ceiling.aoss), Stubber(self.ceiling.cloudwatch)
        self.aoss.activate()
        self.cloudwatch.activate()

    def has(self, indexing: int, search: int) -> None:
        answer = {"accountSettingsDetail": {"capacityLimits": limits(indexing, search)}}
        self.aoss.add_response("get_account_settings", answer)

    def uses(self, indexing: list[float], search: list[float]) -> None:
        for metric, sums in (("IndexingOCU", indexing), ("SearchOCU", search)):
            points: Any = [{"Timestamp": datetime.now(UTC), "Sum": value} for value in sums]
            self.cloudwatch.add_response(
                "get_metric_statistics",
                {"Label": metric, "Datapoints": points},
                {
                    "Namespace": "AWS/AOSS",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "ClientId", "Value": "123456789012"}],
                    "StartTime": ANY,
                    "EndTime": ANY,
                    "Period": 60,
                    "Statistics": ["Sum"],
                },
            )

    def will_be_set(self, indexing: int, search: int) -> None:
        self.aoss.add_response("update_account_settings", {}, {"capacityLimits": limits(indexing, search)})

    def apply(self, indexing: int, search: int) -> list[str]:
        said = self.ceiling.apply(Wanted({"dev": Ceiling(indexing, search)}, least=2))
        self.aoss.assert_no_pending_responses()
        self.cloudwatch.assert_no_pending_responses()
        return said


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")  # type: ignore[call-overload]


@pytest.fixture
def account(checkout: Checkout) -> Account:
    return Account(checkout)


def test_it_is_set_and_its_price_is_said(account: Account) -> None:
    account.has(10, 10)
    account.uses([], [])
    account.will_be_set(2, 2)
    assert account.apply(2, 2) == [
        f"OpenSearch in {DEV}: at most 2 OCU for indexing and 2 for search; "
        "it was 10 OCU for indexing and 10 for search.",
        "  At most 771 USD a month for all its collections, storage apart: "
        "4 OCU, 730 h, 0.264 USD an hour as assumed for eu-west-1.",
    ]


def test_what_is_so_already_is_not_written_again(account: Account) -> None:
    account.has(2, 4)
    assert account.apply(2, 4)[0] == f"OpenSearch in {DEV}: at most 2 OCU for indexing and 4 for search; as it was."


def test_a_higher_ceiling_asks_for_no_measurement(account: Account) -> None:
    account.has(2, 2)
    account.will_be_set(4, 4)
    assert account.apply(4, 4)[1].startswith("  At most 1542 USD a month")


def test_it_is_not_lowered_below_what_is_in_use_and_that_is_said(account: Account) -> None:
    account.has(10, 10)
    account.uses([2.0, 5.5, 3.0], [1.0])
    account.will_be_set(6, 2)
    said = account.apply(2, 2)
    assert said[0].startswith(f"OpenSearch in {DEV}: at most 6 OCU for indexing and 2 for search; it was 10 ")
    assert said[2].startswith(
        "  Not lowered to 2 OCU for indexing and 2 for search, as logging.max_indexing_ocu and logging.max_search_ocu "
        "say: 6 OCU for indexing and 1 for search were in use in the last 3 hours"
    )


def test_who_may_not_set_it_is_told_the_right(account: Account) -> None:
    account.has(2, 2)
    account.aoss.add_client_error("update_account_settings", "AccessDeniedException", "no")
    with pytest.raises(CommandError, match=r"in IAM: aoss:UpdateAccountSettings on \*"):
        account.apply(4, 4)


def write(checkout: Checkout, environment: str, **fields: object) -> None:
    file = checkout.root / f"environments/{environment}.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | fields))


def wanted(checkout: Checkout, **logging: dict[str, object]) -> Wanted | None:
    """What dev's account wants when environments have these fields of `logging`."""
    for name, fields in logging.items():
        write(checkout, name, logging=fields)
    deployments = load_platform(checkout.root)
    (dev,) = [one.environment for one in deployments if one.environment.name == "dev"]
    return wanted_ceiling(deployments, dev)


def test_environments_that_share_an_account_and_region_take_the_larger_values(checkout: Checkout) -> None:
    found = wanted(checkout, dev={"max_search_ocu": 6}, prod={"max_indexing_ocu": 4})
    assert found
    assert found.ceiling == Ceiling(4, 6)
    assert found.remarks == [
        "dev, prod, staging share the account and region, so the larger values hold: dev 2 OCU for indexing and 6 for "
        "search; prod 4 OCU for indexing and 2 for search; staging 2 OCU for indexing and 2 for search."
    ]


def test_an_environment_of_another_account_counts_for_itself(checkout: Checkout) -> None:
    write(checkout, "prod", account_id="210987654321", registry_account_id="123456789012")
    found = wanted(checkout, prod={"max_search_ocu": 50})
    assert found
    assert found.ceiling == Ceiling(2, 2)


def test_where_no_log_goes_to_opensearch_there_is_none(checkout: Checkout) -> None:
    assert wanted(checkout, dev={"destination": "cloudwatch"}) is None


def test_keys_that_share_no_units_need_more_and_that_is_said(checkout: Checkout) -> None:
    found = wanted(checkout, dev={"encryption_key": "environment"}, prod={"encryption_key": "environment"})
    assert found
    assert found.remarks[-1].startswith(
        "Too low: with the encryption keys of dev, prod, staging, collections take 5 OCU of each kind from the start."
    )


@pytest.fixture
def session(endpoint: Endpoint, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Of dev, in an account as AWS opens it."""
    endpoint.request("POST", "/moto-api/reset")
    for name, value in endpoint.environment({}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return open_session(checkout.root, "dev", Console(file=StringIO()), local=False)


def test_on_the_embedded_aws_a_first_deploy_sets_it_too(session: Session) -> None:
    assert CapacityCeiling.of(session.place).read() == Ceiling(10, 10)
    session.need_state_store()
    assert CapacityCeiling.of(session.place).read() == Ceiling(2, 2)


def test_a_deploy_of_logs_warns_where_more_is_allowed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    list(session.bootstrap())
    ceiling, fix = cost_warnings(session, ["network", "logs-orders"])
    assert "may use 10 OCU for indexing and 10 for search" in ceiling
    assert fix.endswith("groundwork bootstrap dev")
    assert cost_warnings(session, ["network", "service-orders"]) == []
    session.set_opensearch_ceiling()
    assert cost_warnings(session, ["logging"]) == []

    def denied(_ceiling: CapacityCeiling) -> Ceiling:
        raise CommandError("you have no right")

    monkeypatch.setattr(CapacityCeiling, "read", denied)
    assert cost_warnings(session, ["logging"]) == ["you have no right"]


def test_bootstrap_sets_it_and_doctor_asks_for_that(
    session: Session,
    checkout: Checkout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(repair_commands, "ROOT", checkout.root)
    network = tmp_path / "network"
    network.mkdir()
    (network / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_eip": {"nat": {}}}}))
    program = SynthesizedApp("dev", (SynthesizedStack("dev-network", (), network),))
    monkeypatch.setattr(Session, "synthesize", lambda _: program)
    groundwork = groundwork_in(checkout.root, monkeypatch, capsys)

    ill = groundwork("doctor", "dev")
    assert ill.code == 1
    bucket, ceiling, fix = ill.err.splitlines()
    assert bucket == "dev has no state bucket yet (acme-dev-terraform-state)."
    assert ceiling == (
        f"OpenSearch in {DEV} may use 10 OCU for indexing and 10 for search, AWS' own ceiling, for 3854 USD a month; "
        "logging.max_indexing_ocu and logging.max_search_ocu say 2 OCU for indexing and 2 for search, 771 USD."
    )
    assert fix.endswith("groundwork bootstrap dev")

    assert "it was 10 OCU for indexing and 10 for search" in groundwork("bootstrap", "dev").out
    assert "2 OCU for indexing and 2 for search; as it was" in groundwork("bootstrap", "dev").out
    well = groundwork("doctor", "dev")
    assert (well.code, well.err) == (0, "")
    assert "The account of dev is set up." in well.out
    assert "Elastic IP addresses: 1 needed, 5 allowed" in well.out
