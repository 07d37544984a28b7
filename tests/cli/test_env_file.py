"""Files of variables are read as dotenv reads them; a line that is none is told by its number, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.errors import UsageError
from cli.services.env_file import read_env_file
from config.errors import BAD_INPUT


def test_every_usual_form_is_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    text = """\
# a comment
PLAIN=hunter2

export EXPORTED=yes # with a remark
HASH=a#b
EQUALS=key=value==
SPACED = around it
SINGLE='as $it \\n stands'
DOUBLE="tab\\tand \\"quotes\\" \\$HOME"
KEY="-----BEGIN-----
two lines
-----END-----" # done
EMPTY=
stripe-key=by-name
"""
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n", 2).encode())
    assert read_env_file(file) == {
        "PLAIN": "hunter2",
        "EXPORTED": "yes",
        "HASH": "a#b",
        "EQUALS": "key=value==",
        "SPACED": "around it",
        "SINGLE": "as $it \\n stands",
        "DOUBLE": 'tab\tand "quotes" $HOME',
        "KEY": "-----BEGIN-----\ntwo lines\n-----END-----",
        "EMPTY": "",
        "stripe-key": "by-name",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A=1\nhunter2\n", ":2: is no line of variables"),
        ("A=1\n1A=hunter2\n", ":2: is no line of variables"),
        ("A=1\nA=hunter2\n", ":2: A is there twice"),
        ('A=1\nB="hunter2\n\n', ":2: the quote of B has no end"),
        ("A=1\nB='hunter2' hunter2\n", ":2: there is text behind the quotes of B"),
        ("# hunter2\n", ": has no variable"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_not_repeated(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        read_env_file(file)
    assert f"{file}{said}" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert raised.value.exit_code == BAD_INPUT


def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"A=\xff\xfe")
    for file, said in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "Is a directory"),
        (binary, "is no text in UTF-8"),
    ):
        with pytest.raises(UsageError, match=said):
            read_env_file(file)
