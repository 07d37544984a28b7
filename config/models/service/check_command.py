"""The command of a health check in a container, in each form that ECS, Docker and compose know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from config.models.settings import Mistake

SHELL, PROGRAM, NOBODY = "CMD-SHELL", "CMD", "NONE"
_OPERATORS = frozenset({"|", "||", "&&", "&", ";", ">", ">>", "<", "2>&1", ">/dev/null", "2>/dev/null"})
_FORMS = '["CMD-SHELL", "wget … || exit 1"], ["CMD", "wget", "…"], or the words of a program alone'


def as_ecs_takes_it(command: Sequence[str]) -> list[str]:
    """Return the command with the form in front that ECS asks for."""
    return [*command] if command and command[0] in (PROGRAM, SHELL) else [PROGRAM, *command]


def check_command_mistakes(command: Sequence[str]) -> Iterator[Mistake]:
    """Yield what ECS would take and never run as it was meant."""
    if command and (found := _mistake(command)):
        message, words = found
        fix = (
            "write `health_check: none`, or remove it in a sidecar"
            if words is None
            else f"write {json.dumps(words, ensure_ascii=False)}"
        )
        yield Mistake(field="command", message=message, allowed=_FORMS, fix=fix)


def _mistake(command: Sequence[str]) -> tuple[str, list[str] | None] | None:
    first, *words = command
    form = first.strip().upper()
    shell = [SHELL, " ".join(words).strip() or "…"]
    if form == NOBODY:
        return (f"{first} is no program: nobody would look inside", None)
    if form in (PROGRAM, SHELL) and first != form:
        return (f"{first} is no form that ECS knows", shell if form == SHELL else [form, *words])
    if form == SHELL:
        is_right = len(words) == 1 and words[0].strip()
        return None if is_right else (f"{SHELL} is followed by one text for the shell", shell)
    program = words if form == PROGRAM else [*command]
    if not program or not program[0].strip():
        return (f"{PROGRAM} is followed by a program" if form == PROGRAM else "an empty text is no program", shell)
    if program[0] in (PROGRAM, SHELL):
        return (f"{form} is followed by a program, and {program[0]} is a form", program)
    if " " in program[0].strip():
        return ("it is one word, and without a shell the name of one program", [SHELL, " ".join(program)])
    if operator := next((word for word in program if word in _OPERATORS), None):
        return (f"without a shell {operator} is a word for {program[0]}", [SHELL, " ".join(program)])
    return None
