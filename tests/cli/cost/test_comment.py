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
    # 730 h x (0.069 - 0.017)
    assert text.startswith("### Cost of dev: +$37.96 a month, from $")
    assert "| orders: database, instance | $12.41 | $50.37 | +$37.96 |" in text


def test_a_plan_is_told_even_where_its_cost_is_not_known(tmp_path: Path) -> None:
    assert change_markdown(tmp_path, "nowhere", "dev").startswith("### Cost: not known\n\n```text\n")
