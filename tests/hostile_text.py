"""Texts that Terraform, CDKTF, JSON or a shell would read as their own, and the fields that take any text."""

from __future__ import annotations

import enum
import random
import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from config.source.reserved_text import reserved

Wrap: TypeAlias = Callable[[Any], Any]

PIECES = (
    *("${", "$${", "$$${", "%{", "%%{", "}", "$", "$$", "%", "%%", "~}", "${~", "{", "#{", "&{", "TfToken["),
    *("${timestamp()}", "%{if true}", "%{endif}", '${"a"}', "${DB:-x}", "%{COMBINEDAPACHELOG}", "%{X-Forwarded-For}i"),
    *("\\", "\\n", "\\u0024{", '"', "'", "`", "\n", "\t", "\r\n", "<", ">", "&", "[", "]", "#", "//", "EOT", "<<EOT"),
    *("1e5", "-1.8e+289", "2.50e-3", "e-", "null", "true", "é", "e\u0301", "\u212b", "ﬁ", "日本", "🚀", "\u2028", " "),
)
EVERY = "a${timestamp()}%{if(true)}$${x}%%{y}"
SHAPES = (EVERY, f"/{EVERY}", f"{EVERY}@example.com", f"https://{EVERY}", f"cron({EVERY} 1 2 3 4 5)")
"""What some field may want around it."""


def arbitrary(count: int, *, seed: int = 12) -> list[str]:
    """Texts of such pieces and of any characters that YAML has; nothing that is refused when it is read."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        parts = [chance.choice(PIECES) if chance.random() < 0.7 else _character(chance) for _ in range(10)]
        text = "".join(parts[: chance.randint(1, 10)])
        if reserved(text) is None:
            found.append(text)
    return found


def _character(chance: random.Random) -> str:
    while True:
        code = chance.choice(
            (chance.randint(0x20, 0x7E), chance.randint(0xA0, 0xFFFD), chance.randint(0x10000, 0x10FFFF))
        )
        if not 0xD800 <= code <= 0xDFFF:
            return chr(code)


def text_fields(model: type[BaseModel]) -> Iterator[tuple[str, Any, Wrap]]:
    """Every text of a model, at any depth, by its dotted path, with its type and what makes it part of the model."""
    for name, field in model.model_fields.items():
        of: Any = field.annotation
        for rule in field.metadata:
            of = Annotated[of, rule]
        yield from _texts(of, name, _under(name))


def _texts(of: Any, path: str, wrap: Wrap, *rules: Any) -> Iterator[tuple[str, Any, Wrap]]:
    origin, parts = get_origin(of), get_args(of)
    if origin is Annotated:
        yield from _texts(of.__origin__, path, wrap, *of.__metadata__, *rules)
    elif isinstance(of, type) and issubclass(of, BaseModel):
        for below, its, inner in text_fields(of):
            yield f"{path}.{below}", its, _within(wrap, inner)
    elif isinstance(of, type) and issubclass(of, str) and not issubclass(of, enum.Enum):
        for rule in rules:
            of = Annotated[of, rule]
        yield path, of, wrap
    elif origin in (Union, types.UnionType):
        for part in parts:
            yield from _texts(part, path, wrap, *rules)
    elif origin is dict:
        yield from _texts(parts[1], f"{path}.<value>", _within(wrap, _under("HELD")))
    elif origin is tuple:
        yield from _texts(parts[0], path, lambda value: wrap([value]))


def _under(name: str) -> Wrap:
    return lambda value: {name: value}


def _within(outer: Wrap, inner: Wrap) -> Wrap:
    return lambda value: outer(inner(value))


def fitting(of: Any) -> str | None:
    """A text with an expression and a directive that a field of this type takes, if there is one."""
    return next((shape for shape in SHAPES if _takes(of, shape)), None)


def _takes(of: Any, text: str) -> bool:
    try:
        TypeAdapter(of).validate_python(text)
    except ValidationError:
        return False
    return True
