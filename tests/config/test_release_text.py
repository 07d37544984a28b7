"""A releases file's text with one release changed."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from config.loader.release_place import release_place
from config.loader.release_text import released, releases_in, with_release, without_release
from config.source.problem import ConfigError

FILE = Path("service_configs/releases/dev.yaml")

BY_HAND = """\
# yaml-language-server: $schema=../../schemas/releases.json
# What runs in dev. Ask #team-shop before you touch it.

mailer:     v7              # keeps its own clock


# the shop
orders:     '1.4.1'  # 1.4.0 lost orders, never go back there
storefront: "2.0"
# the end
"""


def changed_lines(before: str, after: str) -> list[str]:
    """The lines that a diff shows."""
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def test_a_new_tag_changes_its_characters_and_not_one_byte_more() -> None:
    after = with_release(BY_HAND, "orders", "1.5.0", file=FILE)
    assert after == BY_HAND.replace("'1.4.1'", '"1.5.0"')


@pytest.mark.parametrize(
    ("service", "line"),
    [
        ("alpha", '+alpha: "1"\n'),
        ("notes", '+notes: "1"\n'),
        ("payments", '+payments: "1"\n'),
        ("zulu", '+zulu: "1"\n'),
    ],
)
def test_a_new_release_is_one_new_line(service: str, line: str) -> None:
    after = with_release(BY_HAND, service, "1", file=FILE)
    assert changed_lines(BY_HAND, after) == [line]
    names = list(releases_in(after, file=FILE))
    assert names == sorted(names)


def test_the_comment_above_the_first_release_stays_with_it_and_a_heading_stays_first() -> None:
    owned = "# heading\n\n# the shop\norders: v1\n"
    assert with_release(owned, "alpha", "1", file=FILE) == '# heading\n\nalpha: "1"\n# the shop\norders: v1\n'
    heading = "# heading\norders: v1\n"
    assert with_release(heading, "alpha", "1", file=FILE) == '# heading\nalpha: "1"\norders: v1\n'


@pytest.mark.parametrize("tag", ["1.10", "1e5", "1234e56", "0755", "true", "null", "0x1f", "1_000", "no", "v1"])
def test_every_tag_is_read_back_as_the_text_it_was(tag: str) -> None:
    for before in ("", "orders: v9\n", 'orders: "9"\n', "mailer: v1\n"):
        assert releases_in(with_release(before, "orders", tag, file=FILE), file=FILE)["orders"] == tag


def test_a_tag_written_without_quotes_keeps_going_without_where_that_is_safe() -> None:
    assert with_release("orders: v1 # x\n", "orders", "v2", file=FILE) == "orders: v2 # x\n"
    assert with_release("orders: v1 # x\n", "orders", "2.0", file=FILE) == 'orders: "2.0" # x\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'orders: "1"\n'),
        ("# heading", '# heading\norders: "1"\n'),
        ("{}\n", 'orders: "1"\n'),
        ("# heading\n{}", '# heading\norders: "1"\n'),
        ("---\nmailer: v1", '---\nmailer: v1\norders: "1"\n'),
        ("\ufeff# from Windows\r\nmailer: v1\r\n", '\ufeff# from Windows\r\nmailer: v1\r\norders: "1"\r\n'),
    ],
)
def test_unusual_files_are_added_to_as_well(before: str, after: str) -> None:
    assert with_release(before, "orders", "1", file=FILE) == after


@pytest.mark.parametrize(
    "text",
    [
        "{orders: v1, mailer: v2}\n",
        "orders:\n  v1\n",
        "- orders\n",
        "a: &tag v1\norders: *tag\n",
        "orders: [v1]\n",
        "orders: 'v1\n",
    ],
)
def test_what_cannot_be_edited_line_by_line_is_refused_not_reformatted(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        with_release(text, "orders", "v2", file=FILE)
    assert str(refusal.value).startswith(str(FILE))


OWN = release_place("prod", "orders")
FORMER = release_place("prod", "orders", former=True)


def test_a_release_writes_down_the_three_tags_before_it_newest_first() -> None:
    text, texts = "", []
    for number in range(1, 6):
        text = released(text, OWN, f"v{number}")
        texts.append(text.removeprefix(OWN.heading))
    assert texts == [
        'tag: "v1"\n',
        'tag: "v2"\nprevious: ["v1"]\n',
        'tag: "v3"\nprevious: ["v2", "v1"]\n',
        'tag: "v4"\nprevious: ["v3", "v2", "v1"]\n',
        'tag: "v5"\nprevious: ["v4", "v3", "v2"]\n',
    ]


def test_a_rollback_moves_what_it_leaves_to_the_tags_before() -> None:
    assert released('tag: "v3"\nprevious: ["v2", "v1"]\n', OWN, "v2") == 'tag: "v2"\nprevious: ["v3", "v1"]\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tag: v1 # since May\n# the end\n", 'tag: v2 # since May\nprevious: ["v1"]\n# the end\n'),
        ("# ours\r\ntag: v1\r\n", '# ours\r\ntag: v2\r\nprevious: ["v1"]\r\n'),
        ("tag: v1", 'tag: v2\nprevious: ["v1"]\n'),
        ("previous: []  # none\ntag: v1\n", 'previous: ["v1"]  # none\ntag: v2\n'),
    ],
)
def test_what_a_person_wrote_beside_a_release_stays(before: str, after: str) -> None:
    assert released(before, OWN, "v2") == after


def test_the_file_of_all_services_has_no_place_for_the_tags_before() -> None:
    assert released("mailer: v7\norders: v1\n", FORMER, "v2") == "mailer: v7\norders: v2\n"


def test_tags_before_that_stand_on_lines_of_their_own_are_refused_not_reformatted() -> None:
    with pytest.raises(ConfigError, match="in brackets"):
        released("tag: v2\nprevious:\n  - v1\n", OWN, "v3")


def test_removing_takes_the_line_and_nothing_else() -> None:
    assert changed_lines(BY_HAND, without_release(BY_HAND, "orders", file=FILE)) == [
        "-orders:     '1.4.1'  # 1.4.0 lost orders, never go back there\n"
    ]
    assert without_release(BY_HAND, "nobody", file=FILE) == BY_HAND
