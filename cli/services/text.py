"""The text of a new service's file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cli.services.questions import QUESTIONS, Answer, Answers
from config.models.fargate import DEFAULT_CPU, FARGATE_MEMORY_MIB
from config.models.service.kinds import Kind

SCHEMA_LINE = "# yaml-language-server: $schema=../schemas/service.json"
COMMENTS = {
    "port": "where the container listens",
    "host": "<host>.<domain of the environment>",
    "path": "more segments are tried earlier",
    "health_check": "must answer 200 when a task can take requests",
    "before": "runs to its end before each deploy of that service, with its image",
    "cpu": "1024 is one vCPU",
    "timezone": "the clock that cron means",
}
KIND_COMMENTS = {
    Kind.PUBLIC_WEB: "customers reach it, through the load balancer",
    Kind.INTERNAL: "other services reach it as {name}.app.local, if they name it in `calls:`",
    Kind.WORKER: "nothing connects to it",
    Kind.SCHEDULED_JOB: "runs by the clock, and ends",
    Kind.ONE_OFF: "runs when told to, and ends",
}
# Letters, digits and a few signs that mean nothing to YAML wherever they stand.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/_.*-]*|(cron|rate)\([A-Za-z0-9 */?,#LW-]*\)")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def service_text(name: str, kind: Kind, answers: Answers, *, about: str = "") -> str:
    """Write the file: schema, summary, and a line for each answer that is not the default anyway."""
    lines = [SCHEMA_LINE, *([f"# {about}"] if about else [])]
    fields = [(f"kind: {kind}", KIND_COMMENTS[kind].format(name=name)), *_fields(name, answers)]
    if kind is Kind.INTERNAL:
        fields.append(("health_check: none", "or `command:` below it: what ECS runs in the container to see it work"))
    width = max(len(code) for code, _ in fields)
    lines += [f"{code:<{width}}  # {comment}" if comment else code for code, comment in fields]
    return "\n".join(lines) + "\n"


def _fields(name: str, answers: Answers) -> Iterator[tuple[str, str | None]]:
    parents: set[str] = set()
    for question in QUESTIONS:
        answer = answers.get(question.field)
        if answer is None or question.is_default(answer) or (question.field == "http.host" and answer == name):
            continue
        parent, _, field = question.field.rpartition(".")
        if parent and parent not in parents:
            parents.add(parent)
            yield f"{parent}:", COMMENTS.get(parent)
        comment = _memory_comment(answers) if field == "memory_mib" else COMMENTS.get(field)
        indent = "  " if parent else ""
        yield f"{indent}{field}: {scalar(answer)}", None if parent in COMMENTS else comment


def _memory_comment(answers: Answers) -> str | None:
    cpu = answers.get("cpu", DEFAULT_CPU)
    sizes = next((sizes for units, sizes in FARGATE_MEMORY_MIB.items() if units == cpu), None)
    return f"{sizes[0]} to {sizes[-1]} with this cpu" if sizes else None


def scalar(answer: Answer) -> str:
    """Return a value, or a list of them, as YAML, in quotes wherever it might be read as something else."""
    if isinstance(answer, list):
        return f"[{', '.join(scalar(one) for one in answer)}]"
    if isinstance(answer, int) or (_PLAIN.fullmatch(answer) and answer.lower() not in _NOT_TEXT):
        return str(answer)
    return json.dumps(answer, ensure_ascii=False)
