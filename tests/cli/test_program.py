from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.state.state_file import StateFile
from cli.terraform.orphaned_stacks import (
    empty_code,
    in_the_way,
    orphans,
    refuse_protected_orphan,
    that_need,
    without_logs,
    write_empty_stack,
)
from cli.terraform.synthesized import SynthesizedApp, read_program, waves

DEPENDENCIES = {
    "dev-service-orders": ["dev-network", "dev-cluster"],
    "dev-cluster": ["dev-network"],
    "dev-network": [],
    "prod-network": [],
}


@pytest.fixture
def program(tmp_path: Path) -> SynthesizedApp:
    """What `main.py` leaves in cdktf.out, in short."""
    stacks = {}
    for name, needs in DEPENDENCIES.items():
        directory = tmp_path / "cdktf.out/stacks" / name
        directory.mkdir(parents=True)
        environment, _, stack = name.partition("-")
        backend = {"bucket": "acme-state", "key": f"{environment}/{stack}.tfstate", "region": "eu-west-1"}
        code = {"terraform": {"backend": {"s3": backend}}, "provider": {"aws": [{}]}, "resource": {"aws_vpc": {}}}
        (directory / "cdk.tf.json").write_text(json.dumps(code))
        stacks[name] = {"name": name, "dependencies": needs, "workingDirectory": f"stacks/{name}"}
    (tmp_path / "cdktf.out/manifest.json").write_text(json.dumps({"stacks": stacks}))
    return read_program(tmp_path, "dev")


def state(stack: str, *, resources: int, reads: tuple[str, ...] = (), protected: bool = False) -> StateFile:
    instances = [{"attributes": {"deletion_protection": protected}} for _ in range(resources)]
    managed = {"mode": "managed", "type": "aws_thing", "name": "it", "instances": instances}
    remote = [
        {
            "mode": "data",
            "type": "terraform_remote_state",
            "name": f"cross-stack-reference-input-dev-{read}",
            "instances": [{"attributes": {}}],
        }
        for read in reads
    ]
    return StateFile(f"dev/{stack}.tfstate", {"resources": [managed, *remote]})


def test_a_program_is_one_environments_stacks_each_after_what_it_needs(program: SynthesizedApp) -> None:
    assert [stack.name for stack in program.stacks] == ["network", "cluster", "service-orders"]


def test_stacks_are_chosen_by_short_or_full_name(program: SynthesizedApp) -> None:
    assert [stack.id for stack in program.select(["cluster", "dev-network", "cluster"])] == [
        "dev-cluster",
        "dev-network",
    ]
    assert program.select([]) == program.stacks


def test_an_unknown_stack_is_answered_with_those_there_are(program: SynthesizedApp) -> None:
    with pytest.raises(CommandError, match="dev has no stack edge; it has cluster, network, service-orders"):
        program.select(["edge"])


def test_what_needs_a_stack_is_destroyed_with_it(program: SynthesizedApp) -> None:
    chosen = program.with_dependants(program.select(["cluster"]))
    assert [stack.name for stack in chosen] == ["cluster", "service-orders"]


def test_a_service_is_never_deployed_without_what_must_run_before(program: SynthesizedApp, tmp_path: Path) -> None:
    assert [stack.name for stack in program.with_preparations(program.select(["cluster"]))] == ["cluster"]
    file = program.select(["network"])[0].directory / "cdk.tf.json"
    for does, expected in (("judge", ["cluster"]), ("run", ["network", "cluster"])):
        running = {"aws_lambda_invocation": {"run": {"input": json.dumps({"do": does}, sort_keys=True)}}}
        file.write_text(json.dumps({**json.loads(file.read_text()), "resource": running}))
        changed = read_program(tmp_path, "dev")
        assert [stack.name for stack in changed.with_preparations(changed.select(["cluster"]))] == expected


def test_waves_respect_needs_among_the_chosen_only(program: SynthesizedApp) -> None:
    chosen = program.select(["service-orders", "cluster"])
    assert [[stack.name for stack in wave] for wave in waves(chosen)] == [["cluster"], ["service-orders"]]


def test_a_state_with_resources_and_without_a_stack_is_an_orphan(program: SynthesizedApp) -> None:
    states = [
        state("network", resources=3),
        state("service-gone", resources=2),
        state("service-destroyed", resources=0),
    ]
    assert [orphan.stack for orphan in orphans(program, states)] == ["service-gone"]


def test_an_orphan_is_destroyed_by_a_stack_with_its_state_and_no_resources(
    program: SynthesizedApp, tmp_path: Path
) -> None:
    stack = write_empty_stack(tmp_path, program, state("service-gone", resources=2))
    assert stack.id == "dev-service-gone"
    assert stack.state.key == "dev/service-gone.tfstate"
    assert set(stack.code) == {"terraform", "provider"}
    template = program.stacks[0].code
    assert empty_code(template, key="x")["terraform"]["backend"]["s3"]["bucket"] == "acme-state"
    assert template["terraform"]["backend"]["s3"]["key"] == "dev/network.tfstate"


def test_an_orphan_in_terraform_cloud_is_destroyed_in_its_own_workspace() -> None:
    cloud = {"organization": "acme-corp", "workspaces": {"name": "dev-network", "project": "groundwork"}}
    code = empty_code({"terraform": {"cloud": cloud}, "provider": {}, "resource": {}}, key="dev/service-gone.tfstate")
    assert code["terraform"]["cloud"]["workspaces"] == {"name": "dev-service-gone", "project": "groundwork"}


def test_an_orphan_is_destroyed_before_the_orphan_that_it_needs(program: SynthesizedApp) -> None:
    database = state("database-gone", resources=1)
    service = state("service-gone", resources=1, reads=("network", "database-gone"))
    assert [orphan.stack for orphan in orphans(program, [database, service])] == ["service-gone", "database-gone"]
    assert that_need([service, database], ["database-gone"]) == [service, database]
    assert that_need([service, database], ["service-gone"]) == [service]
    assert that_need([service, database], ["network"]) == [service]


def test_a_protected_orphan_is_left_whole() -> None:
    with pytest.raises(CommandError, match="deletion_protection: false"):
        refuse_protected_orphan(state("database-gone", resources=1, protected=True))
    refuse_protected_orphan(state("database-gone", resources=1))


def test_the_logs_of_removed_services_stay_with_what_they_need_until_they_are_named() -> None:
    gone = [state("service-gone", resources=2), state("logs-gone", resources=3), state("logging", resources=9)]
    left, kept = without_logs(gone)
    assert [orphan.stack for orphan in left] == ["service-gone"]
    assert [orphan.stack for orphan in kept] == ["logs-gone", "logging"]
    assert without_logs([gone[2]]) == ([gone[2]], []), "no log needs it any more"


def test_nat_instances_that_an_environment_no_longer_has_go_before_the_routes_of_its_gateways() -> None:
    nat, service = state("nat", resources=9), state("service-gone", resources=2)
    assert in_the_way([service, nat], ["network", "cluster"]) == ([nat], [service])
    assert in_the_way([service, nat], ["service-orders"]) == ([], [service, nat]), "no route is made then"


def test_the_key_and_the_way_of_collections_go_after_them(program: SynthesizedApp) -> None:
    gone = [state("logging", resources=9), state("logs-a", resources=3), state("logs-b", resources=3)]
    assert [orphan.stack for orphan in orphans(program, gone)] == ["logs-a", "logs-b", "logging"]


def test_what_a_stack_needs_and_was_never_deployed_comes_along(program: SynthesizedApp) -> None:
    orders = program.select(["service-orders"])
    everything = program.with_missing(orders, set())
    assert [stack.name for stack in everything] == ["network", "cluster", "service-orders"]
    assert [stack.name for stack in program.with_missing(orders, {"dev/network.tfstate"})] == [
        "cluster",
        "service-orders",
    ]
    assert program.with_missing(orders, {"dev/network.tfstate", "dev/cluster.tfstate"}) == orders
