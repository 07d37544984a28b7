"""Doubts about a platform that is valid: what will be refused soon, and what may not mean what it seems to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from config.checks.limits import limit_conflicts
from config.models.data.database import INJECTED
from config.models.environment.environment import Environment
from config.models.image_reference import means_latest
from config.models.service.aws.known_actions import probably_meant
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

_PARTS = {
    "DATABASE_PORT": "port",
    "DATABASE_NAME": "name",
    "DATABASE_USER": "user",
    "DATABASE_PASSWORD": "password",
}
NEAR = 0.9
"""The share of a limit of AWS from which on a person is told."""


def platform_warnings(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Find what stops no deploy, and is worth a line before it."""
    yield from limit_conflicts(environment, services, share=NEAR)
    names = {written.settings.name for written in services}
    for written in services:
        yield from _moving_images(written, names)
        yield from _unreplaced(written)
        yield from _misspelt_actions(written)


def _moving_images(written: Located[Service], names: Collection[str]) -> Iterator[Problem]:
    service = written.settings
    images = {
        "image": service.public_image,
        **{f"sidecars.{name}.image": its.image for name, its in service.sidecars.items()},
    }
    for field, image in images.items():
        if image and means_latest(image):
            yield written.problem(
                field,
                message=f"{field}: the image is whatever its registry calls latest when a task starts: two tasks may "
                "run two versions, and none can be rolled back",
                allowed="a tag of one version, or a digest",
                fix=f"write {{of: {image}}} if it is the service's image, or {image}:<version>"
                if image in names
                else f"write {image.removesuffix(':latest')}:<version>",
            )


def _unreplaced(written: Located[Service]) -> Iterator[Problem]:
    """Yield the variables that mean to hold where the database is, and hold a shell's words for it."""
    service = written.settings
    named = re.compile(rf"\$\{{?({'|'.join(sorted(INJECTED, key=len, reverse=True))})\b")
    for name, value in service.variables.items() if service.database else ():
        if found := named.search(value):
            part = (
                "jdbc-url" if value.startswith("jdbc:") else "url" if "://" in value else _PARTS.get(found[1], "host")
            )
            yield written.problem(
                f"variables.{name}",
                message=f"variables.{name}: nothing is replaced in it: the program reads ${found[1]} as it stands",
                allowed="text, or a name of your own for where the database is",
                fix=f"write `database: {{variables: {{{name}: {part}}}}}` in its place",
            )


def _misspelt_actions(written: Located[Service]) -> Iterator[Problem]:
    """Yield the actions that are nearly one of AWS': IAM takes them, and the right is missing."""
    for number, statement in enumerate(written.settings.permissions.statements):
        for place, action in enumerate(statement.actions):
            if meant := probably_meant(action):
                field = f"permissions.statements.{number}.actions.{place}"
                yield written.problem(
                    field,
                    message=f"permissions: no known action is named {action}, and IAM takes it without a word",
                    allowed="an action of https://docs.aws.amazon.com/service-authorization/latest/reference/",
                    fix=f"write {meant}",
                )
