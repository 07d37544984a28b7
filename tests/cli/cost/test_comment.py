"""The part of the plan's comment that says what a change costs."""

from __future__ import annotations

from pathlib import Path

from cli.cost.comment import change_markdown
from tests.cli.commands import commit
from tests.cli.cost.test_command import platform as platform  # a fixture
from tests.synthesis import Checkout


def test_it_says_what_the_change_adds(platform: Checkout) -> None:
    commit(platform.root, "base")
    file = platform.root / "environments/dev.yaml"
    text = file.read_text()
    assert "instance_class: db.t4g.micro" in text
    file.write_text(text.replace("instance_class: db.t4g.micro", "instance_class: db.t4g.medium"))
    text = change_markdown(platform.root, "HEAD", "dev")
    # 13.5 h x 5 days x 730/168 = 293.30 h x (0.069 - 0.017)
    assert text.startswith("### Cost of dev: +$15.25 a month, from $")
    assert "| orders: database, instance | $4.99 | $20.24 | +$15.25 |" in text


def test_a_plan_is_told_even_where_its_cost_is_not_known(tmp_path: Path) -> None:
    assert change_markdown(tmp_path, "nowhere", "dev").startswith("### Cost: not known\n\n```text\n")
