"""Another protocol of a service that is deployed is refused before anything changes."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from cli.deploy.protocol_check import refuse_other_protocols
from cli.errors import UsageError
from cli.session import Session
from cli.state.state_file import StateFile
from cli.terraform.synthesized import SynthesizedStack

SESSION = cast(Session, SimpleNamespace(name="prod", command=lambda words: f"groundwork {words}"))


def a_stack(root: Path, protocol: str | None) -> SynthesizedStack:
    group = {"name": "prod-web", **({"protocol_version": protocol} if protocol else {})}
    (root / "cdk.tf.json").write_text(
        json.dumps({"resource": {"aws_lb_target_group": {"route_target-group_1": group}}})
    )
    return SynthesizedStack("prod-service-web", (), root)


def a_state(*protocols: str | None, name: str = "route_target-group_1", **more: str) -> StateFile:
    instances = [{"attributes": {"id": "arn", "protocol_version": protocol}, **more} for protocol in protocols]
    kinds = {"mode": "managed", "type": "aws_lb_target_group", "name": name, "instances": instances}
    return StateFile("prod/service-web.tfstate", {"resources": [kinds]})


def test_another_protocol_is_refused_with_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        refuse_other_protocols(SESSION, [a_stack(tmp_path, "GRPC")], [a_state("HTTP1")])
    assert raised.value.exit_code == 2
    assert str(raised.value) == (
        "service_configs/web.yaml: http.protocol: target group prod-web was made for http1, and AWS changes the "
        "protocol of none\n"
        "  value: grpc\n"
        "  allowed: http1\n"
        "  fix: write protocol: http1, and deploy grpc as a service of its own, on another host; when its clients are "
        "there, remove this one\n"
        "  or, where minutes without an answer do no harm: groundwork destroy prod service-web, and deploy it again"
    )


def test_the_way_back_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="was made for http2"):
        refuse_other_protocols(SESSION, [a_stack(tmp_path, None)], [a_state("HTTP2")])


@pytest.mark.parametrize("before", ["HTTP1", "", None])
def test_what_stays_as_it_was_is_deployed(tmp_path: Path, before: str | None) -> None:
    refuse_other_protocols(SESSION, [a_stack(tmp_path, None)], [a_state(before)])


@pytest.mark.parametrize("states", [[], [a_state("HTTP1", name="other")], [a_state("HTTP1", deposed="1a2b")]])
def test_a_new_group_may_have_any_protocol(tmp_path: Path, states: list[StateFile]) -> None:
    refuse_other_protocols(SESSION, [a_stack(tmp_path, "GRPC")], states)
