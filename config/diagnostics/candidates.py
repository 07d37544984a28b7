"""Texts that were meant: a host, a path or a name, from how other tools write them."""

from __future__ import annotations

import re
from collections.abc import Iterator


def label_of(text: str) -> str | None:
    """Say what a whole name may have meant where a label below a domain belongs: the first label alone is a guess."""
    host = _host(text)
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        return None
    label, _, rest = host.partition(".")
    if "." in rest:
        return f'write {label} if {rest} is the environment\'s `domain:`, "@" if {host} is'
    alone = host.replace(".", "-")
    return (
        f'write {alone}, for the certificate covers one label below the domain, or "@" if {host} is the '
        "environment's `domain:`"
    )


def _host(text: str) -> str:
    return re.sub(r"^[a-z]+://|/.*$|\.$", "", text.strip().lower())


def candidates(text: str) -> Iterator[str]:
    """Yield what a text may have been meant to be, the likeliest first."""
    lower = text.strip().lower()
    yield lower
    if (path := _path(text)) != text:
        yield path
    host = _host(text)
    yield host
    if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", host):
        yield host.partition(".")[0]
    if not text.isascii():
        return  # a name without its letters is nobody's name
    yield re.sub(r"[^A-Za-z0-9._-]+", "-", text.strip())
    yield re.sub(r"[^a-z0-9]+", "-", lower).strip("-")
    yield re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    yield re.sub(r"[^a-z0-9]+", "", lower)
    yield f"/{text.lstrip('/')}"


def _path(text: str) -> str:
    """Return a path of an address, a framework or a regular expression with a * for what varies in it."""
    path = re.sub(r"^[a-z]+://[^/]*|^[~^* ]+(?=/)|\$$|[?#].*$", "", text.strip())
    path = re.sub(r"\{[^}]*\}|<[^>]*>|\(?\.[*+]\)?|\[\^/\][*+]", "*", path)
    return path if path.startswith("/") else text
