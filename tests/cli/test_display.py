from __future__ import annotations

import io

from rich.console import Console

from cli.terraform.display import LiveDisplay, PlainDisplay, bar, display_for
from cli.terraform.progress import Phase, Progress, StackProgress

LINES = """\
dev-network  Plan: 2 to add, 0 to change, 0 to destroy.
dev-network  aws_vpc.vpc (network/vpc): Creating...
dev-network  aws_vpc.vpc (network/vpc): Creation complete after 1s
dev-network  aws_subnet.a (network/a): Creating...
dev-network  Apply complete! Resources: 2 added, 0 changed, 0 destroyed.
dev-edge  Error: the load balancer was refused
""".splitlines()


def shown(*, terminal: bool) -> str:
    output = io.StringIO()
    console = Console(file=output, force_terminal=terminal, width=120)
    progress = Progress(["dev-network", "dev-edge"])
    display = display_for(console, progress)
    for line in LINES:
        if stack := progress.read(line):
            display.changed(stack)
        display.tick()
    display.say("a word in between")
    display.close()
    return output.getvalue()


def test_without_a_terminal_each_stack_says_when_it_begins_and_how_it_ends() -> None:
    lines = [line.partition("] ")[2] for line in shown(terminal=False).splitlines()]
    assert lines == [
        "dev-network: 2 to do",
        "dev-network: 2 added",
        "dev-edge: Error: the load balancer was refused",
        "a word in between",
    ]


def test_on_a_terminal_every_stack_has_its_line() -> None:
    text = shown(terminal=True)
    assert "2 added" in text
    assert "Error: the load balancer was refused" in text
    assert "a word in between" in text


def test_the_display_fits_the_output() -> None:
    progress = Progress(["dev-network"])
    assert isinstance(display_for(Console(file=io.StringIO()), progress), PlainDisplay)
    live = display_for(Console(file=io.StringIO(), force_terminal=True), progress)
    assert isinstance(live, LiveDisplay)
    live.close()


def test_a_bar_is_as_full_as_the_stack_is_done() -> None:
    half = StackProgress("dev-network", phase=Phase.APPLYING, steps=4, steps_done=2)
    assert [span.end - span.start for span in bar(half).spans] == [10, 10]
    done = StackProgress("dev-network", phase=Phase.DONE)
    assert bar(done).plain == "━" * 20
