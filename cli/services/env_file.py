"""A file of NAME=value lines, as dotenv, Docker and Compose read them. No message repeats a value."""

from __future__ import annotations

import re
from pathlib import Path

from cli.errors import UsageError

_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)\s*=(?P<value>.*)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}
ALLOWED = "NAME=value, a # comment, or an empty line"


def read_env_file(file: Path) -> dict[str, str]:
    """Return the values by name. Values in double quotes may go over several lines and have escapes."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}", fix="check the name after --from-env") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is no text in UTF-8", fix="save it as UTF-8") from None
    found: dict[str, str] = {}
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        matched = _LINE.fullmatch(line)
        if matched is None:
            raise UsageError(
                f"{file}:{number}: is no line of variables", allowed=ALLOWED, fix="write NAME=value, or remove the line"
            )
        name, value = matched["name"], matched["value"].strip()
        if name in found:
            raise UsageError(f"{file}:{number}: {name} is there twice", allowed="each name once", fix="remove one")
        if value[:1] in ("'", '"'):
            while (end := _end(value)) is None:
                following = next(lines, None)
                if following is None:
                    raise UsageError(
                        f"{file}:{number}: the quote of {name} has no end", allowed=ALLOWED, fix="close the quote"
                    )
                value += f"\n{following[1]}"
            rest = value[end + 1 :].strip()
            if rest and not rest.startswith("#"):
                raise UsageError(
                    f"{file}:{number}: there is text behind the quotes of {name}",
                    allowed=ALLOWED,
                    fix="put the whole value between them",
                )
            quote, value = value[0], value[1:end]
            found[name] = _without_escapes(value) if quote == '"' else value
        else:
            found[name] = re.split(r"\s#", value, maxsplit=1)[0].rstrip()
    if not found:
        raise UsageError(f"{file}: has no variable", allowed=ALLOWED)
    return found


def _end(value: str) -> int | None:
    """Find the quote that ends what the first one begins."""
    quoted = re.match(r'"(?:[^"\\]|\\.)*"' if value[0] == '"' else r"'[^']*'", value, re.DOTALL)
    return quoted.end() - 1 if quoted else None


def _without_escapes(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), value, flags=re.DOTALL)
