"""The promises of benchmarks/, on fewer runs and smaller sizes, by processor time: a busy machine fails nothing."""

from __future__ import annotations

import pytest

from benchmarks import scale, synth

pytestmark = pytest.mark.e2e


def test_a_cold_synth_is_several_times_as_fast_as_the_plain_way() -> None:
    ours, plain = synth.measure(rounds=1)
    assert plain[0].cpu / ours[0].cpu >= 3, "benchmarks/synth.py promises 4 by the clock of a quiet machine"


def test_a_resource_costs_the_same_among_few_and_among_many() -> None:
    base, small, large = (scale.measure(size) for size in (1, 25, 75))
    assert large.resources - small.resources == 50 * (small.resources - base.resources) / 24
    growth_of_few, growth_of_many = (scale.growth(base, size) for size in (small, large))
    assert growth_of_many / growth_of_few <= 2
