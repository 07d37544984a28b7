"""Words of Copilot, compose, ECS, Kubernetes and Terraform, and what this platform calls the thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel

from config.diagnostics.service_words import ANY, OF_SERVICES
from config.diagnostics.suggestions import similar
from config.models.environment.environment import Environment
from config.models.service.service import Service
from config.source.merge import Step

_ADOPTED = "write `cidr:`: the platform makes its VPC; to reach another one, peer the two (docs/adr/0031)"
_OF_ENVIRONMENTS = {
    "": {
        "account": "write `account_id:`",
        "vpc": "write `network:`",
        "certificate_arn": "remove it: the certificate for `domain:` is made and validated",
    },
    "network": {
        "vpc_id": _ADOPTED,
        "subnet_ids": _ADOPTED,
        "subnets": _ADOPTED,
        "vpc": _ADOPTED,
        "private_subnets": _ADOPTED,
        "public_subnets": _ADOPTED,
        "placement": _ADOPTED,
        "cidr_block": "write `cidr:`",
        "nat_gateways": "write `nat: per-zone`, single or none",
    },
}

# By the section of the file in which a word stands; "" is its top.
FOREIGN_WORDS: dict[type[BaseModel], dict[str, dict[str, str]]] = {
    Service: OF_SERVICES,
    Environment: _OF_ENVIRONMENTS,
}


def in_our_words(model: type[BaseModel], path: Sequence[Step]) -> str | None:
    """Return the fix for a word of another tool at the path; None for a word that none of them has."""
    *above, word = (str(step) for step in path)
    sections = (".".join(above), ".".join([*above[:-1], ANY]))
    found = [FOREIGN_WORDS.get(model, {}).get(section, {}).get(word.replace("-", "_").lower()) for section in sections]
    if not above and re.fullmatch(r"[xX][_-].+|anchors|templates|common|defaults", word):
        return f"write `x-{word[2:].lower() if word[0] in 'xX' else word}:`, for what `<<:` adds elsewhere"
    return next(filter(None, found), None)


def is_there_otherwise(model: type[BaseModel], path: Sequence[Step], unknown: Sequence[Sequence[Step]]) -> bool:
    """Return whether a missing field is there by another word, or misspelt."""
    beside = [other for other in unknown if other[:-1] == path[:-1]]
    return any(
        similar(str(other[-1]), [str(path[-1])]) or f"`{path[-1]}:" in (in_our_words(model, other) or "")
        for other in beside
    )
