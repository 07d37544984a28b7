"""Questions of `groundwork service new`: the fields of each kind, their order, and a good answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from config.diagnostics.schema_words import in_words, schema_at, schema_of
from config.models.fargate import FARGATE_MEMORY_MIB
from config.models.service.kinds import KIND_RULES, Kind
from config.models.service.service import Service

Answer: TypeAlias = str | int | list[str]
Answers: TypeAlias = Mapping[str, Answer]


@dataclass(frozen=True)
class Question:
    """One field (dotted, as in the YAML), its flag, and what to suggest."""

    field: str
    flag: str
    text: str
    suggestion: Answer | None = None
    always_written: bool = False

    def asked_of(self, kind: Kind) -> bool:
        """Return whether the kind has this field at all."""
        return not any(self.field == path or self.field.startswith(f"{path}.") for path in KIND_RULES[kind].refuses)

    def needed_by(self, kind: Kind) -> bool:
        """Return whether the kind cannot do without it."""
        info = self._info()
        return self.field.split(".")[0] in KIND_RULES[kind].needs and (info.is_required() or info.default is None)

    def is_default(self, answer: Answer) -> bool:
        """Return whether the answer is what holds anyway, so that the file need not say it."""
        default = self._info().default
        return not self.always_written and answer in (*(default if isinstance(default, tuple) else (default,)), "", [])

    def parse(self, text: str) -> Answer:
        """Return the answer as the field's type; ValueError says what is allowed."""
        schema = {**schema_at(schema_of(Service), self.field.split(".")), "nullable": False}
        words = text.strip()
        answer = int(words) if schema.get("type") == "integer" and words.isdecimal() else words
        info = self._info()
        annotated: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        try:
            TypeAdapter(annotated).validate_python(answer)
        except ValidationError:
            raise ValueError(in_words(schema) or "something else") from None
        return answer

    def _info(self) -> FieldInfo:
        model: type[BaseModel] = Service
        *parents, last = self.field.split(".")
        for name in parents:
            model = _model_in(model.model_fields[name].annotation)
        return model.model_fields[last]


NAME = Question("name", "NAME", "Name, also the DNS name inside", always_written=True)
QUESTIONS = (
    Question("port", "--port", "Port that the container listens on", 8080, always_written=True),
    Question("http.host", "--host", "Host under the environment's domain (@: the domain itself, *: any)"),
    Question("http.path", "--path", "Path pattern that comes here", "/*"),
    Question("health_check.path", "--health-check", "Path that answers 200 when a task is ready", "/healthz"),
    Question("schedule.expression", "--schedule", "When it runs: cron(30 3 * * ? *) or rate(15 minutes)"),
    Question("schedule.timezone", "--timezone", "The clock that cron means", "UTC"),
    Question("before", "--before", "Service whose deploys wait for it, empty for none", ""),
    Question("cpu", "--cpu", "CPU units of a task, 1024 is one vCPU", 256, always_written=True),
    Question("memory_mib", "--memory-mib", "Memory of a task in MiB", always_written=True),
)


def questions_for(kind: Kind) -> Iterator[Question]:
    """Return the questions that make sense for a kind."""
    return (question for question in QUESTIONS if question.asked_of(kind))


def suggestion_for(question: Question, name: str, answers: Answers) -> Answer | None:
    """Return the answer that Enter gives."""
    if question.field == "http.host":
        return name
    if question.field == "memory_mib":
        return next((sizes[0] for cpu, sizes in FARGATE_MEMORY_MIB.items() if cpu == answers.get("cpu", 256)), None)
    return question.suggestion


def _model_in(annotation: Any) -> type[BaseModel]:
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    return next(one for one in candidates if isinstance(one, type) and issubclass(one, BaseModel))
