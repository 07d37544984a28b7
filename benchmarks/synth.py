"""Benchmark of a cold `python main.py` against a program that imports the provider the plain way.

    .venv/bin/python -m benchmarks.synth [ROUNDS]

One environment with the three services of tests/shop. The two take turns, so that a busy machine slows both alike,
and each runs once untimed, so that both find their modules compiled and in the page cache.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import ROOT, Cost, cost_of

ROUNDS = 5
AT_LEAST = 4.0

INPUTS = ("docker", "environments", "service_configs")
OURS = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"
# What any `import cdktf_cdktf_provider_aws.<module>` does when nothing is in its place: run the package's root.
PLAIN = f"import cdktf_cdktf_provider_aws; {OURS}"


def measure(rounds: int) -> tuple[list[Cost], list[Cost]]:
    """Return the cost of each run, ours and the plain one."""
    costs: dict[str, list[Cost]] = {OURS: [], PLAIN: []}
    with TemporaryDirectory() as folder:
        checkout = Path(folder)
        for name in INPUTS:
            (checkout / name).symlink_to(ROOT / "tests/shop" / name)
        main_py = checkout / "main.py"
        main_py.symlink_to(ROOT / "main.py")
        for turn in range(rounds + 1):
            for program, found in costs.items():
                out = str(checkout / f"out-{turn}-{program is OURS}")
                cost = cost_of(program, [str(main_py)], GROUNDWORK_ENVIRONMENT="dev", CDKTF_OUTDIR=out)
                if turn:  # the first is the warm-up
                    found.append(cost)
    return costs[OURS], costs[PLAIN]


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    ours, plain = measure(rounds)
    print(f"cold synth of one environment with three services, medians of {rounds} runs in turn")
    for name, costs in (("python main.py", ours), ("provider imported the plain way", plain)):
        wall, cpu = (statistics.median(getattr(cost, of) for cost in costs) for of in ("wall", "cpu"))
        print(f"  {name:<33} {wall:6.2f} s   (processor {cpu:6.2f} s)")
    ratio = statistics.median(c.wall for c in plain) / statistics.median(c.wall for c in ours)
    print(f"  ratio {ratio:.1f} (at least {AT_LEAST:.0f} is promised)")
    sys.exit(ratio < AT_LEAST)


if __name__ == "__main__":
    main()
