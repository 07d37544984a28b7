"""Resolvers forget soon that a name was empty: the TTL is lowered where it is longer, and nothing is written else."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber

from rollouts.contract import NegativeTtlRequest
from rollouts.handler import handle
from rollouts.negative_ttl import limit
from rollouts.refusal import RolloutError
from tests.rollouts.test_handler import Context

NAMESPACE, OPERATION = "ns-0123456789abcdef", "op-1"
REQUEST: NegativeTtlRequest = {"do": "limit-negative-ttl", "namespace": NAMESPACE, "most_s": 15}


@pytest.fixture
def cloud_map(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Cloud Map, all of whose answers must be asked for; nobody waits for it."""
    session = boto3.Session("test", "test", region_name="eu-west-1")
    client = session.client("servicediscovery")
    monkeypatch.setattr("rollouts.negative_ttl.boto3.client", lambda _name: client)
    monkeypatch.setattr("rollouts.negative_ttl.POLL_S", 0)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def has(cloud_map: Stubber, *soa: int) -> None:
    """The namespace's SOA record has this TTL, or Cloud Map does not tell."""
    properties = {"HostedZoneId": "Z1", **({"SOA": {"TTL": soa[0]}} if soa else {})}
    namespace = {"Id": NAMESPACE, "Properties": {"DnsProperties": properties}}
    cloud_map.add_response("get_namespace", {"Namespace": namespace}, {"Id": NAMESPACE})


def is_changed(cloud_map: Stubber, *ends: dict[str, str]) -> None:
    asked = {"Id": NAMESPACE, "Namespace": {"Properties": {"DnsProperties": {"SOA": {"TTL": 15}}}}}
    cloud_map.add_response(
        "update_private_dns_namespace",
        {"OperationId": OPERATION},
        asked,
    )
    for end in ends:
        cloud_map.add_response("get_operation", {"Operation": end}, {"OperationId": OPERATION})


@pytest.mark.parametrize("soa", [15, 5, 0])
def test_what_is_short_enough_is_left_alone(cloud_map: Stubber, soa: int) -> None:
    has(cloud_map, soa)
    assert handle(dict(REQUEST), Context()) == {"verdict": "short enough"}


@pytest.mark.parametrize("soa", [(300,), (16,), ()], ids=["longer", "just longer", "not told"])
def test_what_is_longer_is_lowered_and_waited_for(cloud_map: Stubber, soa: tuple[int, ...]) -> None:
    has(cloud_map, *soa)
    is_changed(cloud_map, {"Status": "PENDING"}, {"Status": "SUCCESS"})
    assert limit(REQUEST) == {"verdict": "lowered"}


def test_a_right_that_is_new_is_waited_for(cloud_map: Stubber) -> None:
    cloud_map.add_client_error("get_namespace", "AccessDeniedException", "not yet")
    has(cloud_map, 300)
    is_changed(cloud_map, {"Status": "FAIL", "ErrorCode": "ACCESS_DENIED", "ErrorMessage": "no Route 53"})
    has(cloud_map, 300)
    is_changed(cloud_map, {"Status": "SUCCESS"})
    assert limit(REQUEST) == {"verdict": "lowered"}


def test_without_the_right_the_deploy_goes_on_and_the_log_says_so(
    cloud_map: Stubber, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rollouts.negative_ttl.NEW_RIGHTS_S", 0)
    cloud_map.add_client_error("get_namespace", "AccessDeniedException", "an SCP denies it")
    assert limit(REQUEST)["verdict"] == "denied"
    assert "an SCP denies it" in capsys.readouterr().out


def test_a_change_that_fails_otherwise_is_an_error(cloud_map: Stubber) -> None:
    has(cloud_map, 300)
    is_changed(cloud_map, {"Status": "FAIL", "ErrorCode": "INTERNAL_FAILURE", "ErrorMessage": "it broke"})
    with pytest.raises(RolloutError, match="could not be lowered in ns-0123456789abcdef: it broke"):
        limit(REQUEST)
