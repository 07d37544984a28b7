from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli.terraform.critical_path import expected_minutes
from cli.terraform.scheduler import Outcome, Scheduler
from cli.terraform.synthesized import SynthesizedStack

NEEDS: Mapping[str, tuple[str, ...]] = {
    "dev-network": (),
    "dev-cluster": ("dev-network",),
    "dev-database": ("dev-network",),
    "dev-orders": ("dev-cluster", "dev-database"),
    "dev-shop": ("dev-cluster",),
}


@dataclass
class FakeWork:
    """Ends at its third look, or as soon as it is told to stop."""

    code: int = 0
    looks: int = 0
    told: int = 0
    is_closed: bool = False
    is_initializing: bool = False
    is_preparing: bool = False
    is_waiting: bool = False
    fails_early: bool = False

    def poll(self) -> int | None:
        self.looks += not self.is_waiting
        if self.is_waiting and self.told:
            return 1
        if self.is_preparing and self.looks >= 2:
            if self.fails_early:
                return self.code
            self.is_preparing, self.is_waiting = False, True
        if self.is_preparing or self.is_waiting:
            return 1 if self.told else None
        return self.code if self.looks >= 3 else 130 if self.told else None

    def proceed(self) -> None:
        self.is_waiting, self.looks = False, 0

    def interrupt(self, times: int) -> None:
        self.told = times

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Place:
    """What a scheduler of these stacks does, step by step."""

    codes: Mapping[str, int] = field(default_factory=dict)
    unchanged: tuple[str, ...] = ()
    backwards: bool = False
    most: int = 4
    most_ahead: int = 0
    prepared: int = 0
    refused: str = ""
    events: list[str] = field(default_factory=list)
    running: dict[str, FakeWork] = field(default_factory=dict)
    most_seen: int = 0
    signals: list[int] = field(default_factory=list)
    minutes: Mapping[str, float] = field(default_factory=dict)
    signal_at: str = ""
    fault_at: str = ""

    def begin(self, stack: SynthesizedStack) -> FakeWork | int:
        if stack.id in self.unchanged:
            return 0
        if stack.id == self.fault_at:
            raise RuntimeError("a fault of ours")
        self.events.append(f"begin {stack.id}")
        code = self.codes.get(stack.id, 0)
        self.running[stack.id] = FakeWork(abs(code), is_preparing=bool(self.most_ahead), fails_early=code < 0)
        self.most_seen = max(self.most_seen, sum(not work.is_closed for work in self.running.values()))
        if stack.id == self.signal_at:
            os.kill(os.getpid(), signal.SIGTERM)
        return self.running[stack.id]

    def proceed(self, stack: SynthesizedStack, work: FakeWork) -> int:
        if stack.id == self.refused:
            return 1
        self.events.append(f"proceed {stack.id}")
        work.proceed()
        return 0

    def tick(self) -> None:
        self.prepared = max(self.prepared, sum(work.is_preparing for work in self.running.values()))

    def finish(self, stack: SynthesizedStack, code: int) -> int:
        self.events.append(f"end {stack.id}")
        return code

    def run(self) -> Outcome:
        return Scheduler(
            [SynthesizedStack(id_, needs, Path(id_)) for id_, needs in NEEDS.items()],
            begin=self.begin,
            look=lambda _stack, _work: None,
            finish=self.finish,
            proceed=self.proceed,
            tick=self.tick,
            signalled=self.signals.append,
            most=self.most,
            most_initializing=self.most,
            minutes=lambda stack: self.minutes.get(stack.id, 1.0),
            backwards=self.backwards,
            most_ahead=self.most_ahead,
        ).run()

    def came_after(self, later: str, earlier: str, *, step: str = "begin") -> bool:
        return self.events.index(f"{step} {later}") > self.events.index(f"end {earlier}")


def test_each_stack_begins_once_those_it_needs_are_done_and_the_others_do_not_wait() -> None:
    place = Place()
    assert place.run().done == set(NEEDS)
    assert all(place.came_after(later, earlier) for later, needs in NEEDS.items() for earlier in needs)
    assert place.most_seen == 2


def test_to_destroy_each_stack_begins_once_those_that_need_it_are_gone() -> None:
    place = Place(backwards=True)
    assert place.run().is_good
    assert all(place.came_after(earlier, later) for later, needs in NEEDS.items() for earlier in needs)


def test_no_more_work_at_a_time_than_allowed() -> None:
    place = Place(most=1)
    assert place.run().is_good
    assert place.most_seen == 1


@pytest.mark.parametrize("slow", ["dev-database", "dev-cluster"])
def test_what_most_of_the_time_hangs_on_begins_first(slow: str) -> None:
    place = Place(most=1, minutes={slow: 10.0})
    assert place.run().is_good
    assert place.events[2] == f"begin {slow}"


def test_to_destroy_what_a_slow_stack_waits_for_begins_first() -> None:
    place = Place(most=1, backwards=True, minutes={"dev-database": 10.0})
    assert place.run().is_good
    assert [event for event in place.events if event.startswith("begin")][:2] == [
        "begin dev-orders",
        "begin dev-database",
    ]


def test_a_database_is_expected_to_take_longer_than_a_network(tmp_path: Path) -> None:
    def made(id_: str, *kinds: str) -> SynthesizedStack:
        (tmp_path / id_).mkdir()
        (tmp_path / id_ / "cdk.tf.json").write_text(json.dumps({"resource": {kind: {} for kind in kinds}}))
        return SynthesizedStack(id_, (), tmp_path / id_)

    database = made("dev-database-orders", "aws_security_group", "aws_db_instance")
    assert expected_minutes(database) > expected_minutes(made("dev-network", "aws_vpc", "aws_nat_gateway"))
    assert expected_minutes(made("dev-account")) > 0


def test_what_fails_stops_what_needs_it_and_nothing_else() -> None:
    place = Place(codes={"dev-database": 1})
    outcome = place.run()
    assert outcome.failed == {"dev-database": 1}
    assert outcome.done == {"dev-network", "dev-cluster", "dev-shop"}
    assert "begin dev-orders" not in place.events
    assert {work.told for work in place.running.values()} == {0}, "nobody else was told to stop"


def test_a_stack_without_work_is_done_at_once() -> None:
    place = Place(unchanged=("dev-network", "dev-cluster"))
    assert place.run().is_good
    assert [event for event in place.events if "network" in event or "cluster" in event] == []
    assert "begin dev-orders" in place.events


def test_after_a_signal_what_runs_is_told_and_waited_for_and_nothing_more_begins() -> None:
    place = Place(signal_at="dev-cluster")
    outcome = place.run()
    assert outcome.signal_code == 128 + signal.SIGTERM
    assert not outcome.is_good
    assert set(place.running) == {"dev-network", "dev-cluster"}
    assert place.running["dev-cluster"].told == 1
    assert all(work.is_closed for work in place.running.values())
    assert place.signals == [1]


def test_after_a_fault_of_ours_no_work_is_left_alone() -> None:
    place = Place(fault_at="dev-database")
    with pytest.raises(RuntimeError, match="a fault of ours"):
        place.run()
    assert place.running["dev-cluster"].told == 1
    assert all(work.is_closed for work in place.running.values())


def test_ahead_of_its_turn_a_stack_is_prepared_and_no_more() -> None:
    place = Place(backwards=True, most=5, most_ahead=2)
    assert place.run().done == set(NEEDS)
    assert place.prepared == 2
    for earlier in ("dev-network", "dev-cluster", "dev-database"):
        assert not place.came_after(earlier, "dev-orders")
    assert all(place.came_after(earlier, later, step="proceed") for later, needs in NEEDS.items() for earlier in needs)
    assert all(work.is_closed for work in place.running.values())


@pytest.mark.parametrize("most", [1, 2])
def test_what_waits_for_its_turn_has_it_however_few_are_allowed(most: int) -> None:
    place = Place(backwards=True, most_ahead=2, most=most)
    assert place.run().done == set(NEEDS)
    assert place.most_seen == most


@pytest.mark.parametrize("code", [1, -1], ids=["in its turn", "ahead of it"])
def test_of_what_needs_a_stack_that_fails_nothing_has_its_turn(code: int) -> None:
    place = Place(backwards=True, most_ahead=1, codes={"dev-orders": code})
    outcome = place.run()
    assert outcome.failed == {"dev-orders": 1}
    assert outcome.done == {"dev-shop"}
    assert [event for event in place.events if event.startswith("proceed")] == [
        "proceed dev-orders" for _ in range(code > 0)
    ] + ["proceed dev-shop"]
    assert all(work.is_closed for work in place.running.values())
    assert [event for event in place.events if event.startswith("end")] == ["end dev-orders", "end dev-shop"]
    if code < 0:
        assert set(place.running) == {"dev-orders", "dev-shop"}, "nothing is prepared in vain"


def test_a_turn_that_cannot_be_taken_is_a_failure() -> None:
    place = Place(backwards=True, most_ahead=2, refused="dev-database")
    outcome = place.run()
    assert outcome.failed == {"dev-database": 1}
    assert outcome.done == {"dev-orders", "dev-shop", "dev-cluster"}
    assert all(work.is_closed for work in place.running.values())


def test_after_a_signal_what_waits_for_its_turn_is_told_and_has_not_failed() -> None:
    place = Place(backwards=True, most_ahead=1, signal_at="dev-network")
    outcome = place.run()
    assert outcome.signal_code == 128 + signal.SIGTERM
    assert place.running["dev-network"].told == 1
    assert "proceed dev-network" not in place.events
    waited = {id_ for id_ in place.running if f"end {id_}" not in place.events}
    assert waited
    assert not waited & outcome.failed.keys()
    assert all(work.is_closed for work in place.running.values())
