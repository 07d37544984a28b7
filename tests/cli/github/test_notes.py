"""One comment that is rewritten, one issue that opens and closes by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.errors import CommandError
from cli.github.api import GitHub
from cli.github.notes import tell_drift, write_comment
from tests.cli.github.server import State, github

MARK = "<!-- groundwork plan dev -->"


@pytest.fixture
def state() -> Iterator[State]:
    with github() as its:
        yield its


@pytest.fixture
def client(state: State) -> GitHub:
    return GitHub.from_environment(state.environment)


def test_a_comment_is_written_once_and_then_rewritten(state: State, client: GitHub) -> None:
    state.comment(7, "Looks good to me")
    state.comment(7, "<!-- groundwork plan prod -->\nof another environment")
    assert write_comment(client, 7, f"{MARK}\nfirst").what == "written"
    assert write_comment(client, 7, f"{MARK}\nsecond").what == "rewritten"
    assert write_comment(client, 7, f"{MARK}\nsecond\n").what == "unchanged"
    assert [its["body"] for its in state.comments[7]][2:] == [f"{MARK}\nsecond"]
    assert state.writes == ["POST issues/7/comments", "PATCH issues/comments/1002"]


def test_it_is_found_behind_two_hundred_others(state: State, client: GitHub) -> None:
    for number in range(205):
        state.comment(7, f"comment {number}")
    write_comment(client, 7, f"{MARK}\nfirst")
    write_comment(client, 7, f"{MARK}\nsecond")
    assert len(state.comments[7]) == 206


def test_a_comment_that_only_quotes_the_mark_is_left_alone(state: State, client: GitHub) -> None:
    state.comment(7, f"> quoted\n{MARK}")
    assert write_comment(client, 7, f"{MARK}\nfirst").what == "written"


def test_drift_opens_an_issue_keeps_it_up_to_date_and_closes_it(state: State, client: GitHub) -> None:
    assert tell_drift(client, "dev", "") is None
    steps = [tell_drift(client, "dev", text) for text in ("- one", "- one", "- one\n- two", "")]
    assert [its.what if its else None for its in steps] == ["opened", "unchanged", "rewritten", "closed"]
    (issue,) = state.issues
    assert (issue["title"], issue["state"], issue["labels"]) == ("dev is not what the code says", "closed", ["drift"])
    again = tell_drift(client, "dev", "- three")
    assert again
    assert again.what == "opened"
    assert len(state.issues) == 2


def test_each_environment_has_its_own_issue(state: State, client: GitHub) -> None:
    tell_drift(client, "dev", "- one")
    tell_drift(client, "prod", "- one")
    tell_drift(client, "dev", "")
    assert [issue["state"] for issue in state.issues] == ["closed", "open"]


def test_what_github_refuses_is_one_message(state: State) -> None:
    wrong = GitHub(state.url, "acme/groundwork", "wrong")
    with pytest.raises(CommandError, match=r"GitHub refuses GET issues/7/comments.*: 401 Bad credentials"):
        write_comment(wrong, 7, MARK)
    with pytest.raises(CommandError, match=r"GITHUB_TOKEN is not set.*\n  fix: "):
        GitHub.from_environment({})
    with pytest.raises(CommandError, match="GITHUB_REPOSITORY is not set"):
        GitHub.from_environment({"GH_TOKEN": "x"})
    with pytest.raises(CommandError, match="fix: an address with https://"):
        GitHub("ftp://example.com", "a/b", "x").ask("GET", "issues")
    with pytest.raises(CommandError, match="GitHub does not answer"):
        GitHub("http://127.0.0.1:1", "a/b", "x").ask("GET", "issues")
