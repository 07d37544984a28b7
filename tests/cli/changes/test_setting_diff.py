"""The settings that differ between two versions of a file, and whom each concerns."""

from __future__ import annotations

from pathlib import Path

from cli.changes.setting_diff import setting_changes

FILE = Path("service_configs/releases/dev/orders.yaml")


def test_the_tags_before_a_release_concern_the_registry_alone(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"
    for root, text in ((base, "tag: v1\n"), (head, 'tag: v2\nprevious: ["v1"]\n')):
        (root / FILE).parent.mkdir(parents=True)
        (root / FILE).write_text(text)
    found = {
        str(change): [name for name in ("shared", "dev") if change.concerns(name)]
        for change in setting_changes(base, head, FILE)
    }
    assert found == {f"{FILE}: tag v1 → v2": ["shared", "dev"], f'{FILE}: previous ["v1"] is new': ["shared"]}
