"""The text of a releases file with one release changed; every other byte stays as a person wrote it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from config.loader.release_place import PREVIOUS, TAG, ReleasePlace
from config.source.problem import ConfigError, Problem

KEPT = 3
"""So many tags before a release are written down."""
# A word with a letter first and a digit in it is text in every YAML; anything else is put in quotes.
_SAFE_WITHOUT_QUOTES = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*[0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Entry:
    """A release and the characters that it takes: from its line's start, its value, and to its line's end."""

    name: str
    tags: tuple[str, ...]
    quoted: bool
    line_start: int
    value_start: int
    value_end: int
    line_end: int


def with_release(text: str, service: str, tag: str, *, file: Path) -> str:
    """Return the text with the service at this tag: in its own line, or on a new one in alphabetical order."""
    text, entries = _entries(text, file)
    for entry in entries:
        if entry.name == service:
            keep_plain = not entry.quoted and _SAFE_WITHOUT_QUOTES.fullmatch(tag)
            return text[: entry.value_start] + (tag if keep_plain else json.dumps(tag)) + text[entry.value_end :]
    newline = "\r\n" if "\r\n" in text else "\n"
    place = _place(text, entries, service)
    before = text[:place] + ("" if not place or text[:place].endswith("\n") else newline)
    return f"{before}{service}: {json.dumps(tag)}{newline}{text[place:]}"


def released(text: str, place: ReleasePlace, tag: str) -> str:
    """Return the text of a release's file at this tag, and in a file of its own the tags before it, newest first."""
    text = text or place.heading
    if place.is_former:
        return with_release(text, place.key, tag, file=place.file)
    before = _by_name(text, place.file)
    tags = [one for key in (TAG, PREVIOUS) if key in before for one in before[key].tags if one != tag]
    written = f"[{', '.join(json.dumps(one) for one in list(dict.fromkeys(tags))[:KEPT])}]"
    text = with_release(text, TAG, tag, file=place.file)
    after = _by_name(text, place.file)
    if here := after.get(PREVIOUS):
        return text[: here.value_start] + written + text[here.value_end :]
    if not tags:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    end = after[TAG].line_end
    above = text[:end] + ("" if text[:end].endswith("\n") else newline)
    return f"{above}{PREVIOUS}: {written}{newline}{text[end:]}"


def _by_name(text: str, file: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in _entries(text, file)[1]}


def without_release(text: str, service: str, *, file: Path) -> str:
    """Return the text without the service's line; a comment above it stays."""
    text, entries = _entries(text, file)
    for entry in entries:
        if entry.name == service:
            return text[: entry.line_start] + text[entry.line_end :]
    return text


def releases_in(text: str, *, file: Path) -> dict[str, str]:
    """Return the tags that a text holds, by service."""
    return {entry.name: entry.tags[0] for entry in _entries(text, file)[1] if entry.tags}


def _entries(text: str, file: Path) -> tuple[str, list[Entry]]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError([Problem(file=file, line=line, message="this is not YAML", fix="correct it first")]) from None
    if root is None:
        return text, []
    start, end = root.start_mark.index, root.end_mark.index
    if isinstance(root, yaml.MappingNode) and not root.value:  # {}
        return text[:start] + text[end:].lstrip("\r\n"), []
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _not_lines(file, root)
    entries = []
    for key, value in root.value:
        span = slice(key.start_mark.index, value.end_mark.index)
        # An alias is the node that it stands for, and lies before its key.
        one_line = value.start_mark.index > key.start_mark.index and "\n" not in text[span]
        tags = _tags(value, may_be_several=key.value == PREVIOUS)
        if not (isinstance(key, yaml.ScalarNode) and tags is not None and one_line):
            raise _not_lines(file, key)
        entries.append(
            Entry(
                name=key.value,
                tags=tags,
                quoted=isinstance(value, yaml.ScalarNode) and value.style is not None,
                line_start=text.rfind("\n", 0, span.start) + 1,
                value_start=value.start_mark.index,
                value_end=span.stop,
                line_end=text.find("\n", span.stop) + 1 or len(text),
            )
        )
    return text, entries


def _tags(value: yaml.Node, *, may_be_several: bool) -> tuple[str, ...] | None:
    """Return the tag, or the tags in brackets; None of what is neither."""
    if isinstance(value, yaml.ScalarNode):
        return (str(value.value),)
    if not (may_be_several and isinstance(value, yaml.SequenceNode)):
        return None
    plain = tuple(str(one.value) for one in value.value if isinstance(one, yaml.ScalarNode))
    return plain if len(plain) == len(value.value) else None


def _place(text: str, entries: list[Entry], service: str) -> int:
    """Behind the last entry that sorts before; else before the first, above the comment that belongs to it."""
    before = [entry for entry in entries if entry.name < service]
    if before:
        return before[-1].line_end
    if not entries:
        return len(text)
    lines = text[: entries[0].line_start].splitlines(keepends=True)
    above = 0
    while above < len(lines) and lines[-1 - above].lstrip().startswith("#"):
        above += 1
    # Comments up to the first line of the file are its heading, and stay first.
    return entries[0].line_start if above == len(lines) else len("".join(lines[: len(lines) - above]))


def _not_lines(file: Path, node: yaml.Node) -> ConfigError:
    return ConfigError(
        [
            Problem(
                file=file,
                line=node.start_mark.line + 1,
                message="only a file with one `service: tag` on each line can be edited",
                fix="write each release on a line of its own, tags of before in brackets, and run the command again",
            )
        ]
    )
