"""Variables that hold a secret: their values reach no file and no report."""

from __future__ import annotations

import re

from cli.importers.draft import Draft, WantedSecret
from config.source.node import Node
from config.source.redaction import is_confidential

_NAME = re.compile(
    r"(^|_)(PASS|PASSPHRASE|PWD|AUTH|DSN|SALT|CERT|PRIVATE|SIGNING|ENCRYPTION|ACCESS_KEY|ACCESS_KEY_ID|KEY)($|_)"
    r"|(API|SIGNING|LICENSE|ENCRYPTION|MASTER|SECRET|ACCESS|ACCOUNT|AUTH)_?KEY|WEBHOOK",
    re.IGNORECASE,
)
# What is told by a value, whatever its variable is called.
_VALUE = re.compile(
    r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"  # a URL with a password
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\bsk_(live|test)_|\bgh[pousr]_[A-Za-z0-9]{20}|\bxox[abprs]-"
    r"|-----BEGIN |\beyJ[\w-]{10,}\."
    r"|(passw|secret|token|api_?key)[a-z_]*\s*[=:]\s*[^\s;,]"
    r"|hooks\.slack\.com/services/|SharedAccessKey=|AccountKey=",
    re.IGNORECASE,
)
# Whose value may well be digits alone.
_NUMBER = re.compile(r"pass|secret|pwd|(^|_)pin($|_)", re.IGNORECASE)
_WORD = re.compile(r"--?[a-z-]*(passw|passphrase|requirepass|secret|token|api-?key|credential)[a-z-]*", re.IGNORECASE)


def is_secret(name: str, value: str) -> bool:
    """Return whether a variable of this name and value may hold a secret: rather once too often."""
    if _VALUE.search(value):
        return True
    if value.lower() in ("", "true", "false") or (value.isdigit() and not _NUMBER.search(name)):
        return False  # TOKEN_LIFETIME: 3600
    return is_confidential([name]) or _NAME.search(name) is not None


def holds_secret(words: list[str]) -> bool:
    """Return whether a word of a command may be a secret."""
    return any(_VALUE.search(word) for word in words) or any(_WORD.match(word) for word in words)


def secret_name(variable: str) -> str:
    """Return the name under which the value of a variable is stored."""
    return re.sub(r"[^a-z0-9]+", "-", variable.lower()).strip("-")[:64].strip("-") or "secret"


def want_secret(draft: Draft, node: Node, setting: str, variable: str, *, origin: str | None = None) -> None:
    """Draft a secret in place of a value, and report the name alone."""
    name = secret_name(variable)
    draft.set(f"secrets.{variable}", name)
    draft.secrets.setdefault(name, WantedSecret(name, origin))
    draft.changed(
        node, setting, f"`secrets.{variable}: {name}`: the value is in no file, and is stored once by command"
    )
