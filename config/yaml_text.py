"""From bytes to YAML's events, and what is wrong with a text that is none, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from config.errors import Problem

# libyaml is 35 times as fast; PyYAML's wheels have it, a build from source may not.
_Parser = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# https://yaml.org/spec/1.2.2/#51-character-set
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_QUOTE_IT = "put the value in quotes"
_SAME_COLUMN = "start fields that belong together in the same column, with spaces"
# What libyaml says, and what it means to a person.
_MEANINGS = (
    ("mapping values are not allowed", "a second `: ` in one value, or a line indented too far", _SAME_COLUMN),
    ("could not find expected ':'", "this line is no field: it has no `: `", "write `key: value`, with the space"),
    ("unexpected end of stream", "a quote is opened and never closed", "close it"),
    ("expected ',' or", "a bracket is opened and never closed", "close it"),
    ("expected node content", "a bracket is opened and never closed", "close it"),
    ("did not find expected '-'", "the list ends in the middle", "start each of its lines with `- `, in one column"),
    ("did not find expected key", "the indentation does not fit the lines above", _SAME_COLUMN),
    ("unknown escape character", "a backslash inside double quotes", "use single quotes"),
    ("block sequence entries are not allowed", "a list cannot start behind its key", "put it on the next line"),
)


class NotYaml(Exception):  # noqa: N818 (its problem is the message)
    """A file that has no values to speak of."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_events(root: Path, file: Path) -> Iterator[Any]:
    """The parser's events; raises NotYaml where the file stops being YAML."""
    text = _decode(root, file)
    lines = text.splitlines() or [""]
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise NotYaml(
            Problem(
                file=file,
                line=line,
                value=f"character U+{ord(found[0]):04X}",
                message="a character that no text file should hold",
                allowed="printable UTF-8 text",
                fix="remove it, or save the file as UTF-8 again",
            )
        )
    try:
        parser = _Parser(text)
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        raise NotYaml(_syntax_problem(file, lines, error)) from None
    except (yaml.YAMLError, RecursionError):
        raise NotYaml(Problem(file=file, line=1, message="this is not YAML", value=lines[0][:60])) from None


def _decode(root: Path, file: Path) -> str:
    try:
        data = (root / file).read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise NotYaml(
            Problem(
                file=file,
                line=1,
                message=f"cannot be read: {reason[0].lower()}{reason[1:]}",
                allowed="a text file that you may read",
                fix="check what is at this place, and its permissions",
            )
        ) from None
    try:
        if data.startswith(_UTF16):
            raise UnicodeDecodeError("utf-8", data, 0, 2, "UTF-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotYaml(
            Problem(
                file=file,
                line=data.count(b"\n", 0, error.start) + 1,
                value="bytes " + " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 4]),
                message="this text is not UTF-8",
                allowed="UTF-8",
                fix="save the file as UTF-8 in your editor",
            )
        ) from None


def _syntax_problem(file: Path, lines: list[str], error: yaml.MarkedYAMLError) -> Problem:
    said = error.problem or ""
    mark = error.problem_mark
    # Where a bracket or quote was opened, rather than where the file ended without it.
    if error.context_mark and any(word in said for word in ("end of stream", "expected ','", "node content")):
        mark = error.context_mark
    number = min(mark.line if mark else 0, len(lines) - 1)
    text = lines[number]
    tabbed = next((i for i in (number, number - 1) if "\t" in lines[i][: _indentation(lines[i])]), None)
    if tabbed is not None:
        number, text = tabbed, lines[tabbed]
        message, fix = "a tab in the indentation", "replace each tab by two spaces"
    elif "cannot start any token" in said or (error.context or "").endswith(("alias", "anchor")):
        message, fix = f"a value cannot start with {_character(text, mark)}", _QUOTE_IT
    else:
        message, fix = next(
            ((meaning, way) for fragment, meaning, way in _MEANINGS if fragment in said),
            (f"this is not YAML: {said}", _SAME_COLUMN),
        )
    return Problem(
        file=file,
        line=number + 1,
        value=text.strip().replace("\t", "\\t")[:60] or None,
        message=message,
        allowed="YAML 1.2",
        fix=fix,
    )


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _character(text: str, mark: Any) -> str:
    # An alias is reported behind its star.
    for column in (mark.column, mark.column - 1):
        if 0 <= column < len(text) and text[column] in "*&@`%!|>":
            return f"`{text[column]}`" if text[column] != "`" else "a backtick"
    return "this character"
