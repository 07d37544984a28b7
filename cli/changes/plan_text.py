"""Planned stacks as a person reads them, as a comment of a pull request, and as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.changes.meaning import Sentence, Weight, loses_data

MARK = "<!-- groundwork plan {environment} -->"
"""The first line of a comment, by which the next one finds it and takes its place."""

LONGEST_COMMENT = 60_000
"""GitHub takes 65,536 characters."""


@dataclass(frozen=True)
class PlannedStack:
    """A stack and what its plan means; `waits_for` says why it is not planned, or may yet say more."""

    id: str
    sentences: tuple[Sentence, ...] = ()
    planned: bool = True
    waits_for: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The stack's name without its environment."""
        return self.id.partition("-")[2]


def as_text(environment: str, stacks: Sequence[PlannedStack]) -> str:
    """Write the plan as text: losses of data first, then stack by stack in deploy order."""
    lines = [_headline(environment, stacks)]
    if lost := list(_lost(stacks)):
        lines += ["", "DATA IS LOST", *(f"  {line}" for line in lost)]
    for stack in stacks:
        if told := list(_lines(stack)):
            lines += ["", stack.name, *(f"  {line}" for line in told)]
    return "\n".join(lines)


def as_markdown(environment: str, stacks: Sequence[PlannedStack]) -> str:
    """One comment for each environment, to be rewritten and not repeated."""
    lines = [MARK.format(environment=environment), f"### Plan of {_headline(environment, stacks)}"]
    if lost := list(_lost(stacks)):
        lines += ["", "> [!CAUTION]", "> **Data is lost.**", *(f"> - {_escaped(line)}" for line in lost)]
    for stack in stacks:
        if told := list(_lines(stack)):
            lines += ["", f"**{stack.name}**", *(f"- {_escaped(line)}" for line in told)]
    text = "\n".join(lines) + "\n"
    if len(text) <= LONGEST_COMMENT:
        return text
    return f"{text[:LONGEST_COMMENT]}\n\n… and more: `groundwork plan {environment}` shows all of it.\n"


def as_json(environment: str, stacks: Sequence[PlannedStack]) -> str:
    """Write the sentences as JSON, each with its weight."""
    document = {
        "environment": environment,
        "loses_data": any(loses_data(stack.sentences) for stack in stacks),
        "stacks": [
            {
                "id": stack.id,
                "planned": stack.planned,
                "waits_for": list(stack.waits_for),
                "sentences": [{"weight": s.weight.name.lower(), "text": s.text} for s in stack.sentences],
            }
            for stack in stacks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _headline(environment: str, stacks: Sequence[PlannedStack]) -> str:
    changing = sum(bool(stack.sentences) for stack in stacks)
    waiting = sum(not stack.planned for stack in stacks)
    words = []
    if changing:
        words.append(f"changes in {changing} of {_count(len(stacks))}")
    elif waiting < len(stacks):
        words.append(f"no changes in {_count(len(stacks) - waiting)}")
    if waiting:
        words.append(f"{_count(waiting)} cannot be planned yet")
    return f"{environment}: {', '.join(words)}"


def _count(stacks: int) -> str:
    return f"{stacks} {'stack' if stacks == 1 else 'stacks'}"


def _lost(stacks: Sequence[PlannedStack]) -> Iterator[str]:
    for stack in stacks:
        yield from (f"{stack.name}: {s.text}" for s in stack.sentences if s.weight is Weight.DATA)


def _lines(stack: PlannedStack) -> Iterator[str]:
    yield from (sentence.text for sentence in stack.sentences if sentence.weight is not Weight.DATA)
    waits = ", ".join(stack.waits_for)
    if not stack.planned:
        yield f"waits for {waits}: planned once that is deployed"
    elif waits:
        yield f"may change more once {waits} is deployed, of which it reads a value that changes"


def _escaped(text: str) -> str:
    """Escape text from a service's file: it must not become markup, a mention or a link of the comment."""
    for mark in "\\`*_{}[]<>#|~@":
        text = text.replace(mark, f"\\{mark}" if mark not in "<>@" else {"<": "&lt;", ">": "&gt;", "@": "&#64;"}[mark])
    return text
