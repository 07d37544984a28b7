"""YAML's events from bytes, and what is wrong with a text that is no YAML, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from config.source.problem import Problem
from config.source.redaction import NOT_SHOWN, is_confidential

# libyaml is 35 times as fast; PyYAML's wheels have it, a build from source may not.
_Parser = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# https://yaml.org/spec/1.2.2/#51-character-set
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_INDENTATION = ("fields that belong together start in the same column", "indent with spaces, two for each level")
# What libyaml says, what that means to a person, what is allowed, and the likely fix.
_MEANINGS = (
    ("mapping values are not allowed", "this line is indented too far", *_INDENTATION),
    ("could not find expected ':'", "this line has no `: `", "`key: value`", "write a space after the colon"),
    ("unexpected end of stream", "a quote is opened and never closed", "a quote at both ends", "close it"),
    ("expected ',' or", "a bracket is opened and never closed", "a bracket at both ends", "close it"),
    ("expected node content", "a bracket is opened and never closed", "a bracket at both ends", "close it"),
    (
        "did not find expected '-'",
        "the list ends in the middle",
        "`- ` before every entry",
        "start this line with `- `",
    ),
    ("did not find expected key", "this line is indented unlike the lines above", *_INDENTATION),
    ("mapping keys are not allowed", "this line is indented too far", *_INDENTATION),
    ("comment or line break", "text stands behind a closing quote or bracket", "one value in a line", "quote it whole"),
    ("tag", "YAML tags mean nothing here", "plain values", "quote the value, or remove the `!`"),
    ("unknown escape character", "a backslash in double quotes", "\\\\ there, or single quotes", "use single quotes"),
    ("block sequence entries", "a list starts behind its key", "each entry on a line of its own", "start a new line"),
)


class NotYaml(Exception):  # noqa: N818 (its problem is the message)
    """A file that has no values to speak of."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_events(root: Path, file: Path) -> Iterator[Any]:
    """Yield the parser's events; raises NotYaml where the file stops being YAML."""
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
        raise NotYaml(
            Problem(file=file, line=1, message="this is not YAML", value=lines[0][:60], allowed="YAML 1.2")
        ) from None


def _decode(root: Path, file: Path) -> str:
    try:
        data = (root / file).read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise NotYaml(
            Problem(
                file=file,
                line=1,
                value=file.name,
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
    said, mark = error.problem or "", error.problem_mark
    # Where something was begun, rather than where it was found not to end.
    if error.context_mark and any(
        word in said for word in ("end of stream", "',' or", "node content", "find expected ':'")
    ):
        mark = error.context_mark
    number, column = (min(mark.line, len(lines) - 1), mark.column) if mark else (0, 0)
    tabbed = [i for i in (number, number - 1) if i >= 0 and "\t" in lines[i][: _indentation(lines[i])]]
    if tabbed:
        number = tabbed[0]
        meaning = ("a tab in the indentation", "spaces", "replace each tab by two spaces")
    elif "cannot start any token" in said or (error.context or "").endswith(("alias", "anchor")):
        meaning = (
            f"a value cannot start with {_character(lines[number], column)}",
            "text in quotes",
            "quote the value",
        )
    elif "mapping values" in said and ": " in lines[number][:column]:
        meaning = ("a second `: ` in one line", "one, or text in quotes", "quote the value, or start a new line")
    else:
        meaning = next(
            ((what, allowed, fix) for fragment, what, allowed, fix in _MEANINGS if fragment in said),
            (f"this is not YAML: {said}", "YAML 1.2", "compare with the files beside it"),
        )
    message, allowed, fix = meaning
    value = lines[number].strip()[:60] or lines[number].replace("\t", "\\t") or "an empty line"
    if is_confidential([lines[number]]):
        value = NOT_SHOWN
    return Problem(file=file, line=number + 1, value=value, message=message, allowed=allowed, fix=fix)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _character(text: str, column: int) -> str:
    # An alias is reported behind its star.
    found = [text[i] for i in (column, column - 1) if 0 <= i < len(text) and text[i] in "*&@`%"]
    return f"`{found[0]}`" if found else "this character"
